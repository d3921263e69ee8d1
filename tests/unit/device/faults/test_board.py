import asyncio
from collections.abc import AsyncIterator

import pytest

from gazewire.device.faults import FaultBoard, FaultReport, parse_fault
from gazewire.errors import DeviceRefusedError

TIME_LIMIT_S = 5


@pytest.fixture
async def board(bench) -> AsyncIterator[FaultBoard]:
    async with FaultBoard(bench.rig) as board:
        yield board


async def until(bench, board: FaultBoard, phase: str) -> FaultReport:
    await bench.until(lambda: board.reports()[-1].phase == phase)
    return board.reports()[-1]


async def test_a_fault_is_in_force_when_it_has_been_started(bench, board: FaultBoard) -> None:
    receiver = bench.join()
    report = await board.start(parse_fault("loss:percent=100,for=30"))
    bench.send(5)
    assert receiver.packets == []
    assert report == FaultReport(
        id=1,
        fault="loss:percent=100,for=30",
        says="Packets are lost, each by itself; reports are not.",
        phase="active",
        begins_in_s=None,
        remaining_s=30.0,
        injected={},
    )
    [now] = board.reports()
    assert now.remaining_s == pytest.approx(29.975)
    assert now.injected == {"gaze": {"packets": 5, "lost": 5}}


async def test_a_fault_ends_by_itself_and_what_it_did_can_still_be_read(
    bench, board: FaultBoard
) -> None:
    receiver = bench.join()
    await board.start(parse_fault("loss:percent=100,for=0.01"))
    bench.send(5)
    over = await until(bench, board, "over")
    bench.send(5)
    assert len(receiver.packets) == 5
    assert over.remaining_s is None
    assert over.injected == {"gaze": {"packets": 5, "lost": 5}}


async def test_a_fault_that_lasts_has_no_remaining_time(board: FaultBoard) -> None:
    report = await board.start(parse_fault("stall"))
    assert (report.phase, report.remaining_s) == ("active", None)


async def test_a_fault_can_begin_later(bench, board: FaultBoard) -> None:
    receiver = bench.join()
    report = await board.start(parse_fault("loss:percent=100,after=0.01"))
    assert (report.phase, report.begins_in_s, report.remaining_s) == ("waiting", 0.01, None)
    bench.send(5)
    assert len(receiver.packets) == 5
    await until(bench, board, "active")
    bench.send(5)
    assert len(receiver.packets) == 5


async def test_clearing_takes_all_faults_out_and_forgets_them(bench, board: FaultBoard) -> None:
    receiver = bench.join()
    await board.start(parse_fault("loss:percent=100"))
    await board.start(parse_fault("duplicate:after=60"))
    bench.send(5)
    last = await board.clear()
    assert [(report.phase, report.injected) for report in last] == [
        ("over", {"gaze": {"packets": 5, "lost": 5}}),
        ("over", {}),
    ]
    assert board.reports() == []
    bench.send(5)
    assert len(receiver.packets) == 5
    assert await board.clear() == []


async def test_a_fault_that_was_just_started_can_be_cleared(board: FaultBoard) -> None:
    starting = [
        asyncio.create_task(board.start(parse_fault(text))) for text in ("loss", "loss:after=9")
    ]
    await asyncio.sleep(0)
    await board.clear()
    async with asyncio.timeout(TIME_LIMIT_S):
        await asyncio.gather(*starting)


async def test_faults_about_what_the_device_lacks_are_refused(board: FaultBoard) -> None:
    with pytest.raises(DeviceRefusedError, match="no stream imu; there are: gaze, eye_events, wor"):
        await board.start(parse_fault("loss:sensor=imu"))
    with pytest.raises(DeviceRefusedError, match="no sensor eyes; there are: world, gaze"):
        await board.start(parse_fault("unplug:sensor=eyes,after=5"))
    assert board.reports() == []


async def test_there_cannot_be_faults_without_end(board: FaultBoard) -> None:
    for _ in range(32):
        await board.start(parse_fault("loss"))
    with pytest.raises(DeviceRefusedError, match="32 faults already"):
        await board.start(parse_fault("loss"))
    assert len(board.reports()) == 32


async def test_of_faults_that_are_over_the_latest_are_remembered(bench, board: FaultBoard) -> None:
    for _ in range(40):
        await board.start(parse_fault("play-500:for=0"))
        await until(bench, board, "over")
    assert [report.id for report in board.reports()] == list(range(9, 41))


async def test_leaving_the_board_takes_all_faults_out(bench) -> None:
    receiver = bench.join()
    async with FaultBoard(bench.rig) as board:
        await board.start(parse_fault("loss:percent=100"))
        await board.start(parse_fault("stall"))
        await board.start(parse_fault("http-slow:after=9"))
    bench.send(5)
    assert len(receiver.packets) == 5
