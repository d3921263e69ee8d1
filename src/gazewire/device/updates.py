"""The status websocket: the whole status to whoever comes, then every change."""

from __future__ import annotations

import asyncio

from gazewire.device.state import DeviceState, localised
from gazewire.errors import ConnectionLostError
from gazewire.flow import Overflow, Subscription
from gazewire.model import Component
from gazewire.net.http import HttpRequest, WebSocket, WebSocketRoute
from gazewire.wire.rest import RestPath, serialize_component

__all__ = ["status_updates_route"]

# Changes are rare; a client this far behind has stopped reading.
_CAPACITY = 1_000


def status_updates_route(state: DeviceState) -> WebSocketRoute:
    """Make the route that serves every listener of the status."""

    async def serve(request: HttpRequest, socket: WebSocket) -> None:
        with state.changes.subscribe(capacity=_CAPACITY, overflow=Overflow.FAIL) as changes:
            for component in state.snapshot():
                await _tell(socket, component, request.local_host)
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(_tell_all(socket, changes, request.local_host))
                # Clients say nothing here; reading is how we learn that one has left.
                async for _ in socket:
                    pass
                telling.cancel()

    return WebSocketRoute(RestPath.STATUS, serve)


async def _tell_all(socket: WebSocket, changes: Subscription[Component], host: str) -> None:
    try:
        async for component in changes:
            await _tell(socket, component, host)
    except ConnectionLostError:
        pass  # the reading side ends too


async def _tell(socket: WebSocket, component: Component, host: str) -> None:
    await socket.send_text(serialize_component(localised(component, host)))
