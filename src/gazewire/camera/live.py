"""A camera that gives pictures as they are taken.

It cannot be drawn ahead, stopped or begun again, so it is no `Timeline`: it is opened, and from
then on pictures come when they come, until it is left.

    async with LiveCamera(lambda: open_uvc(Path("/dev/video0")), name="desk camera") as camera:
        async with aclosing(camera.records(clock)) as records:
            async for record in records:
                ...
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from itertools import chain, repeat
from types import TracebackType
from typing import Protocol, Self

from gazewire.camera.handover import Handover
from gazewire.camera.source import GlassesInfo, Presence, Published, Record, VideoShape, Wants
from gazewire.errors import SourceError
from gazewire.model import Frame
from gazewire.time import Clock

__all__ = ["Capture", "LiveCamera"]

_log = logging.getLogger(__name__)

# A third of a second at 30 Hz: more than that behind, a picture is not live any more.
_FRAMES_WAITING = 10
# A driver stamps with the monotonic counter. What lies further back was stamped by another clock,
# or not at all.
_STAMP_BELIEVED_NS = 1_000_000_000
# Plugging in takes a second or two; a camera that is away for an hour costs nothing at this pace.
_RETRY_AFTER_S = (0.25, 0.5, 1.0, 2.0)


class Capture(Protocol):
    """An open camera. One thread uses it; `gazewire.camera.uvc.UvcCapture` is one."""

    @property
    def shape(self) -> VideoShape:
        """The true size of its pictures, and their nominal rate."""

    def grab(self) -> int | None:
        """Wait for the next picture and take it, undecoded.

        It waits no longer than a few seconds, since nobody can leave the camera before.

        Returns:
            When it was taken, by the machine's monotonic counter in nanoseconds; 0 where the
            driver does not say. None where the camera gives no more pictures.
        """

    def decode(self, *, index: int, timestamp_unix_ns: int) -> Frame | None:
        """Decode the picture that was grabbed, of the size of `shape`.

        Args:
            index: of the frame.
            timestamp_unix_ns: of the frame.

        Returns:
            The frame, or None where the picture is damaged.
        """

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""


class LiveCamera:
    """A scene camera that is there now. An async context manager, and a `Source`.

    Entering opens the camera, so that it is known what it gives; leaving lets go of it, at the
    latest when a picture that is waited for has come or `Capture.grab` has given up.

    Pictures are taken and decoded in a thread of its own. A frame's instant is the driver's, which
    stamps when the first data of a picture come from the camera, or when its exposure began, as the
    camera tells it. Which of the two cannot be known here: the instant may be late by the time of
    exposure and read-out, up to one frame interval, and this error stays about the same from one
    picture to the next. Where a driver has no stamps, or none of the monotonic counter, it is the
    instant at which the picture was handed to us, some milliseconds to one interval later still.

    A camera that is pulled out is told by a `Presence`, and looked for again and again, at most
    every two seconds, for as long as the context lasts. When it is back another one tells, and
    pictures go on; their size stays, because a camera that comes back with another one is not
    taken.

    Args:
        open_capture: opens the camera, in the thread; raises `SourceError` where it cannot.
        name: what it is, in a few words for the log.
        retry_after_s: pauses before it is looked for again; the last one is repeated.
    """

    def __init__(
        self,
        open_capture: Callable[[], Capture],
        *,
        name: str,
        retry_after_s: Sequence[float] = _RETRY_AFTER_S,
    ) -> None:
        self._open_capture = open_capture
        self._name = name
        self._retry_after_s = retry_after_s
        self._capture: Capture | None = None
        self._info = GlassesInfo(description=name)
        self._stop = threading.Event()
        self._is_read = False
        self._handover: Handover | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="camera")

    async def __aenter__(self) -> Self:
        """Open the camera.

        Raises:
            SourceError: it cannot be opened.
        """
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._open)
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._leave()

    @property
    def info(self) -> GlassesInfo:
        """What the camera gives; known when it is open."""
        return self._info

    @property
    def dropped(self) -> int:
        """Scene frames lost so far because nobody took them in time."""
        return 0 if self._handover is None else self._handover.dropped

    async def records(
        self, clock: Clock, wants: Wants | None = None
    ) -> AsyncGenerator[Record | Presence]:
        """Give pictures as they are taken, and tell when the camera goes and comes.

        Timestamps rise. A reader that falls behind loses the oldest pictures, which are counted.
        There can be one reader, once; cancelling it ends the pictures.

        Args:
            clock: the program's; its monotonic reading has to be the machine's.
            wants: asked in the thread; pictures that are not wanted are not decoded.
        """
        if self._is_read:
            raise RuntimeError("a live camera is read once; open it again for another reader")
        self._is_read = True
        handover = self._handover = Handover(_FRAMES_WAITING)
        self._thread.submit(self._hand_over, handover, clock, wants)
        try:
            async for item in handover:
                yield item
        finally:
            self._stop.set()

    async def publish_to(
        self,
        publish: Callable[[Published], None],
        clock: Clock,
        wants: Wants | None = None,
        *,
        with_truth: bool = False,
    ) -> None:
        """Publish the records until cancelled; see `Source`. Nobody knows the truth here."""
        async with aclosing(self.records(clock, wants)) as records:
            async for item in records:
                publish(item)

    def _open(self) -> None:
        capture = self._capture = self._open_capture()
        shape = capture.shape
        self._info = GlassesInfo(
            description=f"{self._name}, {shape.width}x{shape.height} at {shape.rate_hz:g} Hz",
            scene=shape,
        )

    def _release(self) -> None:
        if self._capture is not None:
            self._capture.close()
            self._capture = None

    async def _leave(self) -> None:
        self._stop.set()
        self._thread.submit(self._release)
        await asyncio.to_thread(self._thread.shutdown)

    def _hand_over(self, handover: Handover, clock: Clock, wants: Wants | None) -> None:
        try:
            for item in self._items(clock, wants):
                handover.put(item)
        except Exception as failure:
            # As a value, so that it is raised where the pictures are read.
            handover.close(failure)
        else:
            handover.close()

    def _items(self, clock: Clock, wants: Wants | None) -> Iterator[Record | Presence]:
        # Once: from one picture to the next it must not jitter.
        unix_less_mono_ns = clock.unix_ns() - clock.mono_ns()
        retries = self._retries()
        connected = True
        last_ns = 0
        index = 0
        while not self._stop.is_set():
            stamp_ns = None if self._capture is None else self._capture.grab()
            if self._capture is None or stamp_ns is None:
                if connected:
                    connected = False
                    _log.warning("%s gives no more pictures; waiting until it does", self._name)
                    yield Presence("world", connected=False)
                self._reopen(next(retries))
                continue
            if not connected:
                connected = True
                retries = self._retries()
                _log.warning("%s is back", self._name)
                yield Presence("world", connected=True)
            instant_ns = unix_less_mono_ns + _believed(stamp_ns, clock.mono_ns())
            if instant_ns > last_ns and (wants is None or wants("world", index)):
                frame = self._capture.decode(index=index, timestamp_unix_ns=instant_ns)
                if frame is not None:
                    last_ns = instant_ns
                    yield frame
            # Counted in any case: a gap means that images were lost.
            index += 1

    def _retries(self) -> Iterator[float]:
        return chain(self._retry_after_s, repeat(self._retry_after_s[-1]))

    def _reopen(self, after_s: float) -> None:
        self._release()
        if self._stop.wait(after_s):
            return
        try:
            capture = self._open_capture()
        except SourceError as error:
            _log.debug("%s is not back yet: %s", self._name, error)
            return
        if _size(capture.shape) != _size(self._info.scene):
            _log.warning("%s came back with pictures of another size", self._name)
            capture.close()
            return
        self._capture = capture


def _size(shape: VideoShape | None) -> tuple[int, int] | None:
    return None if shape is None else (shape.width, shape.height)


def _believed(stamp_mono_ns: int, arrived_mono_ns: int) -> int:
    """When a picture was taken: the driver's word for it, if that can be."""
    is_plausible = 0 <= arrived_mono_ns - stamp_mono_ns <= _STAMP_BELIEVED_NS
    return stamp_mono_ns if is_plausible else arrived_mono_ns
