"""Faults of time: sender reports come late, not at all, or tell something wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.fault import Seconds
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.packets import PacketFault
from gazewire.device.faults.rig import FaultRig
from gazewire.device.faults.tap import Stage, Tap
from gazewire.net import RtpStream
from gazewire.wire.rtcp import SenderReport, parse_compound, serialize_compound

__all__ = ["LateReports", "NoReports", "ReportStep", "ZeroReports"]

_NS_PER_S = 1_000_000_000
_MS_PER_S = 1_000


class LateReports(PacketFault, frozen=True, kw_only=True):
    """A client gets packets but no sender report for a while after it has begun."""

    NAME: ClassVar[str] = "late-sr"

    seconds: Annotated[Seconds, Meta(description="until the first report")] = 3.0

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that lets no report by until its time has come."""
        from_mono_ns = rig.clock.mono_ns() + round(self.seconds * _NS_PER_S)
        return _Withholding(
            lambda: rig.clock.mono_ns() < from_mono_ns, partial(ledger.count, name, "withheld")
        )


class NoReports(PacketFault, frozen=True, kw_only=True):
    """A client gets packets but no sender report, and no goodbye."""

    NAME: ClassVar[str] = "no-sr"

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that lets no report by."""
        return _Withholding(lambda: True, partial(ledger.count, name, "withheld"))


class _Withholding(Tap):
    STAGE = Stage.REPORTS

    def __init__(self, is_meant: Callable[[], bool], count: Callable[[], None]) -> None:
        self._is_meant = is_meant
        self._count = count

    def send_rtcp(self, packet: bytes) -> None:
        if self._is_meant():
            self._count()
        else:
            self.onward.send_rtcp(packet)


class ReportStep(PacketFault, frozen=True, kw_only=True):
    """The wall clock in the sender reports steps; packets go on as before."""

    NAME: ClassVar[str] = "sr-step"

    ms: Annotated[
        int, Meta(ge=-86_400_000, le=86_400_000, description="how far; back where negative")
    ] = 100
    every: (
        Annotated[
            float,
            Meta(ge=0.1, le=86_400, description="seconds from one step to the next"),
        ]
        | None
    ) = None

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that moves the time of reports.

        The clock of the fault is that of the receiver's line: it steps first when that is tapped.
        """
        clock = rig.clock
        begin_mono_ns = clock.mono_ns()

        def changed(report: SenderReport) -> SenderReport:
            steps = 1
            if self.every is not None:
                elapsed_ns = clock.mono_ns() - begin_mono_ns
                steps += elapsed_ns // round(self.every * _NS_PER_S)
            ntp = report.ntp_seconds << 32 | report.ntp_fraction
            # Modulo 2^64, as NTP wraps.
            ntp = (ntp + (steps * self.ms << 32) // _MS_PER_S) % (1 << 64)
            return replace(report, ntp_seconds=ntp >> 32, ntp_fraction=ntp & 0xFFFF_FFFF)

        return _Rewriting(changed, partial(ledger.count, name, "stepped"))


class ZeroReports(PacketFault, frozen=True, kw_only=True):
    """The seconds of the wall clock are 0 in all sender reports, as after a crash of the app."""

    NAME: ClassVar[str] = "zero-ntp-sr"

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that takes the time out of reports."""
        return _Rewriting(
            lambda report: replace(report, ntp_seconds=0), partial(ledger.count, name, "zeroed")
        )


class _Rewriting(Tap):
    STAGE = Stage.REPORTS

    def __init__(
        self, changed: Callable[[SenderReport], SenderReport], count: Callable[[], None]
    ) -> None:
        self._changed = changed
        self._count = count

    def send_rtcp(self, packet: bytes) -> None:
        self.onward.send_rtcp(
            serialize_compound(
                self._changed(part) if isinstance(part, SenderReport) else part
                for part in parse_compound(packet)
            )
        )
        self._count()
