"""A Core program as a pair of glasses: a source for a device.

::

    async with open_core_glasses("127.0.0.1", 50020) as glasses:
        async with serve_device(config, glasses, clock) as device:
            ...

Gaze, pupils and pictures are those of the program, at its own instants, on our clock. Fixations,
saccades and blinks are found here: those of the program say less than glasses do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import numpy as np

from gazewire.bridge.eye_events import EyeEventTeller
from gazewire.bridge.eye_images import EyePairs
from gazewire.bridge.measured_gaze import GazeTeller
from gazewire.camera import GlassesInfo, Published, VideoShape, Wants
from gazewire.client.core import BusKeys, CoreDevice, CoreFrame
from gazewire.errors import RemoteProtocolError
from gazewire.flow import unwrapped
from gazewire.model import EyeEvent, EyeId, Frame, MappedGaze, PupilDatum
from gazewire.optics import Camera, nominal_camera
from gazewire.time import Clock

__all__ = ["CoreGlasses", "open_core_glasses"]

_LOG = logging.getLogger(__name__)

_SCENE_TOPIC = "frame.world"
_EYES_PREFIX = "frame.eye."
_EYE_TOPICS: dict[str, EyeId] = {"frame.eye.0": 0, "frame.eye.1": 1}
_DATA_WAITING = 2000
_ASKED_EACH_S = 0.1
# So long pictures of all cameras are waited for, before it is said which there are.
_SHAPES_WITHIN_S = 3.0

# Nominal; the instants of the data are the truth. Core's cameras take as many.
_SCENE_RATE_HZ = 30.0
_EYE_RATE_HZ = 120.0
# In which gaze is told where the program has no scene camera.
_NO_SCENE_PX = (1280, 720)


class CoreGlasses:
    """What a Core program publishes; a `gazewire.camera.Source`.

    Args:
        core: the program.
        sizes: width and height of the pictures of each camera that there is, by topic.

    Attributes:
        info: what there is.
    """

    def __init__(self, core: CoreDevice, sizes: dict[str, tuple[int, int]]) -> None:
        self._core = core
        eyes = {_EYE_TOPICS[topic]: size for topic, size in sizes.items() if topic in _EYE_TOPICS}
        self._pairs = EyePairs(eyes, _EYE_RATE_HZ) if eyes else None
        scene = sizes.get(_SCENE_TOPIC)
        self._size_px = scene or _NO_SCENE_PX
        self._missed = 0
        self.info = GlassesInfo(
            description=f"the Core program at {core.remote_url}",
            scene=None if scene is None else _scene_shape(scene),
            eyes=None if self._pairs is None else self._pairs.shape,
            gaze_rate_hz=_EYE_RATE_HZ,
            has_eye_events=True,
        )

    @property
    def dropped(self) -> int:
        """Pictures that were on the bus and never came here."""
        return self._missed

    async def publish_to(
        self,
        publish: Callable[[Published], None],
        clock: Clock,
        wants: Wants | None = None,
        *,
        with_truth: bool = False,
    ) -> None:
        """Publish what comes from now on, until cancelled; see `gazewire.camera.Source`."""
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tell_data(publish), name="gaze of Core")
                if self.info.scene is not None:
                    scene = self._tell_pictures(_SCENE_TOPIC, "world", publish, wants)
                    tasks.create_task(scene, name="scene of Core")
                if self._pairs is not None:
                    eyes = self._tell_pictures(_EYES_PREFIX, "eyes", publish, wants)
                    tasks.create_task(eyes, name="eyes of Core")

    async def _tell_data(self, publish: Callable[[Published], None]) -> None:
        width, height = self._size_px
        teller = GazeTeller(width, height)
        camera: Camera = nominal_camera(width, height)
        events = EyeEventTeller(camera)
        async with self._core.records("gaze.", "pupil.", capacity=_DATA_WAITING) as records:
            async for record in records:
                if isinstance(record, PupilDatum):
                    if "2d" in record.method:
                        _publish_all(publish, events.take_pupil(record))
                elif isinstance(record, MappedGaze):
                    datum = teller.datum(record)
                    if datum is not None:
                        publish(datum)
                    _publish_all(publish, events.take_gaze(record, datum))

    async def _tell_pictures(
        self,
        topics: str,
        camera: str,
        publish: Callable[[Published], None],
        wants: Wants | None,
    ) -> None:
        """Publish pictures of a camera while somebody wants them."""
        index = 0
        while True:
            while wants is not None and not wants(camera, index):  # noqa: ASYNC110
                await asyncio.sleep(_ASKED_EACH_S)
            async with self._core.frames(topics) as pictures:
                async for picture in pictures:
                    if wants is not None and not wants(camera, index):
                        break
                    for frame in await asyncio.to_thread(self._frames, picture, index):
                        publish(frame)
                        index += 1
                self._missed += pictures.missing

    def _frames(self, picture: CoreFrame, index: int) -> list[Frame]:
        try:
            if picture.topic in _EYE_TOPICS:
                assert self._pairs is not None
                eye_id = _EYE_TOPICS[picture.topic]
                return self._pairs.add(eye_id, picture.timestamp_unix_ns, picture.gray)
            pixels = picture.bgr
        except RemoteProtocolError as error:
            _LOG.debug("a picture is left out: %s", error)
            return []
        return [
            Frame(
                camera="world",
                index=index,
                timestamp_unix_ns=picture.timestamp_unix_ns,
                width=pixels.shape[1],
                height=pixels.shape[0],
                pixel_format="bgr24",
                data=np.ascontiguousarray(pixels).reshape(-1).data,
            )
        ]


def _scene_shape(size_px: tuple[int, int]) -> VideoShape:
    return VideoShape(width=size_px[0], height=size_px[1], rate_hz=_SCENE_RATE_HZ)


def _publish_all(publish: Callable[[Published], None], records: list[EyeEvent]) -> None:
    for record in records:
        publish(record)


@asynccontextmanager
async def open_core_glasses(
    address: str, port: int, *, keys: BusKeys | None = None
) -> AsyncIterator[CoreGlasses]:
    """Connect to a Core program while the context lasts.

    It is asked to publish its pictures, and a program that starts again is found again.

    Args:
        address: of the program's machine.
        port: of Pupil Remote.
        keys: where the program wants them.

    Raises:
        ConnectionLostError: on entering, where no program answers.
        RemoteProtocolError: on entering, where what answers is no such program.
    """
    async with CoreDevice(address, port, keys=keys) as core:
        await core.set_frame_format("jpeg")
        yield CoreGlasses(core, await _sizes(core))


async def _sizes(core: CoreDevice) -> dict[str, tuple[int, int]]:
    """Learn which cameras there are, by what comes of them."""
    sizes: dict[str, tuple[int, int]] = {}
    with suppress(TimeoutError):
        async with (
            asyncio.timeout(_SHAPES_WITHIN_S),
            core.frames("frame.") as pictures,
        ):
            async for picture in pictures:
                sizes[picture.topic] = picture.width, picture.height
                if sizes.keys() >= {_SCENE_TOPIC, *_EYE_TOPICS}:
                    break
    return sizes
