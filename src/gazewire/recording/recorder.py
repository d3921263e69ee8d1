"""Takes records off the event loop and onto the disk, in a thread of its own.

::

    recorder = Recorder(root, recording_id=recording_id, start_unix_ns=now_unix_ns,
                        open_writer=lambda folder: NeonRecordingWriter(folder, ...), clock=clock)
    async with recorder:
        recorder.put(gaze_datum)
        await recorder.finish(clock.unix_ns())

Nothing is lost silently. Where the disk is full, fails or does not keep up, the recording ends
there, whole, and `Recorder.wait_failed` says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from gazewire.errors import RecordingError
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.writer import Recordable, RecordingWriter
from gazewire.time import Clock

__all__ = ["Recorder", "RecorderConfig"]

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

_NS_PER_S = 1_000_000_000
_MIB = 1 << 20


class RecorderConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of a recorder.

    Attributes:
        free_space_floor_bytes: a recording does not begin, and ends, where less is free on the
            disk. The default is some three minutes of scene video: room to complete what was begun.
            0: the disk may fill up.
        queue_capacity: how many records may wait for the disk. The default is some twenty seconds
            of all sensors, which are 25 MB.
        checkpoint_interval_s: how much a power cut may cost; also how often free space is looked
            at.
    """

    free_space_floor_bytes: int = 100 * _MIB
    queue_capacity: int = 12_000
    checkpoint_interval_s: float = 1.0


class _Stop(msgspec.Struct, frozen=True):
    end_unix_ns: int
    is_kept: bool


class _Overrun(msgspec.Struct, frozen=True):
    capacity: int


def _free_bytes(path: Path) -> int:
    return shutil.disk_usage(path).free


