"""The receiving end of one RTP stream: what the network brings, counted, in order and dated."""

from __future__ import annotations

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtcp.compound import parse_compound
from gazewire.wire.rtcp.packet import RtcpPacket, SenderReport
from gazewire.wire.rtcp.receiver import ReceptionStatistics
from gazewire.wire.rtcp.wallclock import WallClock
from gazewire.wire.rtp import ReorderWindow, RtpPacket

__all__ = ["StreamReceiver"]


class StreamReceiver:
    """Does for one stream within one session what every payload needs.

    What a peer sends never raises here: what cannot be read is counted and thrown away, and the
    stream goes on. Time is any clock of the caller that does not run backwards. Call `release` when
    `window.next_release_ns` is reached.

    Args:
        payload_type: seven bits; what the SDP calls this stream's packets.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        payload_type: as given.
        clock: knows the Unix time of the stream from its first sender report on.
        statistics: loss and jitter, and the receiver reports that tell of them.
        window: what is held, and how many were lost, late or came twice.
        malformed: datagrams that are neither RTP nor RTCP.
        foreign: packets of other payload types.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        self.payload_type = payload_type
        self.clock = WallClock(clock_hz)
        self.statistics = ReceptionStatistics(clock_hz)
        self.window = ReorderWindow() if window is None else window
        self.malformed = 0
        self.foreign = 0

    def receive(self, datagram: bytes, now_ns: int) -> list[RtpPacket]:
        """Take an RTP packet from the network.

        Returns:
            The packets whose turn has come, in order.
        """
        try:
            packet = RtpPacket.parse(datagram)
        except RemoteProtocolError:
            self.malformed += 1
            return []
        self.statistics.received(packet.ssrc, packet.sequence, packet.timestamp, now_ns)
        return self._of_our_type(self.window.push(packet, now_ns))

    def receive_rtcp(self, datagram: bytes, now_ns: int) -> tuple[RtcpPacket, ...]:
        """Take a datagram of RTCP.

        Returns:
            What was in it; sender reports have had their effect. Empty where it is not RTCP.
        """
        try:
            packets = parse_compound(datagram)
        except RemoteProtocolError:
            self.malformed += 1
            return ()
        for packet in packets:
            if isinstance(packet, SenderReport):
                self.clock.add_report(packet)
                self.statistics.reported(packet, now_ns)
        return packets

    def release(self, now_ns: int) -> list[RtpPacket]:
        """Give up on what was waited for too long; returns what waited behind it."""
        return self._of_our_type(self.window.release(now_ns))

    def flush(self) -> list[RtpPacket]:
        """Give up on all that is missing, at the end of the stream; returns all that was held."""
        return self._of_our_type(self.window.flush())

    def _of_our_type(self, packets: list[RtpPacket]) -> list[RtpPacket]:
        # RFC 3550 §5.1: a receiver ignores payload types that it does not understand. They have
        # their place among the numbers all the same.
        ours = [packet for packet in packets if packet.payload_type == self.payload_type]
        self.foreign += len(packets) - len(ours)
        return ours
