"""Images that a game engine or a camera server sends over a Core network, as a camera."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gazewire.camera.camera_source import DropCause, Shot
from gazewire.camera.control import Control, live_control
from gazewire.camera.frame_ids import FrameIds
from gazewire.camera.source import VideoShape
from gazewire.errors import RemoteProtocolError, UnreadableSourceError
from gazewire.model import Frame
from gazewire.time import Clock, TimeBase
from gazewire.wire.ipc import HmdFrame, Message

__all__ = ["HmdStreamCamera", "hmd_frame"]

_WAIT_S = 0.5
# Nominal, as Core's own source has it: messages say nothing of a rate.
_RATE_HZ = 30.0
_OPENING_WAITS = 10
# A stamp that lies further back is of another zero of Core time than ours.
_STAMP_BELIEVED_NS = 1_000_000_000


class HmdStreamCamera:
    """Takes images from messages; see `CameraSource`.

    The instant is the sender's, by Core time, where that can be; else the one at which the image
    came. Images are lost in transport where the sender's numbers have gaps, and in the buffer where
    they are malformed or of another size than the first one.

    Args:
        camera: what frames say they come from.
        topic: of the images, exactly.
        receive: gives the next message, or None after so many seconds.
        close: ends that.
        timebase: by which senders tell the time.
        clock: the program's.

    Raises:
        UnreadableSourceError: no image comes within five seconds.
    """

    def __init__(
        self,
        camera: str,
        topic: str,
        receive: Callable[[float], Message | None],
        close: Callable[[], None],
        timebase: TimeBase,
        clock: Clock,
    ) -> None:
        self._camera = camera
        self._topic = topic
        self._receive = receive
        self._close: Callable[[], None] | None = close
        self._timebase = timebase
        self._clock = clock
        self._ids = FrameIds()
        self._index = -1
        self._lost: dict[DropCause, int] = {}
        self._last_ns = 0
        self._first: HmdFrame | None = None
        self._first = self._wait_for_first()
        self.shape = VideoShape(
            width=self._first.width, height=self._first.height, rate_hz=_RATE_HZ
        )

    @property
    def controls(self) -> Mapping[str, Control]:
        """There are none."""
        return {}

    def set_control(self, name: str, value: float | str) -> None:
        """There is none to set."""
        live_control(self.controls, name)

    def take(self) -> Shot | None:
        """Wait for the next image."""
        image, self._first = self._first or self._next(), None
        if image is None:
            return None
        steps = self._ids.steps_to(image.index)
        self._index += steps
        if steps > 1:
            self._lose("transport", steps - 1)
        if (image.width, image.height) != (self.shape.width, self.shape.height):
            self._lose("buffer", 1)
            return None
        frame = hmd_frame(
            image, self._camera, index=self._index, timestamp_unix_ns=self._instant(image)
        )
        drops, self._lost = self._lost, {}
        return Shot(frame, drops)

    def close(self) -> None:
        """End the subscription. Harmless when repeated."""
        close, self._close = self._close, None
        if close is not None:
            close()

    def _wait_for_first(self) -> HmdFrame:
        for _ in range(_OPENING_WAITS):
            if (image := self._next()) is not None:
                return image
        self.close()
        raise UnreadableSourceError(
            self._camera, f"{self._camera}: nobody sends images under {self._topic}"
        )

    def _next(self) -> HmdFrame | None:
        if self._close is None:
            raise UnreadableSourceError(self._camera, f"{self._camera} is closed")
        message = self._receive(_WAIT_S)
        if message is None or message.topic != self._topic:
            return None
        try:
            return HmdFrame.parse(message, self._timebase)
        except RemoteProtocolError:
            # Its number cannot be read: the gap that it leaves is counted with the next one.
            return None

    def _instant(self, image: HmdFrame) -> int:
        now_ns = self._clock.unix_ns()
        is_plausible = 0 <= now_ns - image.timestamp_unix_ns <= _STAMP_BELIEVED_NS
        likely_ns = image.timestamp_unix_ns if is_plausible else now_ns
        self._last_ns = max(likely_ns, self._last_ns + 1)
        return self._last_ns

    def _lose(self, cause: DropCause, count: int) -> None:
        self._lost[cause] = self._lost.get(cause, 0) + count


def hmd_frame(
    image: HmdFrame,
    camera: str,
    *,
    index: int | None = None,
    timestamp_unix_ns: int | None = None,
) -> Frame:
    """Make a frame of an image: top row first, colours in our order.

    Args:
        image: as it came.
        camera: name of the frame's camera.
        index: of the frame; None: the sender's.
        timestamp_unix_ns: of the frame; None: the sender's.
    """
    data: bytes | memoryview = image.data
    if image.format == "rgb":
        # What a game engine delivers has its bottom row first.
        rows = np.frombuffer(data, np.uint8).reshape(image.height, image.width, 3)
        data = np.ascontiguousarray(rows[::-1, :, ::-1]).reshape(-1).data
    return Frame(
        camera=camera,
        index=image.index if index is None else index,
        timestamp_unix_ns=image.timestamp_unix_ns
        if timestamp_unix_ns is None
        else timestamp_unix_ns,
        width=image.width,
        height=image.height,
        pixel_format="gray" if image.format == "gray" else "bgr24",
        data=data,
    )
