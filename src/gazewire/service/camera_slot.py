"""The place of a camera: one is in it at a time, and can be changed while it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from gazewire.errors import GazewireError
from gazewire.service.exposure import Camera, Exposure
from gazewire.time import Clock

__all__ = ["CameraSlot"]

_LOG = logging.getLogger(__name__)


class CameraSlot:
    """Lets the camera that is in it publish.

    A camera that breaks is logged; the slot then stays silent until another one is put in.

    Args:
        name: whose camera it is, for the log.
        publish: takes each exposure on the event loop's thread; never waits.
        clock: the program's.
        tasks: parent of the camera's work.
    """

    def __init__(
        self,
        name: str,
        publish: Callable[[Exposure], None],
        clock: Clock,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._name = name
        self._publish = publish
        self._clock = clock
        self._tasks = tasks
        self._working: asyncio.Task[None] | None = None

    @property
    def is_empty(self) -> bool:
        """No camera has been put in yet."""
        return self._working is None

    def put(self, camera: Camera) -> None:
        """Let this be the camera; the one before ends."""
        self.close()
        self._working = self._tasks.create_task(self._work(camera), name=f"{self._name} camera")

    def close(self) -> None:
        """Let no camera publish any more. Harmless when repeated."""
        if self._working is not None:
            self._working.cancel()

    async def _work(self, camera: Camera) -> None:
        try:
            await camera.publish_to(self._publish, self._clock)
        except GazewireError as error:
            _LOG.error("the camera of %s has stopped: %s", self._name, error)
        except Exception:
            _LOG.exception("the camera of %s has failed", self._name)
