from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise, takewhile

import cv2
import numpy as np
import pytest

from gazewire.camera import Record, Timeline
from gazewire.model import Fixation, Frame, GazeDatum, Onset, Saccade
from gazewire.sim import Wearer
from gazewire.sim.ticks import tick_at_or_after, unix_ns_of_tick

START = 1_760_000_000_123_456_789
S = 1_000_000_000


def records(wearer: Wearer, seconds: float) -> Iterator[Record]:
    end = START + round(seconds * S)
    return takewhile(lambda record: record.timestamp_unix_ns < end, wearer.records(START))


@pytest.fixture(scope="module")
def two_seconds(invisible: Wearer) -> list[Record]:
    return list(records(invisible, 2.0))


@pytest.fixture(scope="module")
def samples(neon: Wearer) -> list[Record]:
    """Ten seconds without the pictures, which would fill a gigabyte."""
    return [record for record in records(neon, 10.0) if not isinstance(record, Frame)]


def timestamps(of: list[Record], kind: type) -> list[int]:
    return [record.timestamp_unix_ns for record in of if isinstance(record, kind)]


def test_a_wearer_is_a_timeline(neon: Wearer, invisible: Wearer) -> None:
    sources: list[Timeline] = [neon, invisible]
    sizes = [(s.info.scene.width, s.info.scene.height) for s in sources if s.info.scene]
    assert sizes == [(1600, 1200), (1088, 1080)]
    for source in sources:
        assert source.info.scene is not None
        assert source.info.scene.rate_hz == 30
        assert source.info.gaze_rate_hz == 200
        assert source.info.has_eye_events
        assert source.info.eyes is None


def test_every_instant_lies_on_the_90_khz_grid(two_seconds: list[Record]) -> None:
    for record in two_seconds:
        instants = [record.timestamp_unix_ns]
        if isinstance(record, Fixation | Saccade | Onset):
            instants.append(record.start_unix_ns)
        for instant in instants:
            assert unix_ns_of_tick(tick_at_or_after(instant)) == instant


@pytest.mark.parametrize(("kind", "ticks"), [(Frame, 3000), (GazeDatum, 450)])
def test_rates_are_exact(two_seconds: list[Record], kind: type, ticks: int) -> None:
    ticked = [tick_at_or_after(instant) for instant in timestamps(two_seconds, kind)]
    assert ticked[0] == tick_at_or_after(START)
    assert all(after - before == ticks for before, after in pairwise(ticked))
    assert len(ticked) == 2 * 90_000 // ticks


def test_records_come_in_order_of_time(two_seconds: list[Record]) -> None:
    for before, after in pairwise(two_seconds):
        assert before.timestamp_unix_ns <= after.timestamp_unix_ns


def test_where_instants_are_equal_the_frame_comes_first_and_gaze_last(
    two_seconds: list[Record],
) -> None:
    rank = {Frame: 0, Fixation: 1, Saccade: 1, Onset: 2, GazeDatum: 3}
    ties = [
        (rank[type(before)], rank[type(after)])
        for before, after in pairwise(two_seconds)
        if before.timestamp_unix_ns == after.timestamp_unix_ns
    ]
    assert ties
    assert all(before < after for before, after in ties)


def test_frames_are_numbered_pictures_of_the_scene(two_seconds: list[Record]) -> None:
    frames = [record for record in two_seconds if isinstance(record, Frame)]
    assert [frame.index for frame in frames] == list(range(len(frames)))
    for frame in frames:
        assert (frame.camera, frame.pixel_format) == ("world", "yuv420p")
        assert (frame.width, frame.height) == (1088, 1080)
        assert len(frame.data) == 1088 * 1080 * 3 // 2


def test_a_frame_can_be_rendered_again_from_its_timestamp(
    invisible: Wearer, two_seconds: list[Record]
) -> None:
    frame = [record for record in two_seconds if isinstance(record, Frame)][50]
    again = invisible.scene.render(frame.timestamp_unix_ns - two_seconds[0].timestamp_unix_ns)
    assert bytes(frame.data) == again.tobytes()


def test_each_frame_differs_from_the_one_before(two_seconds: list[Record]) -> None:
    frames = [record for record in two_seconds if isinstance(record, Frame)]
    assert all(bytes(a.data) != bytes(b.data) for a, b in pairwise(frames[:40]))


def test_the_same_seed_and_start_give_the_same_records() -> None:
    first, second = (Wearer(product="invisible", seed=21) for _ in range(2))
    assert list(records(first, 0.5)) == list(records(second, 0.5))


def test_iterators_of_one_wearer_do_not_disturb_each_other(invisible: Wearer) -> None:
    first, second = invisible.records(START), invisible.records(START)
    list(islice(first, 70))
    head = list(islice(second, 100))
    assert head[70:] == list(islice(first, 30))


def test_another_seed_looks_elsewhere(invisible: Wearer) -> None:
    other = Wearer(product="invisible", seed=9)
    ours = [record for record in records(invisible, 2.0) if isinstance(record, Onset)]
    theirs = [record for record in records(other, 2.0) if isinstance(record, Onset)]
    assert ours != theirs


