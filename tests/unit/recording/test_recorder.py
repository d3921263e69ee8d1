from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from gazewire.errors import RecordingError
from gazewire.model import Event
from gazewire.recording import Recordable, Recorder, RecorderConfig, RecordingFolder
from gazewire.time import ManualClock

ID = "e0f5a1b2-1111-4222-8333-444455556666"
NS_PER_S = 1_000_000_000


class FakeWriter:
    """Remembers what it was told; writes names of events to a file."""

    def __init__(self, folder: RecordingFolder) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.disk = threading.Event()
        self.disk.set()
        self.has_written_last = threading.Event()
        self.broken_by: dict[str, Exception] = {}
        folder.write_file("begun", b"")

    def write(self, record: Recordable) -> None:
        self.gate.wait()
        assert isinstance(record, Event)
        self._tell(str(record.name))
        if record.name == "last":
            self.has_written_last.set()

    def checkpoint(self, now_unix_ns: int) -> None:
        self.disk.wait()
        self._tell(f"checkpoint {now_unix_ns}")

    def finish(self, end_unix_ns: int) -> None:
        self._tell(f"finish {end_unix_ns}")

    def discard(self) -> None:
        self._tell("discard")
        self.folder.remove()

    def _tell(self, what: str) -> None:
        error = self.broken_by.get(what.split()[0])
        if error is not None:
            raise error
        self.told.append(what)


