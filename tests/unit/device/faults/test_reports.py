import pytest

from gazewire.wire.rtcp import Goodbye

S = 1_000_000_000


async def test_reports_come_late_and_packets_in_time(bench) -> None:
    async with bench.fault("late-sr:seconds=3"):
        receiver = bench.join()
        bench.send(550)
        assert receiver.reports == []
        assert len(receiver.packets) == 550
        bench.send(250)
        assert len(receiver.reports) >= 1
    # One on joining, and one each second.
    assert bench.counts() == {"withheld": 3}


async def test_no_reports_come_and_no_goodbye(bench) -> None:
    async with bench.fault("no-sr"):
        receiver = bench.join()
        bench.send(500)
        bench.gaze.close()
    assert receiver.rtcp == []
    assert len(receiver.packets) == 500


async def test_when_no_reports_is_over_one_comes_at_once(bench) -> None:
    async with bench.fault("no-sr"):
        receiver = bench.join()
    assert len(receiver.reports) == 1


@pytest.mark.parametrize("ms", [100, -5_000])
async def test_the_wall_clock_steps_at_once_and_steps_back_at_the_end(bench, ms: int) -> None:
    receiver = bench.join()
    async with bench.fault(f"sr-step:ms={ms}"):
        pass
    before, stepped, after = receiver.reports
    # The clock of the bench has advanced by 10 ms since the first.
    assert stepped.unix_ns - after.unix_ns == pytest.approx(ms * 1_000_000, abs=1)
    assert after.unix_ns - before.unix_ns == 10_000_000
    assert stepped.rtp_timestamp == after.rtp_timestamp
    assert bench.counts() == {"stepped": 1}


async def test_the_wall_clock_steps_again_and_again(bench) -> None:
    async with bench.fault("sr-step:ms=50,every=2"):
        receiver = bench.join()
        bench.send(1_200)
        first, *_ = reports = receiver.reports
    ticks = [report.rtp_timestamp - first.rtp_timestamp for report in reports]
    times = [report.unix_ns - first.unix_ns for report in reports]
    errors_ms = [
        round((time - tick * S / 90_000) / 1e6) for time, tick in zip(times, ticks, strict=True)
    ]
    assert errors_ms == sorted(errors_ms)
    assert set(errors_ms) == {0, 50, 100, 150}


async def test_the_seconds_of_reports_are_zero(bench) -> None:
    receiver = bench.join()
    async with bench.fault("zero-ntp-sr"):
        bench.send(300)
    reports = receiver.reports
    assert [report.ntp_seconds == 0 for report in reports] == [False, True, True, False]
    assert bench.counts() == {"zeroed": 2}


async def test_a_goodbye_passes(bench) -> None:
    receiver = bench.join()
    async with bench.fault("zero-ntp-sr"):
        bench.gaze.close()
    assert isinstance(receiver.rtcp[-1], Goodbye)
