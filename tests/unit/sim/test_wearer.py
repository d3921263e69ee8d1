from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, islice, pairwise, takewhile, zip_longest

import cv2
import numpy as np
import pytest

from gazewire.camera import Record, Timeline, Truthful
from gazewire.model import AudioChunk, Blink, Fixation, Frame, GazeDatum, ImuDatum, Onset, Saccade
from gazewire.sim import Attention, Exhibit, EyeVideo, Wearer, WearerTruth
from gazewire.sim.binocular import VIEWING_DISTANCE_MM
from gazewire.sim.ticks import tick_at_or_after, unix_ns_of_tick
from gazewire.wire.payload.gaze import GazeFormat, format_for, serialize_gaze

START = 1_760_000_000_123_456_789
S = 1_000_000_000


def records(wearer: Wearer, seconds: float) -> Iterator[Record]:
    end = START + round(seconds * S)
    return takewhile(lambda record: record.timestamp_unix_ns < end, wearer.records(START))


@pytest.fixture(scope="module")
def two_seconds(invisible: Wearer) -> list[Record]:
    return list(records(invisible, 2.0))


@pytest.fixture(scope="module")
def one_second(neon_with_eyes: Wearer) -> list[Record]:
    return list(records(neon_with_eyes, 1.0))


@pytest.fixture(scope="module")
def samples(neon: Wearer) -> list[Record]:
    """Twenty seconds without the pictures, which would fill two gigabytes."""
    return [record for record in records(neon, 20.0) if not isinstance(record, Frame)]


@pytest.fixture(scope="module")
def truths(neon: Wearer) -> list[WearerTruth]:
    """Of the same twenty seconds."""
    return list(islice(neon.truths(START), 4000))


def gaze_of(of: list[Record]) -> list[GazeDatum]:
    return [record for record in of if isinstance(record, GazeDatum)]


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


def test_neon_has_everything_and_invisible_a_scene_and_gaze(
    neon_with_eyes: Wearer, neon: Wearer, invisible: Wearer
) -> None:
    info = neon_with_eyes.info
    assert info.eyes is not None
    assert (info.eyes.width, info.eyes.height, info.eyes.rate_hz) == (384, 192, 200)
    assert (info.imu_rate_hz, info.has_eye_events) == (110, True)
    assert (neon.info.eyes, neon.eye_video) == (None, None)
    info = invisible.info
    assert (info.eyes, info.imu_rate_hz, info.has_eye_events) == (None, None, False)


def test_what_the_glasses_lack_never_comes(
    two_seconds: list[Record], samples: list[Record], one_second: list[Record]
) -> None:
    assert {type(record) for record in two_seconds} == {Frame, GazeDatum}
    kinds = {AudioChunk, GazeDatum, ImuDatum, Onset, Fixation, Saccade, Blink}
    assert {type(record) for record in samples} == kinds
    cameras = {record.camera for record in one_second if isinstance(record, Frame)}
    assert cameras == {"world", "eyes"}


def test_every_instant_but_those_of_the_imu_lies_on_the_90_khz_grid(
    one_second: list[Record], samples: list[Record]
) -> None:
    for record in [*one_second, *samples]:
        if isinstance(record, ImuDatum):
            continue
        instants = [record.timestamp_unix_ns]
        if isinstance(record, Fixation | Saccade | Onset | Blink):
            instants.append(record.start_unix_ns)
        for instant in instants:
            assert unix_ns_of_tick(tick_at_or_after(instant)) == instant


@pytest.mark.parametrize(("kind", "ticks"), [(Frame, 3000), (GazeDatum, 450)])
def test_rates_are_exact(two_seconds: list[Record], kind: type, ticks: int) -> None:
    ticked = [tick_at_or_after(instant) for instant in timestamps(two_seconds, kind)]
    assert ticked[0] == tick_at_or_after(START)
    assert all(after - before == ticks for before, after in pairwise(ticked))
    assert len(ticked) == 2 * 90_000 // ticks


def test_inertial_data_come_at_110_hz(samples: list[Record]) -> None:
    instants = timestamps(samples, ImuDatum)
    assert instants[0] == unix_ns_of_tick(tick_at_or_after(START))
    assert len(instants) == 2200
    assert set(np.diff(instants).tolist()) == {9_090_909, 9_090_910}


