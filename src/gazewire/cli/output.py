"""Standard output that may be slow, or go away.

Whoever reads our output may pause, as a pager does, or end, as ``head`` does. Neither is an error,
and neither may keep the event loop waiting: the network has no pause.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
from types import TracebackType
from typing import Self

__all__ = ["ClosedOutputError", "Output"]

# So much can be written to a pipe that has said it is ready, and never blocks.
_PIECE_BYTES = 512
_LOOK_S = 0.1


class ClosedOutputError(Exception):
    """Nobody reads any more."""


class Output:
    """Writes to a file descriptor in a thread; an async context manager.

    Leaving it waits for a write that is under way, unless nobody takes it: then its rest is thrown
    away.

    Args:
        descriptor: where to; standard output if None.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdout.fileno() if descriptor is None else descriptor
        self._writing: asyncio.Future[None] | None = None
        self._is_closing = False

    async def __aenter__(self) -> Self:
        sys.stdout.flush()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_closing = True
        if self._writing is not None:
            await asyncio.wait({self._writing})
            self._writing.exception()  # whoever waited for it has been told

    async def write(self, data: bytes) -> None:
        """Write all of it, however long that takes. One at a time.

        Cancelling it does not stop the write; leaving the context does.

        Raises:
            ClosedOutputError: nobody reads any more.
            OSError: the disk is full, or broke.
        """
        self._writing = asyncio.get_running_loop().run_in_executor(None, self._write, data)
        await asyncio.shield(self._writing)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                if self._is_ready():
                    left = left[os.write(self._descriptor, left[:_PIECE_BYTES]) :]
                elif self._is_closing:
                    return
        except BrokenPipeError as error:
            raise ClosedOutputError from error

    def _is_ready(self) -> bool:
        if sys.platform == "win32":
            return True  # only sockets can be asked there
        _, ready, _ = select.select([], [self._descriptor], [], _LOOK_S)
        return bool(ready)
