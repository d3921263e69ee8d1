"""The receiving half of a stream whose payloads nobody here reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gazewire.wire.payload.receiver import PacketReceiver
from gazewire.wire.rtp import ReorderWindow, RtpPacket

__all__ = ["RawReceiver", "TimedPayload"]


@dataclass(frozen=True, slots=True)
class TimedPayload:
    """What one packet held.

    Attributes:
        timestamp_unix_ns: the instant of its RTP timestamp.
        payload: its bytes, without header and padding.
    """

    timestamp_unix_ns: int
    payload: bytes


class RawReceiver(PacketReceiver[TimedPayload]):
    """Gives out the payloads of one stream, of whatever format, within one session.

    What a peer sends never raises here.

    Args:
        payload_type: seven bits; what the SDP calls this stream's packets.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        stream: counts, orders and dates the packets; takes the stream's RTCP. RTP goes through
            this object, not directly to it.
        untimed: packets thrown away because no sender report had come yet.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        super().__init__(payload_type=payload_type, clock_hz=clock_hz, window=window)
        self.untimed = 0

    def _read(self, packets: Iterable[RtpPacket]) -> list[TimedPayload]:
        payloads = []
        for packet in packets:
            timestamp_unix_ns = self.stream.unix_ns(packet.ssrc, packet.timestamp)
            if timestamp_unix_ns is None:
                self.untimed += 1
                continue
            payloads.append(TimedPayload(timestamp_unix_ns, packet.payload))
        return payloads
