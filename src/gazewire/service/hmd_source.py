"""Images from the bus as a camera: how a game engine or a camera server feeds the service."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import msgspec

from gazewire.camera.hmd_stream import hmd_frame
from gazewire.errors import RemoteProtocolError
from gazewire.optics import Camera
from gazewire.service.exposure import Exposure, FrameExposure
from gazewire.time import Clock, TimeBase
from gazewire.wire.ipc import HMD_TOPIC, HmdFrame, Message

__all__ = ["HMD_SOURCE", "HmdCamera", "HmdSourceArgs"]

_LOG = logging.getLogger(__name__)

HMD_SOURCE = "HMD_Streaming_Source"

_MAX_TOPICS = 64


class HmdSourceArgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``HMD_Streaming_Source`` is started with.

    Attributes:
        topics: under which images are expected, exactly.
        hwm: how many may wait.
        flip_preview: of a window that there is not.
    """

    topics: tuple[str, ...] = (HMD_TOPIC,)
    hwm: int = 100
    flip_preview: bool | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.topics) <= _MAX_TOPICS:
            raise ValueError(f"a source listens to 1 to {_MAX_TOPICS} topics")
        if not 0 < self.hwm <= 10_000:
            raise ValueError("of a source's images, 1 to 10000 may wait")


class HmdCamera:
    """A camera whose images are messages: an `Camera`.

    Args:
        args: where to listen.
        subscribe: opens a subscription of its own to the topics, with so many messages waiting at
            most.
        timebase: by which the senders' times are read.
        camera: name of the frames.
    """

    # Of the Core program's own source before its first image.
    width, height = 1280, 720

    def __init__(
        self,
        args: HmdSourceArgs,
        subscribe: Callable[
            [tuple[str, ...], int], AbstractAsyncContextManager[AsyncIterator[Message]]
        ],
        timebase: TimeBase,
        camera: str,
    ) -> None:
        self._args = args
        self._subscribe = subscribe
        self._timebase = timebase
        self._camera = camera

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each image when it comes; what cannot be read is logged and passed over."""
        async with self._subscribe(self._args.topics, self._args.hwm) as messages:
            async for message in messages:
                if message.topic not in self._args.topics:
                    continue  # it only begins like one
                try:
                    image = HmdFrame.parse(message, self._timebase)
                except RemoteProtocolError as error:
                    _LOG.debug("Ill-formatted frame received. %s", error)
                    continue
                publish(FrameExposure(hmd_frame(image, self._camera), _camera(image)))


def _camera(image: HmdFrame) -> Camera | None:
    """The camera that a client describes; None where it is none."""
    (across, _, column), (_, down, row), _ = image.camera_matrix
    try:
        return Camera(image.width, image.height, (across, down), (column, row), image.distortion)
    except ValueError:
        return None