class Bench:
    """A recorder with everything around it within reach."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = ManualClock(unix_ns=1000)
        self.writers: list[FakeWriter] = []
        self.free_bytes = 10**12

    @property
    def writer(self) -> FakeWriter:
        return self.writers[0]

    def recorder(self, **config) -> Recorder:
        return Recorder(
            self.root,
            recording_id=ID,
            start_unix_ns=1000,
            open_writer=self._open,
            clock=self.clock,
            config=RecorderConfig(**config),
            free_bytes=lambda path: self.free_bytes,
        )

    def _open(self, folder: RecordingFolder) -> FakeWriter:
        self.writers.append(FakeWriter(folder))
        return self.writer


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture(autouse=True)
def no_thread_survives():
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "recorder"] == []


def event(name: str) -> Event:
    return Event(name=name, timestamp_unix_ns=0)


async def test_entered_recorder_has_begun_on_disk(bench):
    async with bench.recorder() as recorder:
        assert (recorder.folder / "begun").exists()
        assert recorder.folder.parent == bench.root


async def test_records_are_written_in_order_before_the_end(bench):
    async with bench.recorder() as recorder:
        for name in "abc":
            recorder.put(event(name))
        await recorder.finish(2000)

    assert bench.writer.told == ["a", "b", "c", "finish 2000"]


async def test_leaving_finishes_at_the_time_of_the_clock(bench):
    async with bench.recorder() as recorder:
        recorder.put(event("a"))
        bench.clock.advance(500)

    assert bench.writer.told == ["a", "finish 1500"]


async def test_error_in_the_block_goes_on_and_the_recording_is_finished(bench):
    async def fail() -> None:
        async with bench.recorder() as recorder:
            recorder.put(event("a"))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()

    assert bench.writer.told == ["a", "finish 1000"]


async def test_discarded_recording_is_gone(bench):
    async with bench.recorder() as recorder:
        recorder.put(event("a"))
        await recorder.discard()

        assert not recorder.folder.exists()

    assert bench.writer.told == ["a", "discard"]


async def test_first_of_finish_and_discard_decides(bench):
    async with bench.recorder() as recorder:
        await recorder.finish(2000)
        await recorder.discard()
        await recorder.finish(3000)

    assert bench.writer.told == ["finish 2000"]


async def test_what_is_put_after_the_end_is_not_recorded(bench):
    async with bench.recorder() as recorder:
        await recorder.finish(2000)
        recorder.put(event("late"))

    assert bench.writer.told == ["finish 2000"]


async def test_checkpoints_come_as_time_goes_by(bench):
    async with bench.recorder(checkpoint_interval_s=1) as recorder:
        recorder.put(event("a"))
        bench.clock.advance(NS_PER_S)
        recorder.put(event("b"))
        await recorder.finish(5)

    assert f"checkpoint {1000 + NS_PER_S}" in bench.writer.told
    assert bench.writer.told[-1] == "finish 5"


async def test_disk_that_takes_long_to_sync_holds_up_no_record(bench):
    async with bench.recorder(checkpoint_interval_s=1) as recorder:
        bench.writer.disk.clear()
        bench.clock.advance(NS_PER_S)
        for name in ("a", "b", "last"):
            recorder.put(event(name))
            bench.clock.advance(NS_PER_S)
        assert await asyncio.to_thread(bench.writer.has_written_last.wait, 30)
        assert bench.writer.told == ["a", "b", "last"]
        bench.writer.disk.set()
        await recorder.finish(5)

    assert [what.split()[0] for what in bench.writer.told[3:]] == ["checkpoint", "finish"]


async def test_failing_checkpoint_ends_the_recording_whole(bench):
    async with bench.recorder(checkpoint_interval_s=0.001) as recorder:
        bench.writer.broken_by["checkpoint"] = RecordingError("the disk failed")
        bench.clock.advance(NS_PER_S)
        failure = await recorder.wait_failed()
        with pytest.raises(RecordingError, match="the disk failed"):
            await recorder.finish(2000)

    assert "the disk failed" in str(failure)
    assert bench.writer.told[-1].startswith("finish ")


async def test_checkpoint_needs_no_record(bench):
    async with bench.recorder(checkpoint_interval_s=0.001, free_space_floor_bytes=1) as recorder:
        bench.clock.advance(NS_PER_S)
        bench.free_bytes = 0
        failure = await recorder.wait_failed()
        await recorder.discard()

    assert "make room" in str(failure)


async def test_failing_write_ends_the_recording_whole_and_says_why(bench):
    broken = RecordingError("the disk failed; choose another one")
    async with bench.recorder() as recorder:
        bench.writer.broken_by["b"] = broken
        for name in "abc":
            recorder.put(event(name))
        bench.clock.advance(7)

        assert await recorder.wait_failed() is broken
        assert bench.writer.told[0] == "a"
        assert bench.writer.told[1].startswith("finish ")
        recorder.put(event("d"))
        with pytest.raises(RecordingError, match="the disk failed"):
            await recorder.finish(2000)

    assert len(bench.writer.told) == 2


async def test_leaving_a_failed_recording_tells_those_who_did_not_ask(bench):
    async def record() -> None:
        async with bench.recorder() as recorder:
            bench.writer.broken_by["a"] = RecordingError("the disk failed")
            recorder.put(event("a"))

    with pytest.raises(RecordingError, match="the disk failed"):
        await record()


async def test_failed_recording_can_be_discarded(bench):
    async with bench.recorder() as recorder:
        bench.writer.broken_by["a"] = RecordingError("the disk failed")
        recorder.put(event("a"))
        await recorder.wait_failed()
        await recorder.discard()

        assert not recorder.folder.exists()


async def test_bug_of_the_writer_ends_the_recording_like_a_failing_disk(bench, caplog):
    async with bench.recorder() as recorder:
        bench.writer.broken_by["a"] = ZeroDivisionError("oops")
        recorder.put(event("a"))
        failure = await recorder.wait_failed()
        await recorder.discard()

    assert "oops" in str(failure)
    assert "ZeroDivisionError" in caplog.text


async def test_first_failure_is_told_where_completing_fails_as_well(bench):
    async with bench.recorder() as recorder:
        bench.writer.broken_by |= {"a": RecordingError("first"), "finish": KeyError("second")}
        recorder.put(event("a"))
        with pytest.raises(RecordingError, match="first"):
            await recorder.finish(2000)


async def test_failing_completion_is_told_by_finish(bench):
    async with bench.recorder() as recorder:
        bench.writer.broken_by["finish"] = RecordingError("no room for the last fragment")
        with pytest.raises(RecordingError, match="last fragment"):
            await recorder.finish(2000)


async def test_full_queue_ends_the_recording_after_what_it_holds(bench):
    async with bench.recorder(queue_capacity=3) as recorder:
        bench.writer.gate.clear()
        for name in "abcdefgh":
            recorder.put(event(name))
        bench.writer.gate.set()
        failure = await recorder.wait_failed()
        with pytest.raises(RecordingError):
            await recorder.finish(2000)

    assert "does not keep up" in str(failure)
    # The thread may have had one of them in hand already when the queue was full.
    assert "".join(bench.writer.told[:-1]) in {"abc", "abcd"}
    assert bench.writer.told[-1].startswith("finish ")


async def test_too_little_space_refuses_to_begin_and_leaves_no_folder(bench):
    bench.free_bytes = 50 << 20

    with pytest.raises(RecordingError, match=r"50 MiB are free .* at least 100 are needed"):
        await bench.recorder().__aenter__()

    assert list(bench.root.iterdir()) == []
    assert bench.writers == []


async def test_space_that_runs_out_ends_the_recording_whole(bench):
    async with bench.recorder(checkpoint_interval_s=1) as recorder:
        recorder.put(event("a"))
        bench.free_bytes = 0
        bench.clock.advance(NS_PER_S)
        recorder.put(event("b"))
        failure = await recorder.wait_failed()
        with pytest.raises(RecordingError):
            await recorder.finish(2000)

    assert "make room there or choose another folder" in str(failure)
    assert bench.writer.told[-1].startswith("finish ")


async def test_folder_that_cannot_be_made_refuses_to_begin(bench):
    bench.root = bench.root / "file"
    bench.root.touch()

    with pytest.raises(RecordingError, match="choose a folder"):
        await bench.recorder().__aenter__()


async def test_writer_that_cannot_begin_leaves_no_folder(bench):
    def refuse(folder: RecordingFolder) -> FakeWriter:
        folder.write_file("begun", b"")
        raise RecordingError("no")

    recorder = Recorder(
        bench.root, recording_id=ID, start_unix_ns=0, open_writer=refuse, clock=bench.clock
    )
    with pytest.raises(RecordingError, match="no"):
        await recorder.__aenter__()

    assert list(bench.root.iterdir()) == []


async def test_cancelled_begin_leaves_no_folder(bench):
    gate = threading.Event()
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_slowly(folder: RecordingFolder) -> FakeWriter:
        loop.call_soon_threadsafe(begun.set)
        gate.wait()
        return FakeWriter(folder)

    recorder = Recorder(
        bench.root, recording_id=ID, start_unix_ns=0, open_writer=begin_slowly, clock=bench.clock
    )
    entering = asyncio.create_task(recorder.__aenter__())
    await begun.wait()
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "recorder":
            thread.join()

    assert list(bench.root.iterdir()) == []


async def test_cancelled_finish_is_completed_on_leaving(bench):
    async with bench.recorder() as recorder:
        bench.writer.gate.clear()
        recorder.put(event("a"))
        finishing = asyncio.create_task(recorder.finish(2000))
        await asyncio.sleep(0)
        finishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finishing
        bench.writer.gate.set()

    assert bench.writer.told == ["a", "finish 2000"]


async def test_waiting_for_a_failure_can_be_cancelled_and_repeated(bench):
    async with bench.recorder() as recorder:
        waiting = asyncio.create_task(recorder.wait_failed())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        bench.writer.broken_by["a"] = RecordingError("later")
        recorder.put(event("a"))

        assert str(await recorder.wait_failed()) == "later"
        await recorder.discard()
