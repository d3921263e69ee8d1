from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest

from gazewire.sim import GazePath, HeadMotion, Jump, Landmark, Movement, Rest
from gazewire.sim.ball import Ball
from gazewire.sim.gaze_path import saccade_duration_s
from gazewire.sim.pursuit import Pursuit
from gazewire.sim.ticks import TICKS_PER_S

LANDMARKS = [
    Landmark("middle", (0.0, 0.0), (0.05, 0.05)),
    Landmark("near it", (0.1, 0.05), (0.02, 0.02)),
    Landmark("left", (-0.5, 0.2), (0.08, 0.08)),
    Landmark("right", (0.6, -0.3), (0.05, 0.10)),
]
HEAD = HeadMotion(5)
STEPPING_STONES = [
    Landmark("between", (0.3, 0.0), (0.05, 0.05)),
    Landmark("below", (0.45, 0.3), (0.05, 0.05)),
    Landmark("above", (-0.4, -0.2), (0.05, 0.05)),
]
GAME = Landmark("ball game", (-0.13, 0.02), (0.12, 0.08))
BALL = Ball(GAME, (0.2, 0.6))


def movements(count: int, seed: int = 5) -> list[Movement]:
    return list(islice(GazePath(LANDMARKS, HEAD, seed).movements(), count))


def scene_movements(count: int, seed: int = 5) -> list[Movement]:
    """Of somebody in a room in which a ball bounces."""
    path = GazePath([*LANDMARKS[1:], *STEPPING_STONES, GAME], HEAD, seed, BALL)
    return list(islice(path.movements(), count))


def rays(movement: Movement, ticks: list[int] | np.ndarray) -> np.ndarray:
    tangents = movement.tangents(np.array(ticks) / TICKS_PER_S, HEAD)
    directions = np.column_stack([tangents, np.ones(len(tangents))])
    return directions / np.linalg.norm(directions, axis=1)[:, None]


