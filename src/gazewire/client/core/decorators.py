"""Calls that need a connection, and what they raise without one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from gazewire.errors import GazewireError

__all__ = ["NotConnectedError", "ensure_connected"]

P = ParamSpec("P")
R = TypeVar("R")


class _Connectable(Protocol):
    @property
    def is_connected(self) -> bool: ...


S = TypeVar("S", bound=_Connectable)


class NotConnectedError(GazewireError, RuntimeError):
    """This needs a connection; `connect` makes one."""


def ensure_connected(fn: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let a method be called only while its object is connected.

    Args:
        fn: of a class that has `is_connected`; anything else makes it raise `NotConnectedError`.
    """

    @functools.wraps(fn)
    def wrapper(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if not self.is_connected:
            raise NotConnectedError(f"{fn.__name__} needs a connection; `connect` makes one")
        return fn(self, *args, **kwargs)

    return wrapper