class Recorder:
    """One recording, from its begin to its end; an async context manager.

    Entering makes the folder and opens the writer; leaving without `finish` or `discard` finishes
    at the clock's time. All methods are called on the thread of the event loop that entered, from
    any task.
    """

    def __init__(
        self,
        root: Path,
        *,
        recording_id: str,
        start_unix_ns: int,
        open_writer: Callable[[RecordingFolder], RecordingWriter],
        clock: Clock,
        config: RecorderConfig | None = None,
        free_bytes: Callable[[Path], int] = _free_bytes,
    ) -> None:
        """Touch nothing yet.

        Args:
            root: where recordings are kept; made where it does not exist.
            recording_id: UUID.
            start_unix_ns: the instant at which the recording begins.
            open_writer: begins a recording in a folder, in the layout that is wanted; called in the
                recorder's thread.
            clock: tells how long the recording is at a checkpoint and when it failed.
            config: its limits.
            free_bytes: asks the disk of a path how much is free.
        """
        self._root = root
        self._recording_id = recording_id
        self._start_unix_ns = start_unix_ns
        self._open_writer = open_writer
        self._clock = clock
        self._config = config or RecorderConfig()
        self._free_bytes = free_bytes
        # Bounded by `put`, not by the queue, so that the order to stop always finds room.
        self._queue: queue.SimpleQueue[Recordable | _Stop | _Overrun] = queue.SimpleQueue()
        self._order: _Stop | None = None
        self._is_accepting = False
        self._is_stopping = False

    async def __aenter__(self) -> Self:
        """Begin the recording.

        Raises:
            RecordingError: the folder cannot be written to, or too little space is free.
        """
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[Path | RecordingError] = self._loop.create_future()
        self._failed: asyncio.Future[RecordingError] = self._loop.create_future()
        self._ended: asyncio.Future[RecordingError | None] = self._loop.create_future()
        self._checkpoint_mono_ns = self._clock.mono_ns()
        self._thread = threading.Thread(target=self._work, name="recorder")
        self._thread.start()
        try:
            opened = await asyncio.shield(self._opened)
        except asyncio.CancelledError:
            self._stop(_Stop(self._start_unix_ns, is_kept=False))
            raise
        if isinstance(opened, RecordingError):
            self._thread.join()
            raise opened
        self._folder = opened
        self._is_accepting = True
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        is_first = self._stop(_Stop(self._clock.unix_ns(), is_kept=True))
        failure = await self._end()
        # Whoever called `finish`, or fails for another reason, has been told.
        if failure is not None and is_first and exc is None:
            raise failure

    @property
    def folder(self) -> Path:
        """Where the recording is."""
        return self._folder

    def put(self, record: Recordable) -> None:
        """Record something. Never waits.

        Once the recording has ended, or failed, nothing is recorded any more.
        """
        if not self._is_accepting:
            return
        capacity = self._config.queue_capacity
        if self._queue.qsize() < capacity:
            self._queue.put(record)
        else:
            self._is_accepting = False
            self._queue.put(_Overrun(capacity))

    async def wait_failed(self) -> RecordingError:
        """Wait until the recording cannot go on, which it may never be; cancelling is harmless.

        What was recorded until then is whole, and `finish` or `discard` is still to be called.

        Returns:
            Why, in one sentence.
        """
        return await asyncio.shield(self._failed)

    async def finish(self, end_unix_ns: int) -> None:
        """Write what is still waiting, and complete the recording.

        Whichever of `finish` and `discard` is called first decides. Cancelling this does not
        interrupt it: leaving the context waits for the rest.

        Args:
            end_unix_ns: the instant at which the recording ends.

        Raises:
            RecordingError: it failed before, or could not be completed.
        """
        self._stop(_Stop(end_unix_ns, is_kept=True))
        failure = await self._end()
        if failure is not None:
            raise failure

    async def discard(self) -> None:
        """Remove the recording, also one that has failed. As for the rest, like `finish`.

        Raises:
            RecordingError: a file could not be removed.
        """
        self._stop(_Stop(self._start_unix_ns, is_kept=False))
        failure = await self._end()
        if failure is not None:
            raise failure

    def _stop(self, stop: _Stop) -> bool:
        if self._is_stopping:
            return False
        self._is_accepting = False
        self._is_stopping = True
        self._queue.put(stop)
        return True

    async def _end(self) -> RecordingError | None:
        failure = await asyncio.shield(self._ended)
        # Telling that it has ended was the last thing it did.
        self._thread.join()
        return failure

    # What follows runs in the recorder's thread. It is the outermost loop there is, so that it
    # catches all: whatever breaks ends this recording and is told to whoever waits for it.

    def _work(self) -> None:
        try:
            folder, writer = self._open()
        except Exception as error:
            self._tell(self._opened, self._failure_from(error))
            return
        self._tell(self._opened, folder)
        failure = self._record(folder, writer)
        if failure is not None:
            # What there is, is completed at once: who knows when somebody calls `finish`. Where
            # that fails too, the first failure is the one to tell.
            with contextlib.suppress(Exception):
                writer.finish(self._clock.unix_ns())
            self._tell(self._failed, failure)
        self._tell(self._ended, self._complete(writer, failure))

    def _open(self) -> tuple[Path, RecordingWriter]:
        folder = RecordingFolder.create(
            self._root, recording_id=self._recording_id, start_unix_ns=self._start_unix_ns
        )
        try:
            self._check_space(folder.path)
            return folder.path, self._open_writer(folder)
        except BaseException:
            with contextlib.suppress(OSError):
                folder.remove()
            raise

    def _record(self, folder: Path, writer: RecordingWriter) -> RecordingError | None:
        # Returns when the order to stop has come, which is left in `_order`, or on a failure.
        with ThreadPoolExecutor(1, thread_name_prefix="recorder sync") as syncing:
            try:
                self._write_all(folder, writer, syncing)
            except Exception as error:
                return self._failure_from(error)
        return None

    def _write_all(
        self, folder: Path, writer: RecordingWriter, syncing: ThreadPoolExecutor
    ) -> None:
        interval_s = self._config.checkpoint_interval_s
        # A disk may take long to say that it has everything. What comes meanwhile is written all
        # the same: a killed program loses none of it.
        checkpoint: Future[None] | None = None
        while True:
            with contextlib.suppress(queue.Empty):
                item = self._queue.get(timeout=interval_s)
                if isinstance(item, _Stop):
                    self._order = item
                    return _raise_from(checkpoint)
                if isinstance(item, _Overrun):
                    raise RecordingError(
                        f"the recording in {folder} ended because the disk does not keep up: "
                        f"{item.capacity} records were waiting; record to a faster one"
                    )
                writer.write(item)
            if checkpoint is not None and checkpoint.done():
                _raise_from(checkpoint)
                checkpoint = None
                self._check_space(folder)
                self._checkpoint_mono_ns = self._clock.mono_ns()
            elapsed_ns = self._clock.mono_ns() - self._checkpoint_mono_ns
            if checkpoint is None and elapsed_ns >= interval_s * _NS_PER_S:
                checkpoint = syncing.submit(writer.checkpoint, self._clock.unix_ns())

    def _complete(
        self, writer: RecordingWriter, failure: RecordingError | None
    ) -> RecordingError | None:
        order = self._order or self._wait_for_order()
        try:
            if not order.is_kept:
                writer.discard()
                return None
            if failure is None:
                writer.finish(order.end_unix_ns)
        except Exception as error:
            return self._failure_from(error)
        return failure

    def _wait_for_order(self) -> _Stop:
        while True:
            item = self._queue.get()
            if isinstance(item, _Stop):
                return item

    def _check_space(self, folder: Path) -> None:
        floor = self._config.free_space_floor_bytes
        if floor and (free := self._free_bytes(folder)) < floor:
            raise RecordingError(
                f"{free // _MIB} MiB are free for recordings in {self._root}, and at least "
                f"{floor // _MIB} are needed; make room there or choose another folder"
            )

    def _failure_from(self, error: Exception) -> RecordingError:
        if isinstance(error, RecordingError):
            return error
        _LOG.error("recording %s broke", self._recording_id, exc_info=error)
        failure = RecordingError(f"the recording broke: {error!r}")
        failure.__cause__ = error
        return failure

    def _tell(self, future: asyncio.Future[T], value: T) -> None:
        # A loop that was closed meanwhile has nobody who waits.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_set_unless_done, future, value)


def _set_unless_done(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _raise_from(checkpoint: Future[None] | None) -> None:
    # What went wrong with it goes wrong here.
    if checkpoint is not None:
        checkpoint.result()
