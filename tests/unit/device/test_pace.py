import logging
from collections.abc import Callable, Iterator

import pytest

from gazewire.camera import Record
from gazewire.device.pace import Pace
from gazewire.model import Frame, GazeDatum
from gazewire.time import ManualClock

MS = 1_000_000
S = 1000 * MS
STEP_NS = 5 * MS

Lateness = Callable[[int], int]
"""How late the record of an instant (ns from the begin) is published."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def eye_frame(index: int, instant_ns: int) -> Frame:
    return Frame(
        camera="eyes",
        index=index,
        timestamp_unix_ns=instant_ns,
        width=1,
        height=1,
        pixel_format="gray",
        data=b".",
    )


def records(begin_ns: int, seconds: float, *, eyes: bool) -> Iterator[Record]:
    for index in range(round(seconds * S) // STEP_NS):
        instant_ns = begin_ns + index * STEP_NS
        if eyes:
            yield eye_frame(index, instant_ns)
        yield GazeDatum(timestamp_unix_ns=instant_ns, x_px=0.0, y_px=0.0)


def play(
    pace: Pace, clock: ManualClock, seconds: float, late_ns: Lateness, *, eyes: bool = True
) -> list[Record]:
    """Publish so long with the given lateness; what was admitted."""
    begin_ns, admitted = clock.unix_ns(), []
    for record in records(begin_ns, seconds, eyes=eyes):
        instant_ns = record.timestamp_unix_ns
        due_ns = instant_ns + late_ns(instant_ns - begin_ns)
        clock.advance(max(0, due_ns - clock.unix_ns()))
        if pace.admits(record):
            admitted.append(record)
    return admitted


def kept_of_200(pace: Pace) -> int:
    return sum(pace.keeps(index) for index in range(200))


def test_what_is_published_in_time_is_all_published(clock: ManualClock) -> None:
    pace = Pace(200, clock)
    assert len(play(pace, clock, 5.0, lambda _: 90 * MS)) == 2000
    assert kept_of_200(pace) == 200


def test_where_records_come_ever_later_the_rate_of_eye_frames_is_halved_and_this_is_said_once(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    pace = Pace(200, clock)
    with caplog.at_level(logging.WARNING):
        admitted = play(pace, clock, 2.0, lambda ns: 50 * MS + ns // 5)
    assert kept_of_200(pace) == 100
    assert caplog.messages == [
        "this machine does not keep up: eye pictures come at 100 Hz from now on, not at 200 Hz"
    ]
    indexes = [r.index for r in admitted if isinstance(r, Frame)]
    assert indexes[:3] == [0, 1, 2]
    assert indexes[-3:] == [394, 396, 398]
    assert sum(isinstance(record, GazeDatum) for record in admitted) == 400


def test_fifty_a_second_are_not_given_up(clock: ManualClock) -> None:
    pace = Pace(200, clock)
    play(pace, clock, 20.0, lambda ns: 200 * MS + ns // 30)
    assert kept_of_200(pace) == 50


def test_while_all_is_a_second_late_few_eye_frames_are_left(clock: ManualClock) -> None:
    pace = Pace(200, clock)
    play(pace, clock, 0.1, lambda _: 1100 * MS)
    assert kept_of_200(pace) == 25
    admitted = play(pace, clock, 0.1, lambda _: 1100 * MS)
    assert [record.index for record in admitted if isinstance(record, Frame)] == [0, 8, 16]
    play(pace, clock, 0.1, lambda _: 0)
    assert kept_of_200(pace) == 200


def test_a_machine_that_catches_up_after_a_hiccup_keeps_up(clock: ManualClock) -> None:
    pace = Pace(200, clock)
    play(pace, clock, 1.0, lambda _: 0)
    play(pace, clock, 10.0, lambda ns: max(0, 900 * MS - ns // 2))
    assert kept_of_200(pace) == 200


def test_a_machine_that_is_late_without_eyes_gives_none_up(clock: ManualClock) -> None:
    pace = Pace(200, clock)
    play(pace, clock, 5.0, lambda ns: 200 * MS + ns // 10, eyes=False)
    assert kept_of_200(pace) == 200


def test_a_source_without_eye_cameras_has_nothing_to_give_up(clock: ManualClock) -> None:
    pace = Pace(None, clock)
    assert len(play(pace, clock, 3.0, lambda ns: ns, eyes=False)) == 600
