"""Records what is on the bus, and says what has become of it.

``OK`` to ``R`` means that the wish was heard. Whether there is a recording say
``recording.started`` and ``recording.stopped``, or ``recording.failed`` with the reason.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gazewire.errors import GazewireError, RecordingError, RemoteProtocolError
from gazewire.flow import Overflow, OverrunError, Subscription, Topic, unwrapped
from gazewire.model import Notification
from gazewire.service.bus_outlet import Subscribe
from gazewire.service.plugin import Plugin, PluginContext
from gazewire.service.recorded_pictures import CodedPicture, Pictures
from gazewire.service.recording import (
    OpenRecording,
    RecordingPlan,
    RecordingWriter,
    session_folder,
)
from gazewire.wire.ipc import (
    ANNOTATION_TOPIC,
    Message,
    notification_message,
    parse_annotation,
)

__all__ = ["Recorder", "RecorderArgs", "RecordingRules"]

_LOG = logging.getLogger(__name__)

_Written = Message | CodedPicture

_RECORDED = ("pupil.", "gaze.", "fixations", "blinks", "surfaces.", "annotation", "notify.")
# Some fifteen seconds of everything, should the disk stand still.
_WAITING = 20_000
# A recording ends when its disk has no more than that; when it has less than the other at its
# beginning, the log warns. The program's own figures.
_LEAST_FREE_BYTES = 1_000_000_000
_LOW_FREE_BYTES = 5_000_000_000
_CHECKPOINT_NS = 1_000_000_000
_NS_PER_S = 1_000_000_000


class RecorderArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What ``Recorder`` is started with. Where recordings go is not the network's to say.

    Attributes:
        session_name: of recordings that are started without; empty for the date.
    """

    session_name: str = ""


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class RecordingRules:
    """How the service records.

    Attributes:
        root: under which recordings are kept; None: they are not.
        anywhere: names may lead elsewhere.
        open_recording: begins one.
        preface: notifications with which each of them begins.
        free_bytes: how much space the disk of a folder has.
        pictures: of the scene and the eyes; None where there are none.
    """

    root: Path | None
    anywhere: bool
    open_recording: OpenRecording
    preface: Callable[[], Sequence[Notification]] = tuple
    free_bytes: Callable[[Path], int] = _free_bytes
    pictures: Pictures | None = None


