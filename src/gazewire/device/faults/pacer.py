"""Things that are done a little later, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

__all__ = ["Pacer"]


class Pacer:
    """Does things later, in the order in which they were asked for; none overtakes another."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, Callable[[], object]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, delay_s: float, action: Callable[[], object]) -> None:
        """Do something after a while, and not before what was put in earlier.

        What need not wait is done before this returns. An action may not put in another.
        """
        if delay_s <= 0 and not self._waiting:
            action()
            return
        due_s = asyncio.get_running_loop().time() + delay_s
        if self._waiting:
            due_s = max(due_s, self._waiting[-1][0])
        self._waiting.append((due_s, action))
        if self._timer is None:
            self._arm()

    async def wait(self) -> None:
        """Wait until all that waits now is done; nobody may drop it meanwhile."""
        is_done = asyncio.Event()
        self.put(0, is_done.set)
        await is_done.wait()

    def flush(self) -> None:
        """Do now all that waits."""
        self._disarm()
        while self._waiting:
            self._waiting.popleft()[1]()

    def drop(self) -> None:
        """Do nothing of what waits."""
        self._disarm()
        self._waiting.clear()

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(self._waiting[0][0], self._do_what_is_due)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _do_what_is_due(self) -> None:
        self._timer = None
        now_s = asyncio.get_running_loop().time()
        # The first one is due, whatever the resolution of the loop's clock makes of it.
        due_s = max(now_s, self._waiting[0][0])
        while self._waiting and self._waiting[0][0] <= due_s:
            self._waiting.popleft()[1]()
        if self._waiting:
            self._arm()
