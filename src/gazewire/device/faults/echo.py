"""Faults of the time echo: answers that are late, cut in two, or wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.echoing import Piece
from gazewire.device.faults.fault import Fault, Milliseconds
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig
from gazewire.wire.echo import EchoReply

__all__ = ["EchoSlow", "EchoSplit", "EchoWrongOffset"]

_PLACE = "echo"
_MS_PER_S = 1_000
_NS_PER_MS = 1_000_000
_MILLION = 1_000_000


class EchoSlow(Fault, frozen=True, kw_only=True):
    """Answers of the time echo are stamped in time and sent late."""

    NAME: ClassVar[str] = "echo-slow"

    ms: Annotated[Milliseconds, Meta(description="by how much")] = 100.0

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Let answers wait."""

        def wait(pieces: Sequence[Piece]) -> list[Piece]:
            ledger.count(_PLACE, "delayed")
            (first_s, first), *others = pieces
            return [(first_s + self.ms / _MS_PER_S, first), *others]

        with rig.seams.echo.cuts.holding(wait):
            yield


class EchoSplit(Fault, frozen=True, kw_only=True):
    """Answers of the time echo come in two pieces."""

    NAME: ClassVar[str] = "echo-split"

    at: Annotated[
        int, Meta(ge=1, le=EchoReply.SIZE - 1, description="bytes of the first piece")
    ] = 8
    ms: Annotated[Milliseconds, Meta(description="between the pieces")] = 20.0

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Cut answers."""

        def cut(pieces: Sequence[Piece]) -> list[Piece]:
            ledger.count(_PLACE, "split")
            (first_s, first), *others = pieces
            return [(first_s, first[: self.at]), (self.ms / _MS_PER_S, first[self.at :]), *others]

        with rig.seams.echo.cuts.holding(cut):
            yield


class EchoWrongOffset(Fault, frozen=True, kw_only=True):
    """The time echo tells of another clock than the one that stamps the streams."""

    NAME: ClassVar[str] = "echo-wrong-offset"

    ms: Annotated[
        float, Meta(ge=-86_400_000, le=86_400_000, description="how far that clock is ahead")
    ] = 1_000.0
    ppm: Annotated[
        float, Meta(ge=-100_000, le=100_000, description="how much faster it runs, in millionths")
    ] = 0.0

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Tell the time of the other clock."""
        begin_unix_ns = rig.clock.unix_ns()

        def shift(now_unix_ns: int) -> int:
            ledger.count(_PLACE, "shifted")
            drift_ns = (now_unix_ns - begin_unix_ns) * self.ppm / _MILLION
            return now_unix_ns + round(self.ms * _NS_PER_MS + drift_ns)

        with rig.seams.echo.shifts.holding(shift):
            yield