def test_movements_are_announced_then_told(samples: list[Record]) -> None:
    events = [r for r in samples if isinstance(r, Onset | Fixation | Saccade)]
    assert len(events) > 20
    for onset, told in zip(events[::2], events[1::2], strict=False):
        assert isinstance(onset, Onset)
        assert isinstance(told, Fixation if onset.kind == "fixation" else Saccade)
        assert told.start_unix_ns == onset.start_unix_ns
    for told, onset in zip(events[1::2], events[2::2], strict=False):
        assert told.timestamp_unix_ns == onset.timestamp_unix_ns


def test_what_is_told_of_a_movement_agrees_with_the_gaze_during_it(
    neon: Wearer, samples: list[Record]
) -> None:
    gaze = [record for record in samples if isinstance(record, GazeDatum)]
    instants = np.array([datum.timestamp_unix_ns for datum in gaze])
    points = np.array([[datum.x_px, datum.y_px] for datum in gaze])
    told = [record for record in samples if isinstance(record, Fixation | Saccade)]
    for event in told:
        start_px, end_px = np.array(event.start_gaze_px), np.array(event.end_gaze_px)
        duration_s = (event.end_unix_ns - event.start_unix_ns) / S
        assert event.amplitude_px == pytest.approx(np.hypot(*(end_px - start_px)))
        assert event.amplitude_deg == pytest.approx(neon.scene.camera.angle_deg(start_px, end_px))
        assert event.mean_velocity_px_s * duration_s >= event.amplitude_px * 0.999
        assert event.max_velocity_px_s >= event.mean_velocity_px_s
        during = (instants >= event.start_unix_ns) & (instants < event.end_unix_ns)
        if isinstance(event, Fixation):
            assert np.allclose(points[during].mean(axis=0), event.mean_gaze_px, atol=2.0)
            assert event.max_velocity_px_s < 250  # the head, drift and tremor
        else:
            assert event.max_velocity_px_s == pytest.approx(
                1.875 * event.amplitude_px / duration_s, rel=0.2
            )
        first = points[during][0] if during.any() else start_px
        slack_px = event.max_velocity_px_s / 200 + 1e-6
        assert np.hypot(*(first - start_px)) <= slack_px


def test_what_is_looked_at_stays_under_the_gaze_while_the_picture_slides(neon: Wearer) -> None:
    compared = 0
    for fixation, (early, gaze), (late, later_gaze) in _long_fixations(neon, 40.0):
        around = _luma(early)[_window(gaze, 24)]
        slid_px = np.hypot(later_gaze.x_px - gaze.x_px, later_gaze.y_px - gaze.y_px)
        if slid_px < 6 or around.std() < 25 or _near_something_that_moves(neon, fixation):
            continue
        # What was around the gaze at first is around it at last, but for a little drift.
        reach = _luma(late)[_window(later_gaze, 24 + 4)]
        assert cv2.matchTemplate(reach, around, cv2.TM_CCOEFF_NORMED).max() > 0.9
        compared += 1
    assert compared >= 5


def test_every_fixation_lies_on_a_landmark(neon: Wearer, samples: list[Record]) -> None:
    zero = samples[0].timestamp_unix_ns
    for record in samples:
        if isinstance(record, Fixation):
            t_s = (record.start_unix_ns - zero) / S
            seen = neon.scene.project(np.array([t.middle for t in neon.scene.landmarks]), t_s)
            half = np.array([t.extent for t in neon.scene.landmarks]) * neon.scene.camera.focal_px
            assert np.any(np.all(np.abs(record.start_gaze_px - seen) <= half, axis=1))


def _long_fixations(
    wearer: Wearer, seconds: float
) -> Iterator[tuple[Fixation, tuple[Frame, GazeDatum], tuple[Frame, GazeDatum]]]:
    """Fixations with the first and the last frame in them that have a gaze of their instant."""
    frames: dict[int, Frame] = {}
    paired: list[tuple[Frame, GazeDatum]] = []
    for record in records(wearer, seconds):
        if isinstance(record, Frame):
            frames = {record.timestamp_unix_ns: record}
        elif isinstance(record, GazeDatum) and record.timestamp_unix_ns in frames:
            paired.append((frames[record.timestamp_unix_ns], record))
        elif isinstance(record, Fixation):
            inside = [pair for pair in paired if pair[1].timestamp_unix_ns >= record.start_unix_ns]
            paired.clear()
            if len(inside) >= 2:
                yield record, inside[0], inside[-1]


def _luma(frame: Frame) -> np.ndarray:
    plane = np.frombuffer(frame.data, np.uint8)[: frame.width * frame.height]
    return plane.reshape(frame.height, frame.width)


def _window(datum: GazeDatum, half: int) -> tuple[slice, slice]:
    x, y = round(datum.x_px), round(datum.y_px)
    return slice(y - half, y + half + 1), slice(x - half, x + half + 1)


def _near_something_that_moves(wearer: Wearer, fixation: Fixation) -> bool:
    moving = [
        thing.middle for thing in wearer.scene.landmarks if thing.name in {"ball game", "clock"}
    ]
    away = wearer.scene.camera.project(np.array(moving)) - fixation.mean_gaze_px
    # Further than the sway of the head may have carried them.
    return bool(np.hypot(*away.T).min() < 200)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        Wearer(product="neon", seed=-1)
