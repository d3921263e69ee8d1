"""What blocking calls are made on: one device, held by the event loop in the background."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

from gazewire.client._engine.link import CLOSED, DeviceLink
from gazewire.client._engine.machine_clock import MachineClock
from gazewire.client.device import Device as AsyncDevice
from gazewire.client.device_error import DeviceError
from gazewire.client.simple._portal import Portal, PortalEndedError

__all__ = ["Connection"]

T = TypeVar("T")

_FORKED = "the device was opened before the process was forked; make another one in this process"


class Connection:
    """A device that is connected to, until `close`. Any thread may use it.

    One that nobody holds any more is closed in the background, and those that are left when the
    program ends are closed then.

    Args:
        control: what asks the device; closed with this.

    Attributes:
        control: as given.
        link: its status and streams, to be used on the event loop.

    Raises:
        DeviceError: the device does not answer.
    """

    _open: ClassVar[weakref.WeakSet[Connection]] = weakref.WeakSet()

    def __init__(self, control: AsyncDevice) -> None:
        self._closing = threading.Lock()
        self._portal: Portal | None = None
        self._why_closed = CLOSED
        self.control = control
        self.link = DeviceLink(control.active_session, MachineClock())
        self._portal = Portal.enter()
        self._open.add(self)
        try:
            self.ask(self.link.__aenter__)
        except BaseException:
            self.close()
            raise

    @property
    def is_closed(self) -> bool:
        """Nothing more can be asked."""
        return self._portal is None

    @property
    def is_disowned(self) -> bool:
        """It belongs to the process that this one is a copy of; so may any lock of it."""
        return self._why_closed is _FORKED

    def check(self) -> None:
        """Make sure that something can be asked.

        Raises:
            DeviceError: this is closed.
        """
        if self._portal is None:
            raise DeviceError(None, self._why_closed)

    # Any: what a coroutine yields and is sent is asyncio's own affair.
    def ask(self, function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
        """Run a coroutine on the event loop and wait for what it returns.

        Raises:
            DeviceError: this is closed, or was while the coroutine ran.
            BaseException: whatever the coroutine raises.
        """
        portal = self._portal
        if portal is None:
            raise DeviceError(None, self._why_closed)
        try:
            return portal.call(function, *args)
        except PortalEndedError as error:
            raise DeviceError(None, self._why_closed) from error

    def run(self, function: Callable[..., T], *args: object) -> T:
        """Call a function on the event loop and wait for what it returns.

        Raises:
            DeviceError: as `ask`.
        """

        async def call() -> T:
            return function(*args)

        return self.ask(call)

    def look(self, function: Callable[[], T]) -> T:
        """Call a function where nothing changes meanwhile: on the event loop, or after its end."""
        with suppress(DeviceError):
            return self.run(function)
        return function()

    def post(self, function: Callable[[], object]) -> None:
        """Have a function called on the event loop, soon; not at all once this is closed."""
        portal = self._portal
        if portal is not None:
            with suppress(PortalEndedError):
                portal.post(function)

    def close(self) -> None:
        """Stop everything, and let go of all sockets. Harmless when repeated."""
        with self._closing:
            portal, self._portal = self._portal, None
        if portal is None:
            return
        self._open.discard(self)
        if portal.is_here:
            self._close_soon(portal)
            return
        try:
            with suppress(PortalEndedError):
                portal.call(_shut, self.link, self.control)
        finally:
            portal.leave()

    def __del__(self) -> None:
        # The garbage collector calls this in any thread, with any lock held: it must not wait.
        portal = self._portal
        if portal is not None:
            self._portal = None
            self._close_soon(portal)

    def _close_soon(self, portal: Portal) -> None:
        with suppress(PortalEndedError):
            closing = portal.begin(_shut, self.link, self.control)
            closing.add_done_callback(lambda _: portal.leave())

    @classmethod
    def close_all(cls) -> None:
        """Close what a program has forgotten: so that devices hear a goodbye."""
        for connection in tuple(cls._open):
            with suppress(Exception):
                connection.close()

    @classmethod
    def disown_all(cls) -> None:
        """Leave all connections to the process that this one is a copy of."""
        for connection in tuple(cls._open):
            connection._portal, connection._why_closed = None, _FORKED
        cls._open.clear()


async def _shut(link: DeviceLink, control: AsyncDevice) -> None:
    try:
        await link.__aexit__(None, None, None)
    finally:
        await control.close()


atexit.register(Connection.close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Connection.disown_all)