def angle_deg(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


def test_fixations_and_saccades_alternate_without_a_gap() -> None:
    path = movements(200)
    assert path[0].start_tick == 0
    for before, after in pairwise(path):
        assert before.end_tick == after.start_tick
        assert isinstance(before, Jump) != isinstance(after, Jump)


@pytest.mark.parametrize("path", [movements(200), scene_movements(400)], ids=["still", "ball"])
def test_gaze_goes_on_where_the_last_movement_left_it(path: list[Movement]) -> None:
    for before, after in pairwise(path):
        end, start = rays(before, [before.end_tick])[0], rays(after, [after.start_tick])[0]
        assert angle_deg(end, start) < 1e-9


def test_the_same_seed_gives_the_same_path_each_time_it_is_asked_for() -> None:
    path = GazePath(LANDMARKS, HEAD, seed=11)
    assert list(islice(path.movements(), 50)) == list(islice(path.movements(), 50))
    assert movements(50, seed=11) != movements(50, seed=12)


def test_fixations_last_as_long_as_those_of_people() -> None:
    rests = [movement for movement in movements(3000) if isinstance(movement, Rest)]
    durations_s = np.array([rest.end_tick - rest.start_tick for rest in rests]) / TICKS_PER_S
    assert 0.26 <= durations_s.mean() <= 0.33  # Rayner 1998
    assert durations_s.min() >= 0.08
    assert durations_s.max() <= 1.5
    assert np.median(durations_s) < durations_s.mean()  # skewed, as they are


def test_eyes_rest_within_the_thing_they_look_at() -> None:
    for rest in movements(500):
        if isinstance(rest, Rest):
            off = np.abs(np.array(rest.point) - rest.landmark.middle)
            assert np.all(off <= rest.landmark.extent)


def test_a_resting_eye_holds_its_place_in_the_room_but_for_drift_and_tremor() -> None:
    for rest in movements(200):
        if isinstance(rest, Rest):
            t_s = np.arange(rest.start_tick, rest.end_tick, 90) / TICKS_PER_S
            in_the_room = rest.tangents(t_s, HEAD) + HEAD.tangents(t_s)
            strayed_deg = np.degrees(np.abs(in_the_room - rest.point).max())
            assert 0.0 < strayed_deg < 1.0


def test_saccades_keep_to_the_main_sequence() -> None:
    path = [*movements(300), *scene_movements(300)]
    jumps = [movement for movement in path if isinstance(movement, Jump)]
    amplitudes_deg, peaks_deg_s = [], []
    for jump in jumps:
        ticks = np.linspace(jump.start_tick, jump.end_tick, 201)
        way = rays(jump, ticks)
        amplitude_deg = angle_deg(way[0], way[-1])
        duration_s = (jump.end_tick - jump.start_tick) / TICKS_PER_S
        # However head and ball move meanwhile: to two ticks of the clock.
        assert duration_s == pytest.approx(saccade_duration_s(amplitude_deg), abs=2.5e-5)
        step_s = duration_s / 200
        peak = max(angle_deg(a, b) for a, b in pairwise(way)) / step_s
        assert peak == pytest.approx(1.875 * amplitude_deg / duration_s, rel=0.01)
        amplitudes_deg.append(amplitude_deg)
        peaks_deg_s.append(peak)
    # The larger the jump, the faster, and the less it gains: Bahill, Clark & Stark 1975.
    order = np.argsort(amplitudes_deg)
    sizes, peaks = np.array(amplitudes_deg)[order], np.array(peaks_deg_s)[order]
    assert np.corrcoef(np.log(sizes), np.log(peaks))[0, 1] > 0.98
    assert np.corrcoef(sizes, peaks / sizes)[0, 1] < -0.8


@pytest.mark.parametrize(("amplitude_deg", "duration_ms"), [(0.0, 21.0), (5.0, 32.0), (20.0, 65.0)])
def test_durations_are_those_of_carpenter(amplitude_deg: float, duration_ms: float) -> None:
    assert saccade_duration_s(amplitude_deg) * 1000 == pytest.approx(duration_ms)


def test_a_saccade_is_symmetrical_and_never_turns_back() -> None:
    jump = next(movement for movement in movements(2) if isinstance(movement, Jump))
    way = rays(jump, np.linspace(jump.start_tick, jump.end_tick, 101))
    travelled = np.array([angle_deg(way[0], ray) for ray in way])
    assert np.all(np.diff(travelled) >= 0.0)
    assert travelled[50] == pytest.approx(travelled[-1] / 2)


def test_near_targets_and_salient_ones_are_preferred() -> None:
    names = [move.landmark.name for move in movements(2000) if isinstance(move, Rest)]
    after_middle = [after for before, after in pairwise(names) if before == "middle"]
    assert after_middle.count("near it") > after_middle.count("left") > 0
    near = LANDMARKS[1]
    loud = Landmark("loud", (0.1, -0.05), near.extent, salience=5.0)
    rests = list(islice(GazePath([LANDMARKS[0], near, loud], HEAD, 5).movements(), 0, 400, 2))
    looks = [rest.landmark.name for rest in rests if isinstance(rest, Rest)]
    assert looks.count("loud") > 1.5 * looks.count("near it")


def test_saccades_that_are_large_for_an_eye_alone_are_made_with_the_head() -> None:
    large, small = [], []
    for jump in scene_movements(1500):
        if isinstance(jump, Jump):
            start, end = rays(jump, [jump.start_tick, jump.end_tick])
            with_head = HEAD.next_turn(jump.start_tick / TICKS_PER_S - 0.2).start_s
            lag_s = with_head - jump.start_tick / TICKS_PER_S
            (large if angle_deg(start, end) > 27 else small).append(lag_s)
    assert len(large) > 20
    # The eye begins first, and the head follows within a reaction time or goes already.
    assert np.median(large) == pytest.approx(0.04, abs=0.002)
    assert np.mean(np.abs(large) < 0.15) > 0.97
    assert np.mean(np.abs(small) < 0.15) < 0.2


def test_what_the_head_turns_to_is_what_is_looked_at_next() -> None:
    turns = [HEAD.next_turn(t_s) for t_s in np.arange(0.0, 400.0, 4.0)]
    path = [move for move in movements(4000) if isinstance(move, Rest)]
    starts_s = np.array([rest.start_tick for rest in path]) / TICKS_PER_S
    sides = []
    for turn in turns:
        if abs(turn.aim[0]) > 0.3:
            after = path[int(np.searchsorted(starts_s, turn.start_s))]
            sides.append(np.sign(after.point[0]) == np.sign(turn.aim[0]))
    assert len(sides) > 20
    assert np.mean(sides) > 0.85


def test_a_moving_ball_is_followed_nearly_as_fast_as_it_moves() -> None:
    gains = []
    for move in scene_movements(2500):
        if isinstance(move, Pursuit) and not move.latency_s:
            t_s = np.arange(move.start_tick, move.end_tick, 450) / TICKS_PER_S
            eye, ball = np.diff(move.places(t_s), axis=0), np.diff(BALL.places(t_s), axis=0)
            gains.append((eye * ball).sum() / (ball * ball).sum())
    assert len(gains) > 30
    assert 0.8 < np.mean(gains) < 0.95  # Meyer, Lasker & Robinson 1985
    assert max(gains) < 1.0


def test_the_eye_begins_to_follow_after_a_latency() -> None:
    begins = [m for m in scene_movements(2500) if isinstance(m, Pursuit) and m.latency_s]
    assert len(begins) > 10
    for pursuit in begins:
        t_s = np.array([0.0, 0.05, 0.1, 0.25]) + pursuit.start_tick / TICKS_PER_S
        if t_s[-1] > pursuit.end_tick / TICKS_PER_S:
            continue
        eye = pursuit.places(t_s)
        assert np.allclose(eye[0], eye[2], rtol=0, atol=1e-6)
        assert np.hypot(*(eye[3] - eye[2])) > 0.2 * np.hypot(*np.ptp(BALL.places(t_s[2:]), axis=0))


def test_catch_up_saccades_keep_the_eye_on_the_ball() -> None:
    away_deg, catch_ups = [], 0
    path = scene_movements(2500)
    for before, jump, after in zip(path, path[1:], path[2:], strict=False):
        if isinstance(before, Pursuit) and isinstance(after, Pursuit):
            assert isinstance(jump, Jump)
            catch_ups += 1
            landing_s = np.array([jump.end_tick / TICKS_PER_S])
            assert np.allclose(after.places(landing_s), BALL.places(landing_s), atol=1e-9)
    for move in path:
        if isinstance(move, Pursuit):
            t_s = np.arange(move.start_tick, move.end_tick, 450) / TICKS_PER_S
            away_deg += np.degrees(np.hypot(*(move.places(t_s) - BALL.places(t_s)).T)).tolist()
    assert catch_ups > 20
    assert np.median(away_deg) < 1.0
    assert np.mean(np.array(away_deg) > 3.0) < 0.05


def test_pursuit_and_fixation_hold_their_object_while_the_head_turns() -> None:
    held = 0
    for move in scene_movements(1500):
        if isinstance(move, Jump):
            continue
        t_s = np.arange(move.start_tick, move.end_tick, 90) / TICKS_PER_S
        head = HEAD.tangents(t_s)
        if np.degrees(np.hypot(*np.ptp(head, axis=0))) < 3.0:
            continue
        seen = move.tangents(t_s, HEAD)
        slip = seen + head - (BALL.places(t_s) if isinstance(move, Pursuit) else move.point)
        limit_deg = 5.0 if isinstance(move, Pursuit) else 1.0
        assert np.degrees(np.hypot(*slip.T)).max() < limit_deg
        held += 1
    assert held > 20


def test_a_single_landmark_is_refused() -> None:
    with pytest.raises(ValueError, match="two landmarks or more, not 1"):
        GazePath(LANDMARKS[:1], HEAD, seed=0)
