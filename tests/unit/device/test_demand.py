import pytest

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.device.demand import FrameDemand
from gazewire.device.pace import Pace
from gazewire.device.shortfall import Shortfall
from gazewire.model import GazeDatum
from gazewire.time import ManualClock

MS = 1_000_000
GLASSES = GlassesInfo(
    description="test",
    scene=VideoShape(width=1, height=1, rate_hz=30),
    eyes=VideoShape(width=1, height=1, rate_hz=200),
)


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
def pace(clock: ManualClock) -> Pace:
    return Pace(GLASSES, clock, Shortfall())


@pytest.fixture
def demand(watched: Watched, pace: Pace, clock: ManualClock) -> FrameDemand:
    return FrameDemand(watched, pace, clock)


def test_the_scene_is_always_wanted(demand: FrameDemand) -> None:
    assert demand("world", 0)
    assert demand("world", 1)


def test_fewer_frames_are_wanted_where_the_machine_is_far_behind(
    demand: FrameDemand, watched: Watched, pace: Pace, clock: ManualClock
) -> None:
    watched.now = True
    late_ns = clock.unix_ns() - 1_100 * MS
    pace.admits(GazeDatum(timestamp_unix_ns=late_ns, x_px=0.0, y_px=0.0))
    for camera in ("world", "eyes"):
        assert [index for index in range(20) if demand(camera, index)] == [0, 8, 16]


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
