"""The way from blocking calls to the event loop that does the work.

One background thread serves all devices of a program. It begins with the first and ends with the
last of them; it does not keep a program alive that forgets to close one.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from gazewire.errors import LocalProtocolError

__all__ = ["Portal"]

T = TypeVar("T")

# From the request to end until a thread that hangs is left alone.
_JOINED_WITHIN_S = 5.0


class Portal:
    """An event loop in a thread of its own, shared by all who `enter`.

    Any thread may call, one that runs an event loop too.
    """

    _lock = threading.Lock()
    _shared: Portal | None = None
    _users = 0

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="gazewire client", daemon=True)
        self._thread.start()

    @classmethod
    def enter(cls) -> Portal:
        """Join the shared portal; `leave` it when done."""
        with cls._lock:
            if cls._shared is None or not cls._shared._thread.is_alive():
                cls._shared, cls._users = cls(), 0
            cls._users += 1
            return cls._shared

    def leave(self) -> None:
        """Let go of the portal; the last one ends its thread, and waits for that."""
        with type(self)._lock:
            if self is not type(self)._shared:
                return
            type(self)._users -= 1
            if type(self)._users:
                return
            type(self)._shared = None
        self._stop()

    # Any: what a coroutine yields and is sent is asyncio's own affair.
    def call(self, function: Callable[..., Coroutine[Any, Any, T]], *args: object) -> T:
        """Run a coroutine there and wait for what it returns; an interruption cancels it.

        Raises:
            LocalProtocolError: this is the portal's own thread, which would wait for itself.
            BaseException: whatever the coroutine raises.
        """
        if threading.current_thread() is self._thread:
            raise LocalProtocolError("a blocking call cannot be made from the client's own thread")
        future = asyncio.run_coroutine_threadsafe(function(*args), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def post(self, function: Callable[..., object], *args: object) -> None:
        """Have a function called there, soon; returns at once."""
        self._loop.call_soon_threadsafe(function, *args)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            self._loop.close()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOINED_WITHIN_S)
