"""The receiving half of an AAC stream: datagrams in, coded sound with its time out."""

from __future__ import annotations

from collections.abc import Iterable

from gazewire.model import AudioAccessUnit
from gazewire.wire.payload.aac import AacDepacketizer
from gazewire.wire.payload.receiver import PacketReceiver
from gazewire.wire.rtp import ReorderWindow, RtpPacket

__all__ = ["AudioReceiver"]


class AudioReceiver(PacketReceiver[AudioAccessUnit]):
    """Takes the access units out of one AAC stream, within one session.

    What a peer sends never raises here: what cannot be read is counted and thrown away, and the
    stream goes on.

    Args:
        payload_type: seven bits; what the SDP calls the sound.
        clock_hz: the clock of the stream, from the SDP too; it counts samples.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        stream: counts, orders and dates the packets; takes the stream's RTCP. RTP goes through
            this object, not directly to it.
        depacketizer: knows what was dropped or could not be read.
        untimed: access units thrown away because no sender report had come yet.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        super().__init__(payload_type=payload_type, clock_hz=clock_hz, window=window)
        self.depacketizer = AacDepacketizer()
        self.untimed = 0

    @property
    def malformed(self) -> int:
        """Payloads thrown away because they cannot be right."""
        return self.depacketizer.malformed

    def _read(self, packets: Iterable[RtpPacket]) -> list[AudioAccessUnit]:
        units = []
        for packet in packets:
            for unit in self.depacketizer.push(packet):
                timestamp_unix_ns = self.stream.unix_ns(packet.ssrc, unit.rtp_timestamp)
                if timestamp_unix_ns is None:
                    self.untimed += 1
                    continue
                units.append(AudioAccessUnit(timestamp_unix_ns=timestamp_unix_ns, data=unit.data))
        return units
