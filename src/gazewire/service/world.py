"""The scene camera: its images go onto the bus, and to whoever looks for something in them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from gazewire.flow import Topic
from gazewire.model import Notification
from gazewire.service.camera_slot import CameraSlot
from gazewire.service.exposure import Camera, Exposure, NoCamera
from gazewire.service.frames import FrameFeed, frame_message
from gazewire.service.outlet import Outlet
from gazewire.time import Clock, TimeBase
from gazewire.wire.ipc import WORLD_FRAME_TOPIC, FrameFormat

__all__ = ["Watcher", "World"]

_LOG = logging.getLogger(__name__)

# Who is slower than the camera looks at the latest image.
_EXPOSURES_WAITING = 2


Watcher = Callable[[Exposure], Callable[[], None]]
"""Looks for something in an image, in a worker thread, and returns what then says what it found,
on the event loop's thread. While it looks, images are left out."""


class World:
    """What the scene camera gives.

    Args:
        camera: by default; another one can be put in its place over the bus.
        outlet: where frames are published.
        clock: the service's.
        timebase: by which times are told.
        tasks: parent of the work.
    """

    def __init__(
        self,
        camera: Camera,
        outlet: Outlet,
        clock: Clock,
        timebase: TimeBase,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self.has_camera = not isinstance(camera, NoCamera)
        self._camera = camera
        self._outlet = outlet
        self._timebase = timebase
        self._feed = FrameFeed(WORLD_FRAME_TOPIC, outlet.wants)
        self._exposures = Topic[Exposure]("scene exposures")
        self._slot = CameraSlot("the scene", self._exposures.publish, clock, tasks)
        self._slot.put(camera)
        self._watchers: list[Watcher] = []
        self._working = tasks.create_task(self._work(), name="scene")

    def handle(self, notification: Notification) -> None:
        """Follow what is said about the publishing of frames."""
        self._feed.handle(notification)

    def put(self, camera: Camera | None) -> None:
        """Take images from this camera, or from the first one again."""
        self._slot.put(self._camera if camera is None else camera)
        self.has_camera = not isinstance(camera or self._camera, NoCamera)

    def watch(self, watcher: Watcher) -> None:
        """Let somebody look at each image from now on."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Watcher) -> None:
        """Let somebody look no more."""
        if watcher in self._watchers:
            self._watchers.remove(watcher)

    def close(self) -> None:
        """Let go of the camera."""
        self._slot.close()
        self._working.cancel()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        with (
            ThreadPoolExecutor(1, thread_name_prefix="scene") as worker,
            self._exposures.subscribe(capacity=_EXPOSURES_WAITING) as exposures,
        ):
            async for exposure in exposures:
                format, watchers = self._feed.format, tuple(self._watchers)
                if format is None and not watchers:
                    continue
                try:
                    found = await loop.run_in_executor(
                        worker, self._look, exposure, format, watchers
                    )
                    for tell in found:
                        tell()
                except Exception:
                    # One image must not end the rest, whatever is wrong with it.
                    _LOG.exception("image %d of the scene is passed over", exposure.index)

    def _look(
        self, exposure: Exposure, format: FrameFormat | None, watchers: Sequence[Watcher]
    ) -> list[Callable[[], None]]:
        found: list[Callable[[], None]] = []
        if format is not None:
            message = frame_message(exposure, self._feed.topic, format, self._timebase)
            found.append(lambda: self._outlet.publish(message))
        return found + [look(exposure) for look in watchers]
