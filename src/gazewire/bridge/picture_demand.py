"""Whether anybody wants pictures: a device is asked for them, and they are decoded, only then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from gazewire.errors import RemoteProtocolError
from gazewire.service import RunningService
from gazewire.service.frames import FrameFeed
from gazewire.wire.ipc import parse_notification

__all__ = ["PictureDemand"]

_NOTIFICATIONS_WAITING = 100
_LOOKED_AT_EACH_S = 0.1
# Somebody who subscribes anew at once should not have the stream opened again.
_KEPT_S = 2.0


class PictureDemand:
    """Follows who subscribes to the pictures of one camera.

    Args:
        topic: of its pictures.
        others: of what is made of them.
    """

    def __init__(self, topic: str, others: Sequence[str] = ()) -> None:
        self._topic = topic
        self._others = tuple(others)
        self._wanted = asyncio.Event()
        self._unwanted = asyncio.Event()
        self._unwanted.set()

    async def wait_wanted(self) -> None:
        """Wait until somebody wants pictures."""
        await self._wanted.wait()

    async def wait_unwanted(self) -> None:
        """Wait until nobody has wanted pictures for two seconds."""
        await self._unwanted.wait()

    async def follow(self, service: RunningService) -> None:
        """Follow it, for ever."""
        feed = FrameFeed(self._topic, service.outlet.wants)
        prefixes = ["notify.frame_publishing."]
        async with (
            service.subscribe(prefixes, _NOTIFICATIONS_WAITING) as messages,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(self._look(service, feed))
            async for message in messages:
                try:
                    feed.handle(parse_notification(message))
                except RemoteProtocolError:
                    continue

    async def _look(self, service: RunningService, feed: FrameFeed) -> None:
        idle_s = _KEPT_S
        while True:
            wants = service.outlet.wants
            if feed.format is not None or any(wants(topic) for topic in self._others):
                idle_s = 0.0
                self._unwanted.clear()
                self._wanted.set()
            elif (idle_s := idle_s + _LOOKED_AT_EACH_S) >= _KEPT_S:
                self._wanted.clear()
                self._unwanted.set()
            await asyncio.sleep(_LOOKED_AT_EACH_S)