def test_records_come_in_order_of_time(one_second: list[Record], samples: list[Record]) -> None:
    for before, after in [*pairwise(one_second), *pairwise(samples)]:
        assert before.timestamp_unix_ns <= after.timestamp_unix_ns


def test_where_instants_are_equal_pictures_come_before_what_is_told_of_them(
    one_second: list[Record], samples: list[Record]
) -> None:
    def rank(record: Record) -> int:
        if isinstance(record, Frame):
            return 0 if record.camera == "world" else 4
        ranks = {Blink: 1, Fixation: 2, Saccade: 2, Onset: 3, GazeDatum: 5, ImuDatum: 6}
        return ranks.get(type(record), 7)

    ties = [
        (rank(before), rank(after))
        for before, after in [*pairwise(one_second), *pairwise(samples)]
        if before.timestamp_unix_ns == after.timestamp_unix_ns
    ]
    assert {(0, 4), (4, 5), (2, 3)} <= set(ties)
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
    first, second = (Wearer(product="neon", seed=21, eye_rate_hz=50) for _ in range(2))
    for ours, theirs in zip_longest(records(first, 0.5), records(second, 0.5)):
        assert ours == theirs


def test_iterators_of_one_wearer_do_not_disturb_each_other(invisible: Wearer) -> None:
    first, second = invisible.records(START), invisible.records(START)
    list(islice(first, 70))
    head = list(islice(second, 100))
    assert head[70:] == list(islice(first, 30))


def test_another_seed_looks_elsewhere(invisible: Wearer) -> None:
    other = Wearer(product="invisible", seed=9)
    ours, theirs = (gaze_of(list(records(wearer, 0.2))) for wearer in (invisible, other))
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
            slack_px = max(2.0, 0.01 * event.max_velocity_px_s)
            assert np.allclose(points[during].mean(axis=0), event.mean_gaze_px, atol=slack_px)
            assert event.max_velocity_px_s < 1200  # the head, drift and tremor, or the ball
        else:
            assert event.max_velocity_px_s == pytest.approx(
                1.875 * event.amplitude_px / duration_s, rel=0.2
            )
        first = points[during][0] if during.any() else start_px
        slack_px = event.max_velocity_px_s / 200 + 1e-6
        assert np.hypot(*(first - start_px)) <= slack_px


def test_what_is_looked_at_stays_under_the_gaze_while_the_picture_slides(neon: Wearer) -> None:
    compared = 0
    for fixation, (early, gaze), (late, later_gaze) in _long_fixations(neon, 60.0):
        around = _luma(early)[_window(gaze, 24)]
        slid_px = np.hypot(later_gaze.x_px - gaze.x_px, later_gaze.y_px - gaze.y_px)
        if slid_px < 8 or around.std() < 15 or _near_something_that_moves(neon, fixation):
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
    # Further than the head may have carried them.
    return bool(np.hypot(*away.T).min() < 220)


def test_all_six_gaze_formats_can_be_sent_from_neon_and_the_shortest_from_invisible(
    samples: list[Record], two_seconds: list[Record]
) -> None:
    for datum in gaze_of(samples):
        assert format_for(datum) is GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR
        assert [len(serialize_gaze(datum, form)) for form in GazeFormat] == [
            int(form) for form in GazeFormat
        ]
    assert {format_for(datum) for datum in gaze_of(two_seconds)} == {GazeFormat.POINT}


def test_gaze_is_given_with_the_glasses_worn_while_the_lids_are_closed(
    samples: list[Record], truths: list[WearerTruth]
) -> None:
    closed = 0
    for datum, truth in zip(gaze_of(samples), truths, strict=True):
        assert datum.worn
        assert truth.left is not None
        assert np.allclose((datum.x_px, datum.y_px), truth.gaze_px)
        assert datum.eyelid_left is not None
        assert (truth.left.lid_opening == 0.0) == (datum.eyelid_left.aperture_mm < 1e-9)
        closed += truth.left.lid_opening == 0.0
    assert closed > 5


