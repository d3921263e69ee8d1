import pytest

from gazewire.device.demand import FrameDemand
from gazewire.device.pace import Pace
from gazewire.time import ManualClock

MS = 1_000_000


class Watched:
    def __init__(self) -> None:
        self.now = False

    def __call__(self) -> bool:
        return self.now


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def demand(watched: Watched, clock: ManualClock) -> FrameDemand:
    return FrameDemand(watched, Pace(200, clock), clock)


def test_the_scene_is_always_wanted(demand: FrameDemand) -> None:
    assert demand("world", 0)
    assert demand("world", 1)


def test_eyes_are_wanted_while_somebody_looks(demand: FrameDemand, watched: Watched) -> None:
    assert not demand("eyes", 0)
    watched.now = True
    assert [demand("eyes", index) for index in range(3)] == [True, True, True]


def test_who_looks_away_for_a_moment_misses_nothing(
    demand: FrameDemand, watched: Watched, clock: ManualClock
) -> None:
    watched.now = True
    assert demand("eyes", 0)
    watched.now = False
    clock.advance(900 * MS)
    assert demand("eyes", 180)
    clock.advance(200 * MS)
    assert not demand("eyes", 220)