class Recorder(Plugin):
    """The plugin.

    Args:
        context: of the service.
        args: of the plugin.
        rules: how to record.
        subscribe: opens a subscription to the bus.
    """

    def __init__(
        self,
        context: PluginContext,
        args: RecorderArgs,
        rules: RecordingRules,
        subscribe: Subscribe,
    ) -> None:
        self._context = context
        self._args = args
        self._rules = rules
        self._subscribe = subscribe
        self._wanted: Notification | None = None
        self._running: RecordingPlan | None = None
        self._last_failure: str | None = None
        self._changed = asyncio.Event()

    @property
    def is_recording(self) -> bool:
        """A recording runs, or is about to."""
        return self._wanted is not None

    def on_notify(self, notification: Notification) -> None:
        """recording.should_start {session_name, record_eye} and recording.should_stop.

        Answered by recording.started and recording.stopped {rec_path}, or by recording.failed
        {reason}. recording.should_tell_state is answered by recording.state {is_recording,
        rec_path, session_name, duration_s, last_failure}.
        """
        match notification.subject:
            case "recording.should_start":
                if self._wanted is not None:
                    _LOG.info("Recording already running!")
                    return
                self._wanted = notification
                self._changed.set()
            case "recording.should_stop":
                if self._wanted is None:
                    _LOG.debug("no recording is running")
                self._wanted = None
                self._changed.set()
            case "recording.should_tell_state":
                self._tell_state()

    async def run(self) -> None:
        """Record whenever it is wanted."""
        while True:
            self._changed.clear()
            if self._wanted is None:
                await self._changed.wait()
                continue
            wanted = self._wanted
            session_name = self._session_name(wanted)
            self._last_failure = None
            try:
                path = await asyncio.to_thread(self._make_folder, session_name)
                await self._record(path, session_name, wanted)
            except GazewireError as error:
                self._fail(str(error), session_name, wanted)
            except Exception as error:
                _LOG.exception("a recording has failed")
                self._fail(f"{type(error).__name__}: {error}", session_name, wanted)
            finally:
                ended, self._running = self._running, None
                if ended is not None:
                    self._tell("recording.stopped", rec_path=_told(ended.folder))

    def _fail(self, reason: str, session_name: str, wanted: Notification) -> None:
        _LOG.error("Could not record: %s", reason)
        # Somebody may want another one already.
        if self._wanted is wanted:
            self._wanted = None
        self._last_failure = reason
        self._tell("recording.failed", reason=reason, session_name=session_name)

    def _make_folder(self, session_name: str) -> Path:
        rules = self._rules
        path = session_folder(rules.root, session_name, anywhere=rules.anywhere)
        free_bytes = rules.free_bytes(path)
        if free_bytes <= _LEAST_FREE_BYTES:
            path.rmdir()
            raise RecordingError(
                f"{path.parent} has {_gigabytes(free_bytes)} left, which is too little"
            )
        if free_bytes < _LOW_FREE_BYTES:
            _LOG.warning("%s has %s left", path.parent, _gigabytes(free_bytes))
        return path

    async def _record(self, path: Path, session_name: str, wanted: Notification) -> None:
        clock, timebase = self._context.clock, self._context.timebase
        async with self._subscribe(_RECORDED, _WAITING) as messages:
            now_ns = clock.unix_ns()
            plan = RecordingPlan(
                folder=path,
                session_name=session_name,
                start_unix_ns=now_ns,
                start_core_s=timebase.core_s(now_ns),
                with_eyes=wanted.fields.get("record_eye", True) is not False,
            )
            preface = [notification_message(told) for told in self._rules.preface()]
            writer = await asyncio.to_thread(self._open, plan, preface)
            self._running = plan
            self._tell(
                "recording.started",
                rec_path=_told(path),
                session_name=session_name,
                record_eye=plan.with_eyes,
                compression=True,
                start_time_synced=plan.start_core_s,
            )
            try:
                await self._write(writer, messages, wanted, with_eyes=plan.with_eyes)
            finally:
                # Whole, also where the service ends now.
                await asyncio.shield(asyncio.to_thread(writer.finish, clock.unix_ns()))

    def _open(self, plan: RecordingPlan, preface: Sequence[Message]) -> RecordingWriter:
        writer = self._rules.open_recording(plan)
        try:
            _write_all(writer, preface)
        except BaseException:
            writer.finish(plan.start_unix_ns)
            raise
        return writer

    async def _write(
        self,
        writer: RecordingWriter,
        messages: AsyncIterator[Message],
        wanted: Notification,
        *,
        with_eyes: bool,
    ) -> None:
        topic = Topic[_Written]("recording")
        with unwrapped(), topic.subscribe(capacity=_WAITING, overflow=Overflow.FAIL) as unwritten:
            async with self._pictures(topic, with_eyes=with_eyes), asyncio.TaskGroup() as tasks:
                hearing = tasks.create_task(self._hear(messages, topic))
                stopping = tasks.create_task(self._wait_unwanted(wanted, topic))
                try:
                    await self._drain(writer, unwritten)
                except OverrunError as error:
                    raise RecordingError("the disk does not keep up") from error
                finally:
                    hearing.cancel()
                    stopping.cancel()

    def _pictures(
        self, topic: Topic[_Written], *, with_eyes: bool
    ) -> AbstractAsyncContextManager[None]:
        pictures = self._rules.pictures
        if pictures is None:
            return nullcontext()
        return pictures.follow(topic.publish, with_eyes=with_eyes)

    async def _hear(self, messages: AsyncIterator[Message], topic: Topic[_Written]) -> None:
        async for message in messages:
            if message.topic == ANNOTATION_TOPIC and not self._is_annotation(message):
                continue
            topic.publish(message)

    async def _wait_unwanted(self, wanted: Notification, topic: Topic[_Written]) -> None:
        # Not until nothing is wanted: the next one may have been asked for at the same instant.
        while self._wanted is wanted:
            self._changed.clear()
            await self._changed.wait()
        topic.close()

    async def _drain(self, writer: RecordingWriter, unwritten: Subscription[_Written]) -> None:
        clock = self._context.clock
        checked_ns = clock.mono_ns()
        while batch := await unwritten.batch():
            await asyncio.to_thread(_write_all, writer, batch)
            if clock.mono_ns() - checked_ns >= _CHECKPOINT_NS:
                checked_ns = clock.mono_ns()
                await asyncio.to_thread(writer.checkpoint, clock.unix_ns())
                await asyncio.to_thread(self._check_space)

    def _check_space(self) -> None:
        """End the recording while what has been written can still be completed.

        Raises:
            RecordingError: there is too little space.
        """
        assert self._running is not None
        if self._rules.free_bytes(self._running.folder) <= _LEAST_FREE_BYTES:
            raise RecordingError("Recording was stopped due to low disk space!")

    def _is_annotation(self, message: Message) -> bool:
        timebase = self._context.timebase
        try:
            annotation = parse_annotation(message.map(), timebase)
        except RemoteProtocolError as error:
            _LOG.warning("an annotation is not recorded: %s", error)
            return False
        age_ns = self._context.clock.unix_ns() - annotation.timestamp_unix_ns
        _LOG.info("%.80s annotation (%.3f seconds ago)", annotation.label, age_ns / _NS_PER_S)
        return True

    def _session_name(self, wanted: Notification) -> str:
        match wanted.fields.get("session_name"):
            case str(name) if name:
                return name
        if self._args.session_name:
            return self._args.session_name
        now_s = self._context.clock.unix_ns() // _NS_PER_S
        return f"{datetime.fromtimestamp(now_s, UTC).astimezone():%Y_%m_%d}"

    def _tell_state(self) -> None:
        running = self._running
        elapsed_ns = 0 if running is None else self._context.clock.unix_ns() - running.start_unix_ns
        self._tell(
            "recording.state",
            is_recording=running is not None,
            rec_path=None if running is None else _told(running.folder),
            session_name=None if running is None else running.session_name,
            duration_s=elapsed_ns / _NS_PER_S,
            last_failure=self._last_failure,
        )

    def _tell(self, subject: str, **fields: object) -> None:
        self._context.outlet.notify(Notification(subject=subject, fields=fields))


def _write_all(writer: RecordingWriter, items: Sequence[_Written]) -> None:
    for item in items:
        writer.write(item)


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.2f} GB"


def _told(path: Path) -> str:
    """A folder as the program tells it: with a slash at its end."""
    return f"{path.absolute().as_posix()}/"
