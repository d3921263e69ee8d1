"""Pictures of the scene and the eyes for a recording, coded as they come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import msgspec

from gazewire.camera import VideoShape
from gazewire.errors import RemoteProtocolError
from gazewire.flow import unwrapped
from gazewire.media import H264Encoder
from gazewire.model import AccessUnit, EyeId, Frame
from gazewire.service.bus_outlet import Subscribe
from gazewire.service.exposure import Exposure
from gazewire.service.eye_process import eye_image_topic
from gazewire.service.world import World
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message, decode_frame

__all__ = ["CodedPicture", "Pictures", "ServicePictures"]

_LOG = logging.getLogger(__name__)

# Images of eyes that wait to be coded. The bus drops what comes beyond: pictures are missing then,
# and nothing else is late.
_IMAGES_WAITING = 40
_SCENE_RATE_HZ = 30.0
_EYE_RATE_HZ = 120.0


class CodedPicture(msgspec.Struct, frozen=True):
    """One picture of one camera.

    Attributes:
        camera: ``world``, ``eye0`` or ``eye1``.
        unit: the picture.
        shape: of all pictures of this camera.
        parameter_sets: sequence and picture parameter set of its H.264 stream.
    """

    camera: str
    unit: AccessUnit
    shape: VideoShape
    parameter_sets: tuple[bytes, bytes]


class Pictures(Protocol):
    """Where a recorder has pictures from."""

    def follow(
        self, take: Callable[[CodedPicture], None], *, with_eyes: bool
    ) -> AbstractAsyncContextManager[None]:
        """Hand on pictures while the context lasts.

        Args:
            take: takes each on the event loop's thread; never waits.
            with_eyes: those of the eyes too.
        """


class ServicePictures:
    """The pictures of a service.

    Args:
        world: the scene camera.
        subscribe: opens a subscription to the bus, where eyes put their images.
        timebase: by which times on the bus are read.
    """

    def __init__(self, world: World, subscribe: Subscribe, timebase: TimeBase) -> None:
        self._world = world
        self._subscribe = subscribe
        self._timebase = timebase

    @asynccontextmanager
    async def follow(
        self, take: Callable[[CodedPicture], None], *, with_eyes: bool
    ) -> AsyncIterator[None]:
        """Hand on pictures; see `Pictures`."""
        scene = _Coder("world", _SCENE_RATE_HZ)

        def look(exposure: Exposure) -> Callable[[], None]:
            picture = scene.code(exposure.frame())
            return lambda: None if picture is None else take(picture)

        self._world.watch(look)
        try:
            with unwrapped():
                async with asyncio.TaskGroup() as tasks:
                    eyes: tuple[EyeId, ...] = (0, 1) if with_eyes else ()
                    following = [tasks.create_task(self._follow_eye(eye, take)) for eye in eyes]
                    try:
                        yield
                    finally:
                        for task in following:
                            task.cancel()
        finally:
            self._world.unwatch(look)

    async def _follow_eye(self, eye_id: EyeId, take: Callable[[CodedPicture], None]) -> None:
        coder = _Coder(f"eye{eye_id}", _EYE_RATE_HZ)
        # Eyes put images onto the bus while somebody subscribes to them.
        topics = [eye_image_topic(eye_id)]
        async with self._subscribe(topics, _IMAGES_WAITING) as messages:
            async for message in messages:
                frame = self._frame(coder.camera, message)
                if frame is None:
                    continue
                picture = await asyncio.to_thread(coder.code, frame)
                if picture is not None:
                    take(picture)

    def _frame(self, camera: str, message: Message) -> Frame | None:
        try:
            wire, data = decode_frame(message)
            instant_ns = self._timebase.unix_ns(wire.timestamp)
        except (RemoteProtocolError, ValueError) as error:
            _LOG.debug("an image of %s is not recorded: %s", camera, error)
            return None
        return Frame(
            camera=camera,
            index=wire.index,
            timestamp_unix_ns=instant_ns,
            width=wire.width,
            height=wire.height,
            pixel_format="gray",
            data=data,
        )


class _Coder:
    """Codes the pictures of one camera, all of the size of the first."""

    def __init__(self, camera: str, rate_hz: float) -> None:
        self.camera = camera
        self._rate_hz = rate_hz
        self._encoder: H264Encoder | None = None
        self._size = (0, 0)

    def code(self, frame: Frame) -> CodedPicture | None:
        size = (frame.width, frame.height)
        if self._encoder is None:
            self._size = size
            self._encoder = H264Encoder(
                width=frame.width, height=frame.height, rate_hz=self._rate_hz
            )
        if size != self._size:
            # A file has pictures of one size.
            return None
        shape = VideoShape(
            width=self._encoder.width, height=self._encoder.height, rate_hz=self._rate_hz
        )
        unit = self._encoder.encode(frame)
        return CodedPicture(self.camera, unit, shape, self._encoder.parameter_sets)
