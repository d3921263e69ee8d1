"""The receiving half of an IMU stream: datagrams in, samples in order out."""

from __future__ import annotations

from collections.abc import Iterable

from gazewire.errors import RemoteProtocolError
from gazewire.model import ImuDatum
from gazewire.wire.payload.imu import parse_imu
from gazewire.wire.payload.receiver import PacketReceiver
from gazewire.wire.rtp import ReorderWindow, RtpPacket

__all__ = ["ImuReceiver"]


class ImuReceiver(PacketReceiver[ImuDatum]):
    """Reads the packets of one IMU stream, within one session.

    A sample brings its own time, so none has to wait for a sender report. What a peer sends never
    raises here: what cannot be read is counted and thrown away, and the stream goes on.

    Args:
        payload_type: seven bits; what the SDP calls the IMU.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        stream: counts, orders and dates the packets; takes the stream's RTCP. RTP goes through
            this object, not directly to it.
        malformed: payloads that are not an IMU message.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        super().__init__(payload_type=payload_type, clock_hz=clock_hz, window=window)
        self.malformed = 0

    def _read(self, packets: Iterable[RtpPacket]) -> list[ImuDatum]:
        samples = []
        for packet in packets:
            try:
                samples.append(parse_imu(packet.payload))
            except RemoteProtocolError:
                self.malformed += 1
        return samples
