"""Whether anybody wants pictures: a device is asked for them, and they are decoded, only then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

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
        made: tells the topics of what is made of them.
        asks: how topics of notifications begin for which a picture is needed.
    """

    def __init__(
        self,
        topic: str,
        made: Callable[[], Iterable[str]] = tuple,
        asks: tuple[str, ...] = (),
    ) -> None:
        self._topic = topic
        self._made = made
        self._asks = asks
        self._idle_s = _KEPT_S
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
        prefixes = ["notify.frame_publishing.", *self._asks]
        async with (
            service.subscribe(prefixes, _NOTIFICATIONS_WAITING) as messages,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(self._look(service, feed))
            async for message in messages:
                if message.topic.startswith(self._asks):
                    self._want()
                try:
                    feed.handle(parse_notification(message))
                except RemoteProtocolError:
                    continue

    async def _look(self, service: RunningService, feed: FrameFeed) -> None:
        wants = service.outlet.wants
        while True:
            self._idle_s += _LOOKED_AT_EACH_S
            if feed.format is not None or any(wants(topic) for topic in self._made()):
                self._want()
            elif self._idle_s >= _KEPT_S:
                self._wanted.clear()
                self._unwanted.set()
            await asyncio.sleep(_LOOKED_AT_EACH_S)

    def _want(self) -> None:
        self._idle_s = 0.0
        self._unwanted.clear()
        self._wanted.set()
