import pytest

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtp import TickClock, TickUnwrapper, signed_tick_difference

TODAY_UNIX_NS = 1_744_294_828_357_928_800


@pytest.mark.parametrize("clock_hz", [1, 8000, 44_100, 48_000, 90_000, 100_000_000])
@pytest.mark.parametrize("start", [0, 1 << 32, 156_986_534_552_213])
def test_a_tick_survives_the_way_to_nanoseconds_and_back(clock_hz, start):
    clock = TickClock(clock_hz)
    for ticks in range(start - 50, start + 50):
        assert clock.ticks(clock.unix_ns(ticks)) == ticks


def test_video_ticks_are_the_rounded_ninths_of_a_hundred_microseconds():
    clock = TickClock(90_000)
    assert [clock.unix_ns(n) for n in (1, 2, 5, 9)] == [11_111, 22_222, 55_556, 100_000]
    assert clock.unix_ns(-1) == -11_111


@pytest.mark.parametrize(
    ("clock_hz", "step_ns", "step_ticks"),
    [(90_000, 100_000, 9), (8000, 125_000, 1), (44_100, 10_000_000, 441), (7, 10**9, 7)],
)
def test_the_shortest_common_step_is_known(clock_hz, step_ns, step_ticks):
    clock = TickClock(clock_hz)
    assert (clock.step_ns, clock.step_ticks) == (step_ns, step_ticks)
    assert clock.unix_ns(step_ticks) == step_ns


def test_an_instant_goes_to_the_nearest_tick():
    clock = TickClock(90_000)
    assert clock.ticks(5_555) == 0
    assert clock.ticks(5_556) == 1
    assert clock.ticks(-5_556) == -1


def test_half_way_goes_to_the_later_one():
    assert TickClock(1).ticks(500_000_000) == 1
    assert TickClock(1).ticks(499_999_999) == 0
    assert TickClock(1).ticks(-500_000_000) == 0
    # 1024 ticks a second: tick 1 is 976 562.5 ns.
    assert TickClock(1024).unix_ns(1) == 976_563
    assert TickClock(1024).unix_ns(-1) == -976_562


def test_years_of_running_do_not_drift():
    clock = TickClock(90_000)
    year_ticks = 90_000 * 86_400 * 365
    start = clock.ticks(TODAY_UNIX_NS)
    assert (
        clock.unix_ns(start + 10 * year_ticks) - clock.unix_ns(start) == 10 * 365 * 86_400 * 10**9
    )


@pytest.mark.parametrize("clock_hz", [0, -1, 100_000_001])
def test_a_clock_without_sense_is_refused(clock_hz):
    with pytest.raises(LocalProtocolError):
        TickClock(clock_hz)


def test_timestamps_count_on_through_the_wrap():
    unwrapper = TickUnwrapper()
    start, step = 0xFFFF_0000, 3000
    counts = [unwrapper.unwrap((start + n * step) & 0xFFFF_FFFF) for n in range(100)]
    assert counts == [start + n * step for n in range(100)]


def test_timestamps_may_go_back_across_the_wrap():
    unwrapper = TickUnwrapper()
    assert unwrapper.unwrap(50) == 50
    assert unwrapper.unwrap(0xFFFF_FF9B) == 50 - 151
    assert unwrapper.unwrap(51) == 51


@pytest.mark.parametrize(
    ("later", "earlier", "difference"),
    [
        (0x32, 0xFFFFFF9B, 151),
        (0xFFFFFF9B, 0x32, -151),
        (0x7FFF_FFFF, 0, 0x7FFF_FFFF),
        (0x8000_0000, 0, -0x8000_0000),
    ],
)
def test_differences_go_the_short_way_round(later, earlier, difference):
    assert signed_tick_difference(later, earlier) == difference
