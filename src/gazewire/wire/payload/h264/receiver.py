"""The receiving half of a video stream: datagrams in, coded pictures with their time out.

receiver = VideoReceiver(payload_type=96, clock_hz=90_000)
receiver.stream.receive_rtcp(report, now_ns)
for picture in receiver.receive([datagram, datagram], now_ns):
...
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from gazewire.model import AccessUnit
from gazewire.wire.payload.h264.depacketizer import CodedPicture, Depacketizer
from gazewire.wire.payload.receiver import PacketReceiver
from gazewire.wire.rtp import HEADER_BYTES, ReorderWindow, RtpPacket

__all__ = ["VideoReceiver"]

_VERSION_2 = 0x8000
_MARKER = 0x80
_HEADER = struct.Struct("!HHII")


class VideoReceiver(PacketReceiver[AccessUnit]):
    """Puts together the pictures of one H.264 stream, within one session.

    What a peer sends never raises here: what cannot be read is counted and thrown away, and the
    stream goes on with the next key frame.

    Args:
        payload_type: seven bits; what the SDP calls the video.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.
        depacketizer: puts the pictures together; one with the usual limits where none is given.

    Attributes:
        stream: counts, orders and dates the packets; takes the stream's RTCP. RTP goes through
            this object, not directly to it.
        depacketizer: knows what was dropped, and whether it waits for a key frame.
        untimed: pictures thrown away because no sender report had come yet.
    """

    def __init__(
        self,
        *,
        payload_type: int,
        clock_hz: int,
        window: ReorderWindow | None = None,
        depacketizer: Depacketizer | None = None,
    ) -> None:
        super().__init__(payload_type=payload_type, clock_hz=clock_hz, window=window)
        self.depacketizer = Depacketizer() if depacketizer is None else depacketizer
        self.untimed = 0
        # How a packet of these devices begins: nothing optional in its header.
        self._plain = _VERSION_2 | payload_type
        self._plain_last = self._plain | _MARKER

    def receive(self, datagrams: Iterable[bytes], now_ns: int) -> list[AccessUnit]:
        """Take what the socket holds.

        Args:
            datagrams: RTP packets in the order of their arrival.
            now_ns: when they came, on any clock of the caller that does not run backwards.

        Returns:
            The pictures that are complete now, in order; often none.
        """
        pictures: list[AccessUnit] = []
        stream = self.stream
        for data in datagrams:
            if len(data) >= HEADER_BYTES:
                start, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
                is_last = start == self._plain_last
                if (
                    (is_last or start == self._plain)
                    and ssrc == stream.ssrc
                    and stream.window.passes(sequence)
                ):
                    # Plain, of our source and in its turn, as nearly all are: its payload is read
                    # where it lies. In all else this does what the line at the end does.
                    stream.statistics.received(ssrc, sequence, timestamp, now_ns)
                    completed = self.depacketizer.push_payload(
                        data, HEADER_BYTES, sequence, timestamp, marker=is_last
                    )
                    if completed:
                        pictures += self._dated(completed, ssrc)
                    continue
            pictures += self._read(stream.receive(data, now_ns))
        return pictures

    def _read(self, packets: Iterable[RtpPacket]) -> list[AccessUnit]:
        return [
            picture
            for packet in packets
            for picture in self._dated(self.depacketizer.push(packet), packet.ssrc)
        ]

    def _dated(self, pictures: Iterable[CodedPicture], ssrc: int) -> list[AccessUnit]:
        dated = []
        for picture in pictures:
            timestamp_unix_ns = self.stream.unix_ns(ssrc, picture.rtp_timestamp)
            if timestamp_unix_ns is None:
                self.untimed += 1
                continue
            dated.append(
                AccessUnit(
                    timestamp_unix_ns=timestamp_unix_ns,
                    nal_units=picture.nal_units,
                    is_keyframe=picture.is_keyframe,
                )
            )
        return dated
