"""The receiving half of a gaze stream: datagrams in, data in order and with their time out.

receiver = GazeReceiver(payload_type=99, clock_hz=90_000)
receiver.stream.receive_rtcp(report, now_ns)
for datum in receiver.receive([datagram, datagram], now_ns):
...
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from gazewire.errors import RemoteProtocolError
from gazewire.model import GazeDatum
from gazewire.wire.payload.gaze import GAZE_READERS, parse_gaze
from gazewire.wire.payload.receiver import PacketReceiver
from gazewire.wire.rtp import HEADER_BYTES, ReorderWindow, RtpPacket

__all__ = ["GazeReceiver"]

_VERSION_2 = 0x8000
_HEADER = struct.Struct("!HHII")
_READERS = {HEADER_BYTES + size: read for size, read in GAZE_READERS.items()}


class GazeReceiver(PacketReceiver[GazeDatum]):
    """Reads the packets of one gaze stream, within one session.

    What a peer sends never raises here: what cannot be read is counted and thrown away, and the
    stream goes on.

    Args:
        payload_type: seven bits; what the SDP calls gaze.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        stream: counts, orders and dates the packets; takes the stream's RTCP. RTP goes through
            this object, not directly to it.
        malformed: payloads too short for gaze.
        untimed: packets thrown away because no sender report had come yet.
        unexplained: payloads of a length we do not know; they are read as far as we do.
        last_unexplained: the last of them, or None.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        super().__init__(payload_type=payload_type, clock_hz=clock_hz, window=window)
        self.malformed = 0
        self.untimed = 0
        self.unexplained = 0
        self.last_unexplained: bytes | None = None
        # How a packet of these devices begins: nothing optional in its header, and no marker.
        self._plain = _VERSION_2 | payload_type

    def receive(self, datagrams: Iterable[bytes], now_ns: int) -> list[GazeDatum]:
        """Take what the socket holds.

        Args:
            datagrams: RTP packets in the order of their arrival.
            now_ns: when they came, on any clock of the caller that does not run backwards.

        Returns:
            The data whose turn has come, in order.
        """
        gaze: list[GazeDatum] = []
        stream = self.stream
        for data in datagrams:
            read = _READERS.get(len(data))
            if read is not None:
                start, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
                if start == self._plain and ssrc == stream.ssrc and stream.window.passes(sequence):
                    # Plain, of a length we know, of our source and in its turn, as nearly all are:
                    # read where it lies. In all else this does what the line at the end does.
                    stream.statistics.received(ssrc, sequence, timestamp, now_ns)
                    timestamp_unix_ns = stream.clock.unix_ns(timestamp)
                    if timestamp_unix_ns is None:
                        self.untimed += 1
                    else:
                        gaze.append(read(data, HEADER_BYTES, timestamp_unix_ns))
                    continue
            gaze += self._read(stream.receive(data, now_ns))
        return gaze

    def _read(self, packets: Iterable[RtpPacket]) -> list[GazeDatum]:
        gaze = []
        for packet in packets:
            timestamp_unix_ns = self.stream.unix_ns(packet.ssrc, packet.timestamp)
            if timestamp_unix_ns is None:
                self.untimed += 1
                continue
            try:
                payload = parse_gaze(packet.payload, timestamp_unix_ns)
            except RemoteProtocolError:
                self.malformed += 1
                continue
            if payload.tail:
                self.unexplained += 1
                self.last_unexplained = packet.payload
            gaze.append(payload.datum)
        return gaze
