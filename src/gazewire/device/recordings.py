"""The recordings of the device: what clients ask for, done and announced."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from gazewire.camera import Record
from gazewire.device.refusals import RecordingRules
from gazewire.device.state import DeviceState
from gazewire.errors import DeviceRefusedError, RecordingError
from gazewire.model import AccessUnit, Event, Frame, Recording
from gazewire.recording import EyesUnit, Recorder, RecordingSession
from gazewire.time import Clock

__all__ = ["EyeRecording", "Recordings"]


class EyeRecording:
    """Takes coded pictures of the eyes; a `gazewire.device.video.CodedVideoSink`.

    Args:
        recordings: that take them further.
    """

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._wants_keyframe = False

    @property
    def is_wanted(self) -> bool:
        """A recording goes on."""
        return self._recordings.is_wanted

    @property
    def wants_keyframe(self) -> bool:
        """A recording has begun and has no picture of the eyes yet."""
        return self.is_wanted and self._wants_keyframe

    def begin(self) -> None:
        """A recording begins."""
        self._wants_keyframe = True

    async def take(self, unit: AccessUnit) -> None:
        """Record a picture."""
        self._wants_keyframe = self._wants_keyframe and not unit.is_keyframe
        self._recordings.put_eyes(unit)


class Recordings:
    """Starts, feeds and ends recordings, one at a time. An async context manager.

    Leaving it saves a recording that still goes on. It takes the coded scene video
    (`gazewire.device.video.CodedVideoSink`), so that a picture is encoded once for clients and
    disk.

    Args:
        state: learns of every step.
        clock: tells when a recording begins and ends.
        make_recorder: makes the recorder of a recording from its id and its begin.
        rules: what must be so before one starts or is saved; None looks at the state alone.

    Attributes:
        eyes: takes the coded video of the eyes, in the same way.
    """

    def __init__(
        self,
        state: DeviceState,
        clock: Clock,
        make_recorder: Callable[[str, int], Recorder],
        rules: RecordingRules | None = None,
    ) -> None:
        self._state = state
        self._clock = clock
        self._make_recorder = make_recorder
        self._rules = rules or RecordingRules(state)
        self._session = RecordingSession()
        self._tasks = asyncio.TaskGroup()
        # One command at a time, whoever sends it.
        self._commanding = asyncio.Lock()
        self._recorder: Recorder | None = None
        self._watching: asyncio.Task[None] | None = None
        self._wants_keyframe = False
        self.eyes = EyeRecording(self)

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._recorder is not None:
            async with self._commanding:
                await self._save()
        await self._tasks.__aexit__(exc_type, exc, traceback)

    @property
    def is_wanted(self) -> bool:
        """A recording goes on."""
        return self._recorder is not None

    @property
    def wants_keyframe(self) -> bool:
        """A recording has begun and has no picture yet."""
        return self._wants_keyframe

    def put(self, record: Record) -> None:
        """Record what the glasses give, while a recording goes on; pictures come by `take`."""
        # Pictures come coded.
        if self._recorder is not None and not isinstance(record, Frame):
            self._recorder.put(record)

    def put_eyes(self, unit: AccessUnit) -> None:
        """Record a picture of both eyes."""
        if self._recorder is not None:
            self._recorder.put(EyesUnit(unit))

    async def take(self, unit: AccessUnit) -> None:
        """Record a picture of the scene."""
        if self._recorder is not None:
            self._wants_keyframe = self._wants_keyframe and not unit.is_keyframe
            self._recorder.put(unit)

    def mark(self, name: str, timestamp_unix_ns: int) -> Event:
        """Note an event: into the recording that goes on, if any, and to every listener."""
        event = Event(
            name=name,
            timestamp_unix_ns=timestamp_unix_ns,
            recording_id=self._session.recording_id,
        )
        if self._recorder is not None:
            self._recorder.put(event)
        self._state.update(event)
        return event

    async def start(self) -> str:
        """Begin a recording.

        Returns:
            Its id, a UUID.

        Raises:
            DeviceRefusedError: one goes on already, or the rules or the disk do not allow one.
        """
        async with self._commanding:
            if self._recorder is None:
                self._rules.check_start()
            recording_id = str(uuid.uuid4())
            start_unix_ns = self._clock.unix_ns()
            started = self._session.start(recording_id, start_unix_ns)
            recorder = self._make_recorder(recording_id, start_unix_ns)
            try:
                # Its end comes with another command, `finish` or `discard`.
                await recorder.__aenter__()
            except RecordingError as error:
                self._session.fail(str(error), self._clock.unix_ns())
                raise DeviceRefusedError(500, str(error)) from error
            self._recorder = recorder
            self._watching = self._tasks.create_task(self._watch(recorder))
            self._wants_keyframe = True
            self.eyes.begin()
            self._announce(started)
            return recording_id

    async def stop_and_save(self) -> Recording:
        """End the recording and keep it.

        Returns:
            The recording as it was saved.

        Raises:
            DeviceRefusedError: nothing is recording, or the rules do not allow to save yet; what
                goes on goes on.
            RecordingError: it could not be completed; what could be saved is kept.
        """
        async with self._commanding:
            if self._recorder is not None:
                self._rules.check_save()
            return await self._save()

    async def cancel(self) -> Recording:
        """End the recording and remove it.

        Returns:
            The recording that there was.

        Raises:
            DeviceRefusedError: nothing is recording.
            RecordingError: its files could not be removed.
        """
        async with self._commanding:
            stopped, discarded = self._session.cancel(self._clock.unix_ns())
            self._announce([stopped])
            await self._release().discard()
            self._announce([discarded])
            return discarded

    async def _save(self) -> Recording:
        end_unix_ns = self._clock.unix_ns()
        stopped, saved = self._session.stop_and_save(end_unix_ns)
        self._announce([stopped])
        try:
            await self._release().finish(end_unix_ns)
        except RecordingError as error:
            self._announce(self._session.fail(str(error), end_unix_ns))
            raise
        self._announce([saved])
        return saved

    async def _watch(self, recorder: Recorder) -> None:
        failure = await recorder.wait_failed()
        async with self._commanding:
            if self._recorder is recorder:
                now_unix_ns = self._clock.unix_ns()
                self._announce(self._session.fail(str(failure), now_unix_ns))
                with contextlib.suppress(RecordingError):  # the one that was just announced
                    await self._release().finish(now_unix_ns)

    def _release(self) -> Recorder:
        """Let go of the recorder; whoever asks ends it."""
        recorder, self._recorder = self._recorder, None
        assert recorder is not None, "the session records, so there is a recorder"
        assert self._watching is not None
        self._wants_keyframe = False
        if self._watching is not asyncio.current_task():
            self._watching.cancel()
        return recorder

    def _announce(self, steps: Iterable[Recording]) -> None:
        for step in steps:
            self._state.update(step)