def test_the_lids_are_seen_closing_during_each_blink(samples: list[Record]) -> None:
    gaze = gaze_of(samples)
    instants = np.array([datum.timestamp_unix_ns for datum in gaze])
    apertures = np.array([datum.eyelid_left.aperture_mm for datum in gaze if datum.eyelid_left])
    blinks = [record for record in samples if isinstance(record, Blink)]
    assert 3 <= len(blinks) <= 12
    for blink in blinks:
        during = (instants > blink.start_unix_ns) & (instants < blink.end_unix_ns)
        assert apertures[during].min() < 0.5
        assert 0.2 < (blink.end_unix_ns - blink.start_unix_ns) / S < 0.4


def test_published_axes_differ_by_kappa_from_lines_that_meet_in_the_gaze_point(
    neon: Wearer, samples: list[Record]
) -> None:
    for datum in gaze_of(samples)[::40]:
        tangents = neon.scene.camera.unproject(np.array([[datum.x_px, datum.y_px]]))[0]
        point = VIEWING_DISTANCE_MM * np.array([*tangents, 1.0])
        for eye, state in (
            (neon.person.left, datum.eye_state_left),
            (neon.person.right, datum.eye_state_right),
        ):
            assert state is not None
            assert state.eyeball_center_mm == eye.ball.center_mm
            visual = point - eye.ball.center_mm
            x, y, z = (visual / np.linalg.norm(visual)).tolist()
            assert np.allclose(state.optical_axis, eye.optical_axis((x, y, z)), atol=1e-7)


def test_truth_is_told_for_each_gaze_datum(
    samples: list[Record], truths: list[WearerTruth]
) -> None:
    gaze = gaze_of(samples)
    assert [truth.timestamp_unix_ns for truth in truths] == timestamps(samples, GazeDatum)
    for datum, truth in zip(gaze, truths, strict=True):
        assert (datum.x_px, datum.y_px) == truth.gaze_px
        for state, eye in (
            (datum.eye_state_left, truth.left),
            (datum.eye_state_right, truth.right),
        ):
            assert state is not None
            assert eye is not None
            assert state.optical_axis == eye.optical_axis
            assert state.pupil_diameter_mm == eye.pupil_diameter_mm


def test_pursuit_is_told_as_fixation_and_known_as_pursuit(
    neon: Wearer, samples: list[Record], truths: list[WearerTruth]
) -> None:
    told = [record for record in samples if isinstance(record, Fixation | Saccade)]
    names = {"fixation": Fixation, "pursuit": Fixation, "saccade": Saccade}
    zero, seen = samples[0].timestamp_unix_ns, set()
    for event in told:
        for truth in truths:
            if event.start_unix_ns < truth.timestamp_unix_ns < event.end_unix_ns:
                assert names[truth.movement] is type(event)
                assert (truth.landmark is None) == (truth.movement == "saccade")
                seen.add(truth.movement)
                if truth.movement == "pursuit":
                    assert truth.landmark == "ball game"
                    t_s = (truth.timestamp_unix_ns - zero) / S
                    at_px = neon.scene.project(neon.scene.ball.places(np.array([t_s])), t_s)[0]
                    assert np.hypot(*(at_px - truth.gaze_px)) < 100
    assert seen == set(names)


def test_truth_of_invisible_knows_no_eyes(invisible: Wearer) -> None:
    truth = next(invisible.truths(START))
    assert (truth.left, truth.right) == (None, None)
    assert truth.landmark in {landmark.name for landmark in invisible.scene.landmarks}


def test_noise_is_on_the_gaze_alone_where_it_is_asked_for(invisible: Wearer) -> None:
    noisy = Wearer(product="invisible", seed=8, gaze_noise_deg=0.5)
    off_px = [
        np.subtract((measured.x_px, measured.y_px), truth.gaze_px)
        for measured, truth in zip(
            gaze_of(list(records(noisy, 1.0))), invisible.truths(START), strict=False
        )
    ]
    one_deg_px = np.radians(invisible.scene.camera.focal_px)
    assert np.std(off_px) == pytest.approx(0.5 * one_deg_px, rel=0.15)


