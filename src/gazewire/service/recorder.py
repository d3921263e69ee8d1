"""Records what is on the bus, and says what has become of it.

``OK`` to ``R`` means that the wish was heard. Whether there is a recording say
``recording.started`` and ``recording.stopped``, or ``recording.failed`` with the reason.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gazewire.errors import GazewireError, RecordingError, RemoteProtocolError
from gazewire.flow import Overflow, OverrunError, Subscription, Topic, unwrapped
from gazewire.model import Notification
from gazewire.service.bus_outlet import Subscribe
from gazewire.service.plugin import Plugin, PluginContext
from gazewire.service.recording import (
    OpenRecording,
    RecordingPlan,
    RecordingWriter,
    session_folder,
)
from gazewire.wire.ipc import ANNOTATION_TOPIC, Message, parse_annotation

__all__ = ["Recorder", "RecorderArgs", "RecordingRules"]

_LOG = logging.getLogger(__name__)

_RECORDED = ("pupil.", "gaze.", "fixations", "blinks", "surfaces.", "annotation", "notify.")
# Some fifteen seconds of everything, should the disk stand still.
_WAITING = 20_000
_CHECKPOINT_NS = 1_000_000_000
_NS_PER_S = 1_000_000_000


class RecorderArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What ``Recorder`` is started with. Where recordings go is not the network's to say.

    Attributes:
        session_name: of recordings that are started without; empty for the date.
    """

    session_name: str = ""


@dataclass(frozen=True, slots=True)
class RecordingRules:
    """How the service records.

    Attributes:
        root: under which recordings are kept; None: they are not.
        anywhere: names may lead elsewhere.
        open_recording: begins one.
    """

    root: Path | None
    anywhere: bool
    open_recording: OpenRecording


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
        self._changed = asyncio.Event()

    @property
    def is_recording(self) -> bool:
        """A recording runs, or is about to."""
        return self._wanted is not None

    def on_notify(self, notification: Notification) -> None:
        """recording.should_start {session_name} and recording.should_stop.

        Answered by recording.started and recording.stopped {rec_path}, or by recording.failed
        {reason}.
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

    async def run(self) -> None:
        """Record whenever it is wanted."""
        while True:
            self._changed.clear()
            if self._wanted is None:
                await self._changed.wait()
                continue
            session_name = self._session_name(self._wanted)
            path: Path | None = None
            try:
                path = await asyncio.to_thread(
                    session_folder, self._rules.root, session_name, anywhere=self._rules.anywhere
                )
                await self._record(path, session_name, self._wanted)
            except GazewireError as error:
                self._wanted = None
                _LOG.error("Could not record: %s", error)
                fields: dict[str, object] = {"reason": str(error), "session_name": session_name}
                self._tell("recording.failed", **fields)
                if path is not None:
                    self._tell("recording.stopped", rec_path=_told(path))

    async def _record(self, path: Path, session_name: str, wanted: Notification) -> None:
        clock, timebase = self._context.clock, self._context.timebase
        async with self._subscribe(_RECORDED, _WAITING) as messages:
            now_ns = clock.unix_ns()
            plan = RecordingPlan(
                folder=path,
                session_name=session_name,
                start_unix_ns=now_ns,
                start_core_s=timebase.core_s(now_ns),
            )
            writer = await asyncio.to_thread(self._rules.open_recording, plan)
            self._tell(
                "recording.started",
                rec_path=_told(path),
                session_name=session_name,
                record_eye=bool(wanted.fields.get("record_eye", True)),
                compression=True,
                start_time_synced=plan.start_core_s,
            )
            try:
                await self._write(writer, messages)
            finally:
                # Whole, also where the service ends now.
                await asyncio.shield(asyncio.to_thread(writer.finish, clock.unix_ns()))
            self._tell("recording.stopped", rec_path=_told(path))

    async def _write(self, writer: RecordingWriter, messages: AsyncIterator[Message]) -> None:
        topic = Topic[Message]("recording")
        with unwrapped(), topic.subscribe(capacity=_WAITING, overflow=Overflow.FAIL) as unwritten:
            async with asyncio.TaskGroup() as tasks:
                hearing = tasks.create_task(self._hear(messages, topic))
                stopping = tasks.create_task(self._wait_unwanted(topic))
                try:
                    await self._drain(writer, unwritten)
                except OverrunError as error:
                    raise RecordingError("the disk does not keep up") from error
                finally:
                    hearing.cancel()
                    stopping.cancel()

    async def _hear(self, messages: AsyncIterator[Message], topic: Topic[Message]) -> None:
        async for message in messages:
            if message.topic == ANNOTATION_TOPIC and not self._is_annotation(message):
                continue
            topic.publish(message)

    async def _wait_unwanted(self, topic: Topic[Message]) -> None:
        while self._wanted is not None:
            self._changed.clear()
            await self._changed.wait()
        topic.close()

    async def _drain(self, writer: RecordingWriter, unwritten: Subscription[Message]) -> None:
        clock = self._context.clock
        checked_ns = clock.mono_ns()
        while batch := await unwritten.batch():
            is_due = clock.mono_ns() - checked_ns >= _CHECKPOINT_NS
            await asyncio.to_thread(_write_all, writer, batch, clock.unix_ns() if is_due else None)
            if is_due:
                checked_ns = clock.mono_ns()

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

    def _tell(self, subject: str, **fields: object) -> None:
        self._context.outlet.notify(Notification(subject=subject, fields=fields))


def _write_all(
    writer: RecordingWriter, messages: Sequence[Message], checkpoint_ns: int | None
) -> None:
    for message in messages:
        writer.write(message)
    if checkpoint_ns is not None:
        writer.checkpoint(checkpoint_ns)


def _told(path: Path) -> str:
    """A folder as the program tells it: with a slash at its end."""
    return f"{path.absolute().as_posix()}/"
