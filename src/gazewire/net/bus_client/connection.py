"""How the clients of a bus connect."""

from __future__ import annotations

from collections.abc import Mapping

from gazewire.net._zmq import Socket, ZmqContext
from gazewire.net.bus_security import BusKeys

__all__ = ["CONNECT_TIMEOUT_S", "FAREWELL_MS", "QUEUED_MESSAGES", "connect", "milliseconds"]

QUEUED_MESSAGES = 1000
"""As the programs have it: libzmq's own default."""

CONNECT_TIMEOUT_S = 5.0

FAREWELL_MS = 200
"""For what is queued when a sender is left."""


def connect(
    context: ZmqContext, kind: int, url: str, *, keys: BusKeys | None, options: Mapping[int, int]
) -> Socket:
    """Make a socket and connect it, which goes on in the background."""
    socket = context.socket(kind)
    for option, value in options.items():
        socket.setsockopt(option, value)
    if keys is not None:
        keys.use(socket)
    socket.connect(url)
    return socket


def milliseconds(seconds: float) -> int:
    """Seconds as libzmq waits, which is not for nothing."""
    return max(1, round(seconds * 1000))