def test_eye_frames_are_pictures_of_both_eyes_in_the_poses_of_the_truth(
    neon_with_eyes: Wearer, one_second: list[Record]
) -> None:
    frames = [r for r in one_second if isinstance(r, Frame) and r.camera == "eyes"]
    assert [frame.index for frame in frames] == list(range(200))
    assert [frame.timestamp_unix_ns for frame in frames] == timestamps(one_second, GazeDatum)
    drawing = EyeVideo(neon_with_eyes.person)
    for frame, truth in list(zip(frames, neon_with_eyes.truths(START), strict=False))[::40]:
        assert (frame.width, frame.height, frame.pixel_format) == (384, 192, "gray")
        assert len(frame.data) == 384 * 192
        assert truth.left is not None
        assert truth.right is not None
        again = drawing.frame(
            truth.left.pose,
            truth.right.pose,
            index=frame.index,
            timestamp_unix_ns=frame.timestamp_unix_ns,
        )
        assert bytes(again.data) == bytes(frame.data)


def test_the_pupils_are_where_the_truth_of_the_eye_pictures_says(
    neon_with_eyes: Wearer, one_second: list[Record]
) -> None:
    frames = [r for r in one_second if isinstance(r, Frame) and r.camera == "eyes"]
    video = neon_with_eyes.eye_video
    assert video is not None
    compared = 0
    for frame, truth in list(zip(frames, neon_with_eyes.truths(START), strict=False))[::20]:
        picture = np.frombuffer(frame.data, np.uint8).reshape(192, 384)
        assert truth.left is not None
        assert truth.right is not None
        for side, half, eye in (
            ("left", picture[:, :192], truth.left),
            ("right", picture[:, 192:], truth.right),
        ):
            told = video.truth(side, eye.pose)
            if told.visible_fraction < 0.9:
                continue
            x, y = np.rint(told.center_px).astype(int)
            inside = half[y - 2 : y + 3, x - 2 : x + 3]
            around = half[max(0, y - 40) : y + 41, max(0, x - 40) : x + 41]
            assert inside.mean() < 0.6 * np.median(around)
            assert told.lid_opening == eye.lid_opening
            compared += 1
    assert compared > 5


@pytest.mark.parametrize("eye_rate_hz", [0, -50, 30, 120, 400])
def test_an_eye_rate_at_which_gaze_does_not_come_is_refused(eye_rate_hz: int) -> None:
    with pytest.raises(ValueError, match=rf"divides 200; {eye_rate_hz} does not"):
        Wearer(product="neon", seed=1, eye_rate_hz=eye_rate_hz)


def test_a_lower_eye_rate_leaves_all_else_as_it_is(
    neon_with_eyes: Wearer, one_second: list[Record]
) -> None:
    slow = Wearer(product="neon", seed=7, eye_rate_hz=40)
    assert slow.info.eyes is not None
    assert slow.info.eyes.rate_hz == 40
    ours = list(records(slow, 0.5))
    eyes = [r for r in ours if isinstance(r, Frame) and r.camera == "eyes"]
    assert [frame.index for frame in eyes] == list(range(20))
    assert set(np.diff([tick_at_or_after(f.timestamp_unix_ns) for f in eyes]).tolist()) == {2250}
    assert gaze_of(ours) == gaze_of(one_second)[:100]


def test_the_truth_of_streams_is_that_of_the_wearer(neon_with_eyes: Wearer) -> None:
    assert isinstance(neon_with_eyes, Truthful)
    assert neon_with_eyes.eye_video is not None
    told = islice(neon_with_eyes.stream_truths(START), 60)
    for number, truth in enumerate(islice(neon_with_eyes.truths(START), 20)):
        gaze, right, left = next(told), next(told), next(told)
        assert [of.stream for of in (gaze, right, left)] == ["gaze", "pupil.0", "pupil.1"]
        for of in (gaze, right, left):
            assert of.timestamp_unix_ns == truth.timestamp_unix_ns
        assert gaze.values["movement"] == truth.movement
        assert gaze.values["landmark"] == truth.landmark
        assert gaze.values["true_gaze_px"] == truth.gaze_px
        assert truth.right is not None
        pupil = neon_with_eyes.eye_video.truth("right", truth.right.pose)
        assert right.values["index"] == left.values["index"] == number
        assert right.values["center_px"] == pupil.center_px
        assert right.values["lid_opening"] == truth.right.lid_opening


