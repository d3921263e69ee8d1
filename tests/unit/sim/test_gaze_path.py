from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest

from gazewire.sim import GazePath, HeadSway, Jump, Landmark, Movement, Rest
from gazewire.sim.gaze_path import saccade_duration_s
from gazewire.sim.ticks import TICKS_PER_S

LANDMARKS = [
    Landmark("middle", (0.0, 0.0), (0.05, 0.05)),
    Landmark("near it", (0.1, 0.05), (0.02, 0.02)),
    Landmark("left", (-0.5, 0.2), (0.08, 0.08)),
    Landmark("right", (0.6, -0.3), (0.05, 0.10)),
]
HEAD = HeadSway(5)


def movements(count: int, seed: int = 5) -> list[Movement]:
    return list(islice(GazePath(LANDMARKS, HEAD, seed).movements(), count))


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
        assert isinstance(before, Rest) != isinstance(after, Rest)


def test_gaze_goes_on_where_the_last_movement_left_it() -> None:
    for before, after in pairwise(movements(200)):
        end, start = rays(before, [before.end_tick])[0], rays(after, [after.start_tick])[0]
        assert angle_deg(end, start) < 1e-9


def test_the_same_seed_gives_the_same_path_each_time_it_is_asked_for() -> None:
    path = GazePath(LANDMARKS, HEAD, seed=11)
    assert list(islice(path.movements(), 50)) == list(islice(path.movements(), 50))
    assert movements(50, seed=11) != movements(50, seed=12)


def test_fixations_last_as_long_as_those_of_people() -> None:
    rests = [movement for movement in movements(6000) if isinstance(movement, Rest)]
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
    jumps = [movement for movement in movements(400) if isinstance(movement, Jump)]
    amplitudes_deg, peaks_deg_s = [], []
    for jump in jumps:
        ticks = np.linspace(jump.start_tick, jump.end_tick, 201)
        way = rays(jump, ticks)
        amplitude_deg = angle_deg(way[0], way[-1])
        duration_s = (jump.end_tick - jump.start_tick) / TICKS_PER_S
        # To the half degree by which the head moves on while the eye jumps.
        assert duration_s == pytest.approx(saccade_duration_s(amplitude_deg), abs=0.0011)
        step_s = duration_s / 200
        peak = max(angle_deg(a, b) for a, b in pairwise(way)) / step_s
        assert peak == pytest.approx(1.875 * amplitude_deg / duration_s, rel=0.01)
        amplitudes_deg.append(amplitude_deg)
        peaks_deg_s.append(peak)
    # The larger the jump, the faster, and the less it gains: Bahill, Clark & Stark 1975.
    order = np.argsort(amplitudes_deg)
    sizes, peaks = np.array(amplitudes_deg)[order], np.array(peaks_deg_s)[order]
    assert np.corrcoef(sizes, peaks)[0, 1] > 0.9
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
    names = [move.landmark.name for move in movements(4000) if isinstance(move, Rest)]
    after_middle = [after for before, after in pairwise(names) if before == "middle"]
    assert after_middle.count("near it") > after_middle.count("left") > 0
    loud = [Landmark("loud", (-0.5, 0.2), (0.08, 0.08), salience=20.0), *LANDMARKS[:2]]
    rests = islice(GazePath(loud, HEAD, 5).movements(), 0, 400, 2)
    assert sum(isinstance(r, Rest) and r.landmark.name == "loud" for r in rests) > 60


def test_a_single_landmark_is_refused() -> None:
    with pytest.raises(ValueError, match="two landmarks or more, not 1"):
        GazePath(LANDMARKS[:1], HEAD, seed=0)


def test_a_landmark_around_an_outline_has_its_middle_and_half_its_size() -> None:
    outline = np.array([[0.0, 1.0], [0.4, 1.0], [0.4, 2.0]])
    assert Landmark.around("thing", outline, 2.0) == Landmark("thing", (0.2, 1.5), (0.2, 0.5), 2.0)
