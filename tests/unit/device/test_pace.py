import logging
from collections.abc import Callable, Iterator

import pytest

from gazewire.camera import GlassesInfo, Record, VideoShape
from gazewire.device.pace import Pace
from gazewire.device.shortfall import Shortfall
from gazewire.model import Frame, GazeDatum
from gazewire.time import ManualClock

MS = 1_000_000
S = 1000 * MS
STEP_NS = 5 * MS

Lateness = Callable[[int], int]
"""How late the record of an instant (ns from the begin) is published."""


GLASSES = GlassesInfo(
    description="test",
    scene=VideoShape(width=1, height=1, rate_hz=30),
    eyes=VideoShape(width=1, height=1, rate_hz=200),
)
STEPS_PER_SCENE_FRAME = 6  # 33 Hz, nearly


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shortfall() -> Shortfall:
    return Shortfall()


@pytest.fixture
def pace(clock: ManualClock, shortfall: Shortfall) -> Pace:
    return Pace(GLASSES, clock, shortfall)


def frame(camera: str, index: int, instant_ns: int) -> Frame:
    return Frame(
        camera=camera,
        index=index,
        timestamp_unix_ns=instant_ns,
        width=1,
        height=1,
        pixel_format="gray",
        data=b".",
    )


def records(begin_ns: int, seconds: float, *, eyes: bool, scene: bool) -> Iterator[Record]:
    for step in range(round(seconds * S) // STEP_NS):
        instant_ns = begin_ns + step * STEP_NS
        index, is_between = divmod(step, STEPS_PER_SCENE_FRAME)
        if scene and not is_between:
            yield frame("world", index, instant_ns)
        if eyes:
            yield frame("eyes", step, instant_ns)
        yield GazeDatum(timestamp_unix_ns=instant_ns, x_px=0.0, y_px=0.0)


def play(
    pace: Pace,
    clock: ManualClock,
    seconds: float,
    late_ns: Lateness,
    *,
    eyes: bool = True,
    scene: bool = False,
) -> list[Record]:
    """Publish so long with the given lateness; what was admitted."""
    begin_ns, admitted = clock.unix_ns(), []
    for record in records(begin_ns, seconds, eyes=eyes, scene=scene):
        instant_ns = record.timestamp_unix_ns
        due_ns = instant_ns + late_ns(instant_ns - begin_ns)
        clock.advance(max(0, due_ns - clock.unix_ns()))
        if pace.admits(record):
            admitted.append(record)
    return admitted


def indexes(records: list[Record], camera: str) -> list[int]:
    return [r.index for r in records if isinstance(r, Frame) and r.camera == camera]


def kept_of_200(pace: Pace, camera: str = "eyes") -> int:
    return sum(pace.keeps(camera, index) for index in range(200))


def test_what_is_published_in_time_is_all_published(clock: ManualClock, pace: Pace) -> None:
    assert len(play(pace, clock, 5.0, lambda _: 90 * MS)) == 2000
    assert kept_of_200(pace) == 200


def test_where_records_come_ever_later_the_rate_of_eye_frames_is_halved_and_this_is_said_once(
    clock: ManualClock, pace: Pace, shortfall: Shortfall, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        admitted = play(pace, clock, 2.0, lambda ns: 50 * MS + ns // 5, scene=True)
    assert kept_of_200(pace) == 100
    assert caplog.messages == [
        "this machine does not keep up: eye pictures come at 100 Hz from now on, not at 200 Hz"
    ]
    assert shortfall.lowered_hz == {"eyes": 100}
    assert indexes(admitted, "eyes")[:3] == [0, 1, 2]
    assert indexes(admitted, "eyes")[-3:] == [394, 396, 398]
    assert indexes(admitted, "world") == list(range(67))
    assert sum(isinstance(record, GazeDatum) for record in admitted) == 400


def test_fifty_eye_frames_a_second_are_not_given_up(clock: ManualClock, pace: Pace) -> None:
    play(pace, clock, 20.0, lambda ns: 200 * MS + ns // 30)
    assert kept_of_200(pace) == 50


def test_where_fewer_eye_frames_do_not_help_the_rate_of_the_scene_is_halved_and_this_is_said(
    clock: ManualClock, pace: Pace, shortfall: Shortfall, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        play(pace, clock, 20.0, lambda ns: 200 * MS + ns // 30, scene=True)
    assert [message.partition(": ")[2] for message in caplog.messages] == [
        "eye pictures come at 100 Hz from now on, not at 200 Hz",
        "eye pictures come at 50 Hz from now on, not at 100 Hz",
        "scene pictures come at 15 Hz from now on, not at 30 Hz",
        "scene pictures come at 7.5 Hz from now on, not at 15 Hz",
    ]
    assert shortfall.lowered_hz == {"eyes": 50, "world": 7.5}
    assert kept_of_200(pace, "world") == 50


def test_a_source_without_eyes_lowers_the_rate_of_its_scene(
    clock: ManualClock, shortfall: Shortfall
) -> None:
    scene = GlassesInfo(description="footage", scene=GLASSES.scene)
    pace = Pace(scene, clock, shortfall)
    play(pace, clock, 4.9, lambda _: 310 * MS, eyes=False, scene=True)
    assert shortfall.lowered_hz == {}
    admitted = play(pace, clock, 1.0, lambda _: 310 * MS, eyes=False, scene=True)
    assert shortfall.lowered_hz == {"world": 15}
    assert indexes(admitted, "world")[-3:] == [28, 30, 32]
    assert sum(isinstance(record, GazeDatum) for record in admitted) == 200


def test_a_scene_that_is_a_little_late_all_the_time_is_all_published(
    clock: ManualClock, pace: Pace
) -> None:
    admitted = play(pace, clock, 5.0, lambda _: 290 * MS, eyes=False, scene=True)
    assert indexes(admitted, "world") == list(range(167))


@pytest.mark.parametrize("camera", ["eyes", "world"])
def test_while_all_is_a_second_late_few_frames_are_left(
    clock: ManualClock, pace: Pace, camera: str
) -> None:
    play(pace, clock, 0.1, lambda _: 1100 * MS)
    assert kept_of_200(pace, camera) == 25
    admitted = play(pace, clock, 0.1, lambda _: 1100 * MS, scene=True)
    assert indexes(admitted, camera) == {"eyes": [0, 8, 16], "world": [0]}[camera]
    play(pace, clock, 0.1, lambda _: 0)
    assert kept_of_200(pace, camera) == 200


def test_a_machine_that_catches_up_after_a_hiccup_keeps_up(
    clock: ManualClock, pace: Pace, shortfall: Shortfall
) -> None:
    play(pace, clock, 1.0, lambda _: 0, scene=True)
    play(pace, clock, 20.0, lambda ns: max(0, 900 * MS - ns // 10), scene=True)
    assert shortfall.lowered_hz == {}


def test_a_machine_that_is_late_without_frames_gives_none_up(
    clock: ManualClock, pace: Pace, shortfall: Shortfall
) -> None:
    play(pace, clock, 5.0, lambda ns: 200 * MS + ns // 10, eyes=False)
    assert shortfall.lowered_hz == {}


def test_a_source_without_cameras_has_nothing_to_give_up(
    clock: ManualClock, shortfall: Shortfall
) -> None:
    pace = Pace(GlassesInfo(description="gaze alone"), clock, shortfall)
    assert len(play(pace, clock, 3.0, lambda ns: ns, eyes=False)) == 600
    assert shortfall.lowered_hz == {}


def test_about_four_scene_frames_a_second_are_left_in_the_worst_case(
    clock: ManualClock, pace: Pace
) -> None:
    play(pace, clock, 20.0, lambda _: 1100 * MS, eyes=False, scene=True)
    assert [index for index in range(30) if pace.keeps("world", index)] == [0, 8, 16, 24]
