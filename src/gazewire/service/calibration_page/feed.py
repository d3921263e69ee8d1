"""The websocket of the calibration page: the bus on one side, a browser on the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import msgspec

from gazewire.errors import ConnectionLostError, RemoteProtocolError
from gazewire.model import Notification
from gazewire.net import HttpRequest, WebSocket, WebSocketRoute
from gazewire.service.bus_outlet import Subscribe
from gazewire.service.calibration_page.messages import PageRequest, preview_bytes
from gazewire.service.fitting import ACCURACY_SUBJECT
from gazewire.service.scene_watch import PREVIEW_TOPIC
from gazewire.wire.ipc import Family, Message

__all__ = ["FEED_PATH", "CalibrationFeed", "Notify"]

Notify = Callable[[Notification], Awaitable[None]]
"""Puts a notification onto the bus."""

FEED_PATH = "/calibration/feed"

_HEARD = tuple(
    f"{Family.NOTIFY.value}{subject}"
    for subject in (
        "calibration.state",
        "calibration.started",
        "calibration.stopped",
        "calibration.successful",
        "calibration.failed",
        "validation.started",
        "validation.stopped",
        "validation.failed",
        ACCURACY_SUBJECT,
    )
)
_CAPACITY = 1000
_PREVIEWS_WAITING = 2
_PREVIEWS_WANTED = 2
# Who asks for no picture for so long looks at none, and the service need not make them.
_PATIENCE_S = 3.0


class CalibrationFeed:
    """Feeds every open page.

    Args:
        subscribe: opens a subscription to the bus.
        notify: puts notifications onto it.
    """

    def __init__(self, subscribe: Subscribe, notify: Notify) -> None:
        self._subscribe = subscribe
        self._notify = notify

    @property
    def route(self) -> WebSocketRoute:
        """Where pages connect."""
        return WebSocketRoute(FEED_PATH, self._serve, compress=False)

    async def _serve(self, _: HttpRequest, socket: WebSocket) -> None:
        wanted: asyncio.Queue[None] = asyncio.Queue(_PREVIEWS_WANTED)
        async with self._subscribe(_HEARD, _CAPACITY) as messages, asyncio.TaskGroup() as tasks:
            sending = [
                tasks.create_task(_pass_on(messages, socket)),
                tasks.create_task(self._send_previews(socket, wanted)),
            ]
            await self._notify(Notification(subject="calibration.should_tell_state"))
            await self._obey(socket, wanted)
            for task in sending:
                task.cancel()

    async def _obey(self, socket: WebSocket, wanted: asyncio.Queue[None]) -> None:
        """Do as the page says, until it goes."""
        async for message in socket:
            try:
                request = PageRequest.parse(message)
            except RemoteProtocolError:
                continue
            if request.want is not None:
                with suppress(asyncio.QueueFull):  # nobody gets more for asking more often
                    wanted.put_nowait(None)
            for subject, fields in request.notifications():
                await self._notify(Notification(subject=subject, fields=fields))

    async def _send_previews(self, socket: WebSocket, wanted: asyncio.Queue[None]) -> None:
        with suppress(ConnectionLostError):  # the reading side ends too
            while True:
                await wanted.get()
                async with self._subscribe((PREVIEW_TOPIC,), _PREVIEWS_WAITING) as previews:
                    with suppress(TimeoutError):
                        await _send_wanted(previews, socket, wanted)


async def _send_wanted(
    previews: AsyncIterator[Message], socket: WebSocket, wanted: asyncio.Queue[None]
) -> None:
    """Send one picture, and another one each time that one is wanted.

    Raises:
        TimeoutError: none is wanted any more.
    """
    async for preview in previews:
        with suppress(RemoteProtocolError):
            await socket.send_bytes(preview_bytes(preview))
            async with asyncio.timeout(_PATIENCE_S):
                await wanted.get()


async def _pass_on(messages: AsyncIterator[Message], socket: WebSocket) -> None:
    with suppress(ConnectionLostError):  # the reading side ends too
        async for message in messages:
            with suppress(RemoteProtocolError):
                await socket.send_text(msgspec.json.encode(message.map()).decode())
