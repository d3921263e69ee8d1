"""Ports: the one that was asked for, or the phone's own, or the next one that is free."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TypeVar

from gazewire.errors import AddressInUseError

__all__ = ["enter_on_port"]

S = TypeVar("S")

# Devices on one machine count up from the same defaults; this many find room.
_TRIES = 64


async def enter_on_port(
    stack: AsyncExitStack,
    make: Callable[[int], AbstractAsyncContextManager[S]],
    port: int | None,
    default: int,
) -> S:
    """Enter a server on a port.

    Args:
        stack: leaves the server later.
        make: makes the server for a port; entering it raises `AddressInUseError` where taken.
        port: the port that the user wants, 0 for any, None for the default or the next free one.
        default: where to begin if `port` is None.

    Raises:
        AddressInUseError: the port is taken.
    """
    if port is not None:
        return await stack.enter_async_context(make(port))
    for candidate in range(default, default + _TRIES):
        try:
            return await stack.enter_async_context(make(candidate))
        except AddressInUseError as error:
            last = error
    raise last
