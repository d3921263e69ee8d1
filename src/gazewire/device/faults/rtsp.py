"""Faults of RTSP: answers that are refusals, late, cut in two, or that nobody asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.fault import Fault, Milliseconds, Seconds
from gazewire.device.faults.lasting import Lasting, beside
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig
from gazewire.wire.rtsp import Transport

__all__ = [
    "BadRequestText",
    "DescribeDelay",
    "NoInterleavedEcho",
    "PlayRefusal",
    "SplitFirstLetter",
]

_PLACE = "rtsp"
_MS_PER_S = 1_000


class PlayRefusal(Fault, frozen=True, kw_only=True):
    """PLAY is refused with status 500, as by a phone whose encoder is stuck."""

    NAME: ClassVar[str] = "play-500"

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Refuse whoever wants to play."""
        with rig.seams.rtsp.play_refusals.holding(lambda: ledger.count(_PLACE, "refused")):
            yield


class DescribeDelay(Fault, frozen=True, kw_only=True):
    """The answer to DESCRIBE is late, as that of an encoder that has to start."""

    NAME: ClassVar[str] = "describe-delay"

    seconds: Annotated[Seconds, Meta(description="by how much")] = 5.0

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Let whoever describes wait."""
        with Lasting() as fault:

            async def wait() -> None:
                ledger.count(_PLACE, "delayed")
                await fault.wait(self.seconds)

            with rig.seams.catalog.waits.holding(wait):
                yield


class NoInterleavedEcho(Fault, frozen=True, kw_only=True):
    """The answer to SETUP does not repeat the interleaved channels, as that of recent phones."""

    NAME: ClassVar[str] = "no-interleaved-echo"

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Leave the channels out."""

        def leave_out(transport: Transport) -> Transport:
            if transport.interleaved is not None:
                ledger.count(_PLACE, "left out")
            return replace(transport, interleaved=None)

        with rig.seams.rtsp.transports.holding(leave_out):
            yield


class SplitFirstLetter(Fault, frozen=True, kw_only=True):
    """Answers come with their first letter in a TCP segment of its own; on new connections."""

    NAME: ClassVar[str] = "split-first-letter"

    ms: Annotated[Milliseconds, Meta(description="between that segment and the next")] = 50.0

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Cut answers behind the first letter."""

        def cut() -> float:
            ledger.count(_PLACE, "split")
            return self.ms / _MS_PER_S

        with rig.seams.rtsp.cuts.holding(cut):
            yield


class BadRequestText(Fault, frozen=True, kw_only=True):
    """``RTSP/1.0 400 Bad Request`` stands in an interleaved stream, as an answer to nothing."""

    NAME: ClassVar[str] = "tcp-400-text"

    every: (
        Annotated[
            float,
            Meta(
                ge=0.01,
                le=86_400,
                description="seconds from one to the next; else one for each receiver report",
            ),
        ]
        | None
    ) = None

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Write the text when a client reports, or from time to time."""
        manners = rig.seams.rtsp
        async with AsyncExitStack() as stack:
            if self.every is None:
                stack.enter_context(
                    manners.report_refusals.holding(lambda: ledger.count(_PLACE, "written"))
                )
            else:
                await stack.enter_async_context(beside(self._write(rig, ledger, self.every)))
            yield

    async def _write(self, rig: FaultRig, ledger: Ledger, interval_s: float) -> None:
        while True:
            ledger.count(_PLACE, "written", rig.seams.rtsp.say_bad_request())
            await asyncio.sleep(interval_s)
