import pytest

from gazewire.device.punctuality import Punctuality
from gazewire.device.shortfall import Shortfall
from gazewire.model import Frame
from gazewire.time import ManualClock

MS = 1_000_000
FRAME_MS = 33


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(unix_ns=0)


@pytest.fixture
def shortfall() -> Shortfall:
    return Shortfall()


@pytest.fixture
def punctuality(clock: ManualClock, shortfall: Shortfall) -> Punctuality:
    return Punctuality("world", clock, shortfall)


def frame(instant_ms: int) -> Frame:
    return Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=instant_ms * MS,
        width=1,
        height=1,
        pixel_format="gray",
        data=b".",
    )


def admitted(punctuality: Punctuality, instants_ms: range) -> list[int]:
    return [instant for instant in instants_ms if punctuality.admits(frame(instant))]


def test_frames_up_to_300_ms_late_are_coded(
    punctuality: Punctuality, clock: ManualClock, shortfall: Shortfall
) -> None:
    clock.advance(1_300 * MS)
    assert admitted(punctuality, range(1_000, 1_300, FRAME_MS)) == [*range(1_000, 1_300, FRAME_MS)]
    assert shortfall.left_out == {}


def test_later_ones_are_left_out_and_counted(
    punctuality: Punctuality, clock: ManualClock, shortfall: Shortfall
) -> None:
    assert punctuality.admits(frame(900))
    clock.advance(1_301 * MS)
    assert not punctuality.admits(frame(1_000))
    assert punctuality.admits(frame(1_001))
    assert shortfall.left_out == {"world": 1}


def test_however_late_they_are_four_a_second_are_coded(
    punctuality: Punctuality, clock: ManualClock, shortfall: Shortfall
) -> None:
    clock.advance(3_600_000 * MS)
    assert admitted(punctuality, range(0, 1_000, 50)) == [0, 250, 500, 750]
    assert shortfall.left_out == {"world": 16}


def test_frames_whose_turn_never_came_are_counted_once(
    punctuality: Punctuality, shortfall: Shortfall
) -> None:
    for lost in (0, 2, 2, 5):
        punctuality.note_lost(lost)
    assert shortfall.left_out == {"world": 5}
