"""A listening TCP socket, with the reasons why there is none told in our own words."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

from gazewire.errors import AddressInUseError, NetworkError

__all__ = ["listen"]

# A thousand clients that come together are let in a few at a time, so that those who are there
# already notice nothing; in the meantime they wait in the system, which would not let more wait
# than are accepted at once unless it is told so.
_ACCEPTED_AT_ONCE = 16
_WAITING = 1024


async def listen(
    protocol_factory: Callable[[], asyncio.BaseProtocol], *, host: str, port: int, purpose: str
) -> asyncio.Server:
    """Accept connections on one address, and make a protocol object for each.

    Args:
        protocol_factory: called once for each connection.
        host: address of one interface, or ``0.0.0.0`` for all of them.
        port: TCP port; 0 takes any free one.
        purpose: what the port is for, as a user calls it: ``HTTP``, ``time echo``.

    Raises:
        AddressInUseError: another program has the port.
        NetworkError: the address is not one of this machine, or may not be used.
    """
    # One family means one socket: a host name with addresses of both would, with port 0, be given
    # two different ports.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        server = await asyncio.get_running_loop().create_server(
            protocol_factory, host, port, family=family, backlog=_ACCEPTED_AT_ONCE
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUseError(host, port, purpose) from error
        raise NetworkError(f"cannot listen for {purpose} on {host}:{port}: {error}") from error
    with server.sockets[0].dup() as listening:
        listening.listen(_WAITING)
    return server