def test_pupils_are_true_at_the_instants_of_eye_frames_alone() -> None:
    told = list(islice(Wearer(product="neon", seed=7, eye_rate_hz=50).stream_truths(START), 12))
    instants = [of.timestamp_unix_ns for of in told if of.stream == "gaze"]
    assert [of.timestamp_unix_ns for of in told if of.stream == "pupil.0"] == instants[::4]


def test_invisible_knows_the_truth_of_gaze_alone(invisible: Wearer) -> None:
    assert {of.stream for of in islice(invisible.stream_truths(START), 50)} == {"gaze"}


def test_frames_that_are_not_wanted_are_left_out_and_nothing_else(
    neon_with_eyes: Wearer, one_second: list[Record]
) -> None:
    def wants(camera: str, index: int) -> bool:
        return index % 10 == 3 if camera == "eyes" else index > 20

    kept = [r for r in one_second if not isinstance(r, Frame) or wants(r.camera, r.index)]
    ours = islice(neon_with_eyes.records(START, wants), len(kept))
    assert list(map(comparable, ours)) == list(map(comparable, kept))


def comparable(record: Record) -> object:
    if isinstance(record, Frame):
        return record.camera, record.index, record.timestamp_unix_ns, bytes(record.data)
    return bytes(record.samples) if isinstance(record, AudioChunk) else record


def test_getting_ready_to_draw_eyes_holds_nothing_up() -> None:
    wearer = Wearer(product="neon", seed=12)
    assert wearer.eye_video is not None
    drawn = wearer.records(START, lambda camera, _: camera == "eyes")
    assert not any(isinstance(record, Frame) for record in islice(drawn, 50))
    wearer.eye_video.prepare()
    frame = next(record for record in drawn if isinstance(record, Frame))
    gaze = next(record for record in drawn if isinstance(record, GazeDatum))
    assert frame.timestamp_unix_ns == gaze.timestamp_unix_ns
    assert tick_at_or_after(frame.timestamp_unix_ns) == tick_at_or_after(START) + 450 * frame.index


def test_eyes_that_nobody_wants_are_not_even_prepared() -> None:
    wearer = Wearer(product="neon", seed=13)
    assert wearer.eye_video is not None
    for _ in islice(wearer.records(START, lambda *_: False), 500):
        pass
    assert not wearer.eye_video.is_prepared


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        Wearer(product="neon", seed=-1)


def test_what_is_passed_over_changes_nothing_of_what_comes(neon: Wearer) -> None:
    start_ns, from_ns = 1_700_000_000_000_000_000, 1_700_000_010_000_000_000
    late = next(iter(neon.truths(start_ns, from_ns)))
    assert late.timestamp_unix_ns <= from_ns
    told = dropwhile(
        lambda truth: truth.timestamp_unix_ns < late.timestamp_unix_ns, neon.truths(start_ns)
    )
    again = neon.truths(start_ns, from_ns)
    for _ in range(400):
        assert next(told) == next(again)


def test_who_is_asked_to_look_at_something_does_with_both_eyes(neon_with_eyes: Wearer) -> None:
    attention = Attention()
    exhibit = Exhibit(kind="dot", point=(0.4, -0.2), diameter=0.03)
    attention.ask(exhibit, START + S)
    until_ns = START + 2 * S
    asked, free = (
        list(
            takewhile(
                lambda truth: truth.timestamp_unix_ns < until_ns,
                neon_with_eyes.truths(START, None, given),
            )
        )
        for given in (attention, None)
    )
    reaction = 230  # data of 200 Hz, of the second before among them
    assert asked[:reaction] == free[:reaction]
    last = asked[-1]
    assert (last.movement, last.landmark) == ("fixation", "dot")
    since_s = (last.timestamp_unix_ns - unix_ns_of_tick(tick_at_or_after(START))) / S
    expected = neon_with_eyes.scene.project(np.array([exhibit.point]), since_s)[0]
    assert last.gaze_px == pytest.approx(expected, abs=0.01)
    assert last.left is not None
    assert free[-1].left is not None
    assert last.left.pupil_diameter_mm == pytest.approx(free[-1].left.pupil_diameter_mm)
    x, y, z = last.left.visual_axis
    assert (x / z, y / z) != pytest.approx((0.0, 0.0), abs=0.05)
    assert last.left != free[-1].left
