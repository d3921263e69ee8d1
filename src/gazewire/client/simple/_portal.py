"""The way from blocking calls to the event loop that does the work.

One background thread serves all devices of a program. It begins with the first and ends with the
last of them; it does not keep a program alive that forgets to close one.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, TypeVar

from gazewire.errors import GazewireError, LocalProtocolError

__all__ = ["Portal", "PortalEndedError"]

T = TypeVar("T")

# From the request to end until a thread that hangs is left alone.
_JOINED_WITHIN_S = 5.0


class PortalEndedError(GazewireError):
    """Nothing more is done there, or what was being done has been called off."""

    def __init__(self) -> None:
        super().__init__("the client's thread has ended")


class Portal:
    """An event loop in a thread of its own, shared by all who `enter`.

    Any thread may call, one that runs an event loop too.
    """

    # Re-entrant, as the garbage collector may run anything at any time: the end of a device, too.
    _lock = threading.RLock()
    _shared: Portal | None = None
    _users = 0

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        # Guards what is handed to the loop from its last look at it.
        self._handing_over = threading.RLock()
        self._has_ended = False
        self._thread = threading.Thread(target=self._run, name="gazewire client", daemon=True)
        try:
            self._thread.start()
        except BaseException:
            self._loop.close()
            raise

    @classmethod
    def enter(cls) -> Portal:
        """Join the shared portal; `leave` it when done."""
        with cls._lock:
            if cls._shared is None or not cls._shared._thread.is_alive():
                cls._shared, cls._users = cls(), 0
            cls._users += 1
            return cls._shared

    def leave(self) -> None:
        """Let go of the portal; the last one ends its thread, and waits for that if it can."""
        with type(self)._lock:
            if self is not type(self)._shared:
                return
            type(self)._users -= 1
            if type(self)._users:
                return
            type(self)._shared = None
        with suppress(PortalEndedError):
            self.post(self._end.set)
        if not self.is_here:
            self._thread.join(_JOINED_WITHIN_S)

    @classmethod
    def forget(cls) -> None:
        """Have none: this process is a copy, and threads are not copied."""
        cls._lock = threading.RLock()
        cls._shared, cls._users = None, 0

    @property
    def is_here(self) -> bool:
        """The thread that asks is the portal's own, which must not wait for itself."""
        return threading.current_thread() is self._thread

    # Any: what a coroutine yields and is sent is asyncio's own affair.
    def call(self, function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
        """Run a coroutine there and wait for what it returns; an interruption cancels it.

        Raises:
            LocalProtocolError: this is the portal's own thread.
            PortalEndedError: it has ended, or does so before the coroutine.
            BaseException: whatever the coroutine raises.
        """
        if self.is_here:
            raise LocalProtocolError("a blocking call cannot be made from the client's own thread")
        future = self.begin(function, *args)
        try:
            return future.result()
        except CancelledError as error:
            raise PortalEndedError from error
        except BaseException:
            future.cancel()
            raise

    def begin(self, function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> Future[T]:
        """Run a coroutine there, and do not wait for it.

        Raises:
            PortalEndedError: it has ended.
        """
        with self._handing_over:
            if self._has_ended:
                raise PortalEndedError
            return asyncio.run_coroutine_threadsafe(function(*args), self._loop)

    def post(self, function: Callable[..., object], *args: object) -> None:
        """Have a function called there, soon.

        Raises:
            PortalEndedError: it has ended.
        """
        with self._handing_over:
            if self._has_ended:
                raise PortalEndedError
            self._loop.call_soon_threadsafe(function, *args)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_the_end())

    async def _until_the_end(self) -> None:
        await self._end.wait()
        with self._handing_over:
            self._has_ended = True
        # What was handed over before begins now, and is called off by the runner.
        await asyncio.sleep(0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Portal.forget)
