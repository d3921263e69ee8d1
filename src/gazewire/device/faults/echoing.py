"""How the time echo answers, and what can be wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from gazewire.device.faults.pacer import Pacer
from gazewire.device.faults.seam import Seam
from gazewire.time import Clock

__all__ = ["EchoManners", "Piece"]

# A client that asks for more without having been answered is none.
_MOST_WAITING = 1_000

Piece = tuple[float, bytes]
"""Some bytes, and how many seconds they wait behind those before them."""


class EchoManners:
    """Writes answers, and holds what is wrong with them.

    Args:
        clock: the device's.

    Attributes:
        clock: the same with all shifts; only the time echo is to have it.
        shifts: each makes another Unix time of one, in nanoseconds.
        cuts: each makes other pieces of the pieces in which an answer is written.
    """

    def __init__(self, clock: Clock) -> None:
        self.shifts = Seam[Callable[[int], int]]()
        self.cuts = Seam[Callable[[Sequence[Piece]], list[Piece]]]()
        self.clock: Clock = _ShiftedClock(clock, self.shifts)

    def make_writer(self, transport: asyncio.Transport) -> Callable[[bytes], None]:
        """Make what writes the answers to one client."""
        return _Writer(transport, self.cuts).write


class _ShiftedClock:
    def __init__(self, clock: Clock, shifts: Seam[Callable[[int], int]]) -> None:
        self._clock = clock
        self._shifts = shifts

    def unix_ns(self) -> int:
        now_ns = self._clock.unix_ns()
        for shift in self._shifts:
            now_ns = shift(now_ns)
        return now_ns

    def mono_ns(self) -> int:
        return self._clock.mono_ns()


class _Writer:
    def __init__(
        self, transport: asyncio.Transport, cuts: Seam[Callable[[Sequence[Piece]], list[Piece]]]
    ) -> None:
        self._transport = transport
        self._cuts = cuts
        self._pacer = Pacer()

    def write(self, answer: bytes) -> None:
        if len(self._pacer) > _MOST_WAITING:
            self._transport.abort()
            return
        pieces: list[Piece] = [(0.0, answer)]
        for cut in self._cuts:
            pieces = cut(pieces)
        delay_s = 0.0
        for wait_s, data in pieces:
            delay_s += wait_s
            self._pacer.put(delay_s, partial(self._write, data))

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)
