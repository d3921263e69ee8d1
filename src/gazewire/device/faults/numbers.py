"""Faults of numbering: timestamps and sequence numbers wrap, the source changes its name."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.fault import Seed
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.packets import PacketFault
from gazewire.device.faults.rig import FaultRig
from gazewire.device.faults.tap import Stage, Tap
from gazewire.net import RtpStream
from gazewire.wire.rtcp import (
    Goodbye,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    parse_compound,
    serialize_compound,
)

__all__ = ["NewSource", "SequenceWrap", "TimestampWrap"]

_NS_PER_S = 1_000_000_000
_SEQUENCES = 1 << 16
_TICKS = 1 << 32
# RFC 3550 §5.1: sequence number, timestamp and source, behind the first two bytes.
_NUMBERS = struct.Struct("!HII")
_NUMBERS_AT = 2
_HEADER_BYTES = _NUMBERS_AT + _NUMBERS.size


class _Renumbering(Tap):
    """A tap that moves the numbers of packets and reports alike, so that they still agree."""

    STAGE = Stage.NUMBERS

    def __init__(self) -> None:
        self.added_sequences = 0
        self.added_ticks = 0

    def sequence(self, sequence: int) -> int:
        return (sequence + self.added_sequences) % _SEQUENCES

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        return self.onward.send_rtp([self._renumbered(packet) for packet in packets])

    def send_rtcp(self, packet: bytes) -> None:
        self.onward.send_rtcp(
            serialize_compound(self._renumbered_part(part) for part in parse_compound(packet))
        )

    def _renumbered(self, packet: bytes) -> bytes:
        sequence, timestamp, ssrc = _NUMBERS.unpack_from(packet, _NUMBERS_AT)
        numbers = _NUMBERS.pack(
            self.sequence(sequence), self._timestamp(timestamp), self.ssrc(ssrc)
        )
        return packet[:_NUMBERS_AT] + numbers + packet[_HEADER_BYTES:]

    def _renumbered_part(self, part: RtcpPacket) -> RtcpPacket:
        match part:
            case SenderReport():
                return replace(
                    part,
                    ssrc=self.ssrc(part.ssrc),
                    rtp_timestamp=self._timestamp(part.rtp_timestamp),
                )
            case SourceDescription():
                chunks = tuple(replace(chunk, ssrc=self.ssrc(chunk.ssrc)) for chunk in part.chunks)
                return replace(part, chunks=chunks)
            case Goodbye():
                return replace(part, ssrcs=tuple(self.ssrc(ssrc) for ssrc in part.ssrcs))
            case _:
                return part

    def _timestamp(self, timestamp: int) -> int:
        return (timestamp + self.added_ticks) % _TICKS


class TimestampWrap(PacketFault, frozen=True, kw_only=True):
    """The 32-bit timestamps wrap, a while after a client has begun."""

    NAME: ClassVar[str] = "rtp-wrap"

    seconds: Annotated[
        float, Meta(gt=0, le=3_600, description="from the client's first report to the wrap")
    ] = 5.0

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that moves timestamps close to their end."""
        ticks = round(self.seconds * stream.clock_hz)
        return _WrappingTimestamps(ticks, partial(ledger.count, name, "wrapped"))


class _WrappingTimestamps(_Renumbering):
    def __init__(self, ticks: int, count: Callable[[], None]) -> None:
        super().__init__()
        self._ticks = ticks
        self._count = count
        self._knows_now = False
        self._last_timestamp = 0

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        _, timestamp, _ = _NUMBERS.unpack_from(packets[0], _NUMBERS_AT)
        timestamp = self._timestamp(timestamp)
        if timestamp + _TICKS // 2 < self._last_timestamp:
            self._count()
        self._last_timestamp = timestamp
        return super().send_rtp(packets)

    def send_rtcp(self, packet: bytes) -> None:
        if not self._knows_now:
            # A report is the first that anybody gets, and tells what time it is now.
            for part in parse_compound(packet):
                if isinstance(part, SenderReport):
                    self.added_ticks = _TICKS - self._ticks - part.rtp_timestamp
                    self._knows_now = True
        super().send_rtcp(packet)


class SequenceWrap(PacketFault, frozen=True, kw_only=True):
    """The 16-bit sequence numbers wrap, some packets after a client has begun."""

    NAME: ClassVar[str] = "sequence-wrap"

    packets: Annotated[int, Meta(ge=1, le=65_535, description="until the wrap")] = 100

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that moves sequence numbers close to their end."""
        added = _SEQUENCES - self.packets - stream.next_sequence
        return _WrappingSequences(added, partial(ledger.count, name, "wrapped"))


class _WrappingSequences(_Renumbering):
    def __init__(self, added: int, count: Callable[[], None]) -> None:
        super().__init__()
        self.added_sequences = added
        self._count = count

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        for packet in packets:
            sequence, _, _ = _NUMBERS.unpack_from(packet, _NUMBERS_AT)
            if self.sequence(sequence) == 0:
                self._count()
        return super().send_rtp(packets)


class NewSource(PacketFault, frozen=True, kw_only=True):
    """The synchronisation source (SSRC) changes, while the numbers of packets go on."""

    NAME: ClassVar[str] = "new-ssrc"

    every: (
        Annotated[
            float,
            Meta(ge=0.1, le=86_400, description="seconds from one change to the next"),
        ]
        | None
    ) = None
    seed: Seed = 0

    def tap(self, rig: FaultRig, stream: RtpStream, name: str, ledger: Ledger) -> Tap:
        """Make a tap that changes the source."""
        begin_mono_ns = rig.clock.mono_ns()

        def changes() -> int:
            if self.every is None:
                return 0
            return (rig.clock.mono_ns() - begin_mono_ns) // round(self.every * _NS_PER_S)

        count = partial(ledger.count, name, "changed")
        return _ChangingSource(changes, f"{self.seed}/{name}", count)


class _ChangingSource(_Renumbering):
    def __init__(self, changes: Callable[[], int], seed: str, count: Callable[[], None]) -> None:
        super().__init__()
        self._changes = changes
        self._seed = seed
        self._count = count
        self._last_report = b""
        self._name = self._name_after(0)
        # How often the name has changed; None until somebody has been shown one.
        self._shown: int | None = None

    def ssrc(self, ssrc: int) -> int:
        return self._name

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        if self._is_changed():
            # A source is not known before it has reported.
            super().send_rtcp(self._last_report)
        return super().send_rtp(packets)

    def send_rtcp(self, packet: bytes) -> None:
        self._is_changed()
        self._last_report = packet
        super().send_rtcp(packet)

    def _is_changed(self) -> bool:
        number = self._changes()
        if number == self._shown:
            return False
        self._shown = number
        self._name = self._name_after(number)
        self._count()
        return True

    def _name_after(self, changes: int) -> int:
        return random.Random(f"{self._seed}/{changes}").getrandbits(32)
