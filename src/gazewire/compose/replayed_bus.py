"""A recording as all that is said on the bus of a service, and the service that says it.

Of a Core recording, the messages are those that were recorded; of others they tell the same as far
as Core has words for it (`gazewire.recording.core.CoreTeller`). No eye is looked at.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Literal

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from gazewire.camera import Record
from gazewire.compose.replay import ReplayConfig
from gazewire.compose.service_parts import service_parts
from gazewire.compose.spec import NO_SOURCE
from gazewire.flow import play
from gazewire.model import Event, Frame, Notification
from gazewire.recording import RecordingTimeline, open_recording
from gazewire.recording.core import CoreTape, CoreTeller, TapedMessage, is_core
from gazewire.service import (
    FrameExposure,
    NoArgs,
    NoMapper,
    NoMovement,
    Plugin,
    PluginContext,
    PluginType,
    ServiceParts,
)
from gazewire.service.frames import FrameFeed, frame_message
from gazewire.time import TimeBase
from gazewire.wire.ipc import WORLD_FRAME_TOPIC, Message, eye_frame_topic

__all__ = ["ReplayedBus"]

_PLUGIN = "Replay"
_TOPICS = {"world": WORLD_FRAME_TOPIC, "eye0": eye_frame_topic(0), "eye1": eye_frame_topic(1)}
_NO_SCENE_PX = (1280, 720)
# Video range to the full range of gray pictures (ITU-R BT.601-7 §2.5).
_GRAY_OF_LUMA = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class _Said:
    """Something to be published.

    Attributes:
        timestamp_unix_ns: when.
        messages: makes it, when its time has come.
    """

    timestamp_unix_ns: int
    messages: Callable[[TimeBase], Iterator[Message]]


class ReplayedBus:
    """Makes the parts of a service that says what was recorded.

    Args:
        config: what is played, and how.

    Raises:
        SourceError: it cannot be played.

    Attributes:
        ended: set when everything has been said; never where it loops.
    """

    def __init__(self, config: ReplayConfig) -> None:
        self.ended = asyncio.Event()
        self._config = config
        self._timeline = config.timeline()

    @property
    def timeline(self) -> RecordingTimeline:
        """What is played."""
        return self._timeline

    def parts(self) -> ServiceParts:
        """Make the parts: no camera, no eye, nothing that computes; it is all in the recording."""
        silent = service_parts({0: NO_SOURCE, 1: NO_SOURCE}, seed=0, rate_hz=200, spawn=False)
        return replace(
            silent,
            mapper=lambda _: NoMapper(),
            fixations=lambda _: NoMovement(),
            blinks=lambda _: NoMovement(),
            plugins=(PluginType(_PLUGIN, NoArgs, self._start),),
        )

    def _start(self, context: PluginContext, args: NoArgs) -> Plugin:
        return _Replay(context, self._config, self._timeline, self.ended)


class _Replay(Plugin):
    def __init__(
        self,
        context: PluginContext,
        config: ReplayConfig,
        timeline: RecordingTimeline,
        ended: asyncio.Event,
    ) -> None:
        self._context = context
        self._config = config
        self._timeline = timeline
        self._ended = ended
        wants = context.outlet.wants
        self._feeds = {camera: FrameFeed(topic, wants) for camera, topic in _TOPICS.items()}

    def on_notify(self, notification: Notification) -> None:
        """frame_publishing.started {format} and frame_publishing.stopped: of recorded pictures."""
        for feed in self._feeds.values():
            feed.handle(notification)

    async def run(self) -> None:
        """Say all of it."""
        clock = self._context.clock
        first_ns = self._timeline.first_unix_ns
        is_original = self._config.is_original
        start_ns = first_ns if is_original else clock.unix_ns()
        said = self._core(start_ns) if is_core(self._config.folder) else self._glasses(start_ns)
        await play(said, clock, self._publish)
        self._ended.set()

    def _publish(self, said: _Said) -> None:
        for message in said.messages(self._context.timebase):
            self._context.outlet.publish(message)

    # What follows is drawn in a worker thread.

    def _core(self, start_ns: int) -> Iterator[_Said]:
        tape = CoreTape(self._config.folder)
        if self._config.is_original:
            zero_ns = tape.clock.start_unix_ns - round(tape.clock.start_core_s * 1e9)
            self._context.timebase.set_now(0.0, zero_ns)
        for number in count():
            moved = self._mover(start_ns, number)
            streams = [self._taped(tape, moved)]
            streams += [self._pictures(camera, moved) for camera in _TOPICS]
            yield from heapq.merge(*streams, key=lambda said: said.timestamp_unix_ns)
            if not self._config.loop:
                return

    def _mover(self, start_ns: int, number: int) -> Callable[[int], int]:
        first_ns, length_ns = self._timeline.first_unix_ns, self._timeline.length_ns
        speed = self._config.speed

        def moved(instant_ns: int) -> int:
            elapsed_ns = instant_ns - first_ns + number * length_ns
            return start_ns + (elapsed_ns if speed == 1 else round(elapsed_ns / speed))

        return moved

    def _taped(self, tape: CoreTape, moved: Callable[[int], int]) -> Iterator[_Said]:
        def messages(message: TapedMessage, timebase: TimeBase) -> Iterator[Message]:
            def told(core_s: float) -> float:
                return timebase.core_s(moved(tape.clock.instant_ns(core_s)))

            yield Message(message.topic, message.retold(told))

        for message in tape.messages:
            if message.timestamp_unix_ns >= self._timeline.first_unix_ns:
                yield _Said(moved(message.timestamp_unix_ns), partial(messages, message))

    def _pictures(self, camera: str, moved: Callable[[int], int]) -> Iterator[_Said]:
        with open_recording(self._config.folder) as recording:
            video = recording.videos.get(camera)
            if video is None:
                return
            begin = np.flatnonzero(video.times_unix_ns >= self._timeline.first_unix_ns)
            newest_ns = -1
            for frame in video.frames(int(begin[0]) if len(begin) else len(video)):
                if frame.timestamp_unix_ns > newest_ns:
                    newest_ns = frame.timestamp_unix_ns
                    at = moved(newest_ns)
                    yield self._picture(camera, structs.replace(frame, timestamp_unix_ns=at))

    def _glasses(self, start_ns: int) -> Iterator[_Said]:
        scene = self._timeline.info.scene
        width, height = _NO_SCENE_PX if scene is None else (scene.width, scene.height)
        teller = CoreTeller(width, height, self._context.timebase)
        records = self._timeline.records(start_ns)
        merged: Iterator[Record | Event] = heapq.merge(
            records, self._marks(start_ns), key=lambda record: record.timestamp_unix_ns
        )
        for record in merged:
            if isinstance(record, Frame) and record.camera == "world":
                yield self._picture("world", record)
            elif isinstance(record, Frame):
                yield self._picture("eye1", _half(record, "left"))
                yield self._picture("eye0", _half(record, "right"))
            else:
                yield _Said(record.timestamp_unix_ns, partial(_told, teller, record))

    def _marks(self, start_ns: int) -> Iterator[Event]:
        with open_recording(self._config.folder) as recording:
            first_ns = self._timeline.first_unix_ns
            marks = [event for event in recording.events if event.timestamp_unix_ns >= first_ns]
        for number in count() if self._config.loop else range(1):
            moved = self._mover(start_ns, number)
            if not marks:
                return
            for event in marks:
                yield structs.replace(event, timestamp_unix_ns=moved(event.timestamp_unix_ns))

    def _picture(self, camera: str, frame: Frame) -> _Said:
        # Coded here, ahead of time, and only where somebody takes it.
        feed = self._feeds[camera]
        form = feed.format
        message = None
        if form is not None:
            shown = structs.replace(frame, camera=camera)
            timebase = self._context.timebase
            message = frame_message(FrameExposure(shown), feed.topic, form, timebase)
        return _Said(
            frame.timestamp_unix_ns, lambda _: iter(()) if message is None else iter((message,))
        )


def _told(teller: CoreTeller, record: Record | Event, _: TimeBase) -> Iterator[Message]:
    return teller.messages(record)


def _half(pair: Frame, side: Literal["left", "right"]) -> Frame:
    """One eye of two, gray as eye cameras are."""
    luma: NDArray[np.uint8] = np.frombuffer(pair.data, np.uint8)[: pair.width * pair.height]
    width = pair.width // 2
    rows = luma.reshape(pair.height, pair.width)
    half = rows[:, :width] if side == "left" else rows[:, -width:]
    return structs.replace(
        pair, width=width, pixel_format="gray", data=_GRAY_OF_LUMA[half].reshape(-1).data
    )
