"""A TCP connection to whichever address of a host answers first (RFC 8305).

The event loop's own way is not used: where it is cancelled at the moment of success it loses the
socket, which then stays open. A client that comes and goes does that sooner or later.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import socket
from typing import Any, NamedTuple

__all__ = ["connected_socket"]

# RFC 8305 §5
_ATTEMPT_DELAY_S = 0.25


class _Address(NamedTuple):
    family: socket.AddressFamily
    # Any, because that is what a socket's address is: two things for IPv4, four for IPv6.
    address: tuple[Any, ...]


async def connected_socket(host: str, port: int) -> socket.socket:
    """Connect to a host; the socket is the caller's, and does not block.

    Cancelling it leaves nothing open.

    Args:
        host: a name or an address.
        port: of TCP.

    Raises:
        OSError: none of its addresses takes connections, or it has none.
        UnicodeError: the name cannot be one.
    """
    addresses = await _addresses(host, port)
    sockets: list[socket.socket] = []
    attempts: set[asyncio.Task[socket.socket]] = set()
    try:
        try:
            winner = await _race(addresses, attempts, sockets)
        finally:
            for attempt in attempts:
                attempt.cancel()
            await asyncio.gather(*attempts, return_exceptions=True)
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    for sock in sockets:
        if sock is not winner:
            sock.close()
    return winner


async def _race(
    addresses: list[_Address],
    attempts: set[asyncio.Task[socket.socket]],
    sockets: list[socket.socket],
) -> socket.socket:
    """Try one address after the other, each a little after the one before has begun."""
    failure: OSError | None = None
    waiting = iter(addresses)
    is_last = False
    while True:
        if (address := next(waiting, None)) is not None:
            attempts.add(asyncio.create_task(_connect(address, sockets)))
        else:
            is_last = True
        if not attempts:
            raise failure or OSError("it has no address")
        # The next one has its turn when one has failed, or when they have taken too long.
        done, _ = await asyncio.wait(
            attempts,
            timeout=None if is_last else _ATTEMPT_DELAY_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
        for attempt in done:
            try:
                return attempt.result()
            except OSError as error:
                attempts.discard(attempt)
                failure = failure or error


async def _connect(address: _Address, sockets: list[socket.socket]) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    sockets.append(sock)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, address.address)
    return sock


async def _addresses(host: str, port: int) -> list[_Address]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    else:
        # Nobody has to be asked, so no thread has to wait for an answer.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    # RFC 8305 §4: in the order of the system, but the families take turns.
    families = dict.fromkeys(entry[0] for entry in found)
    columns = [
        [_Address(family, entry[4]) for entry in found if entry[0] == family] for family in families
    ]
    rows = itertools.zip_longest(*columns)
    return [address for row in rows for address in row if address is not None]
