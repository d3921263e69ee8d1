"""The status websocket: the whole status to whoever comes, then every change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from gazewire.device.state import DeviceState, localised
from gazewire.errors import ConnectionLostError
from gazewire.flow import Overflow, Subscription
from gazewire.model import Component
from gazewire.net import HttpRequest, WebSocket, WebSocketRoute
from gazewire.wire.rest import RestPath, serialize_component

__all__ = ["status_updates_route"]

# Changes are rare; a client this far behind has stopped reading.
_CAPACITY = 1_000


Telling = Callable[[Component], Iterable[str]]
"""The messages that tell one listener of a component."""


def _tell_plainly(component: Component) -> Iterable[str]:
    return [serialize_component(component)]


def status_updates_route(
    state: DeviceState, begin_telling: Callable[[], Telling] = lambda: _tell_plainly
) -> WebSocketRoute:
    """Make the route that serves every listener of the status.

    Args:
        state: what they are told.
        begin_telling: asked for each listener how to tell it.
    """

    async def serve(request: HttpRequest, socket: WebSocket) -> None:
        told = begin_telling()

        async def tell(component: Component) -> None:
            for message in told(localised(component, request.local_host)):
                await socket.send_text(message)

        with state.changes.subscribe(capacity=_CAPACITY, overflow=Overflow.FAIL) as changes:
            for component in state.snapshot():
                await tell(component)
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(_tell_all(changes, tell))
                # Clients say nothing here; reading is how we learn that one has left.
                async for _ in socket:
                    pass
                telling.cancel()

    return WebSocketRoute(RestPath.STATUS, serve)


async def _tell_all(
    changes: Subscription[Component], tell: Callable[[Component], Awaitable[None]]
) -> None:
    try:
        async for component in changes:
            await tell(component)
    except ConnectionLostError:
        pass  # the reading side ends too
