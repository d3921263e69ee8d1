"""The receiving end of one RTP stream: what the network brings, counted, in order and dated."""

from __future__ import annotations

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtcp.compound import parse_compound
from gazewire.wire.rtcp.packet import RtcpPacket, SenderReport
from gazewire.wire.rtcp.receiver import ReceptionStatistics
from gazewire.wire.rtcp.wallclock import WallClock
from gazewire.wire.rtp import ReorderWindow, RtpPacket

__all__ = ["StreamReceiver"]

# Sources whose reports are remembered. One sends; the next may have announced itself, and of the
# one before there may be packets that come late.
_MAX_CLOCKS = 8


class StreamReceiver:
    """Does for one stream within one session what every payload needs.

    What a peer sends never raises here: what cannot be read is counted and thrown away, and the
    stream goes on. Time is any clock of the caller that does not run backwards. Call `release` when
    `window.next_release_ns` is reached.

    A stream has one synchronisation source at a time. Another is followed at once where it goes on
    with the sequence numbers, else from its second packet in a row on (RFC 3550 appendix A.1). Each
    source has timestamps of its own, and so a clock of its own that only its own reports set.

    Args:
        payload_type: seven bits; what the SDP calls this stream's packets.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        payload_type: as given.
        ssrc: the source that is followed; None before the first packet.
        clock: knows the Unix time of that source from its first sender report on; before the first
            packet, the clock of the source that reported last. Another object after another source.
        statistics: loss and jitter, and the receiver reports that tell of them.
        window: what is held, and how many were lost, late or came twice.
        malformed: datagrams that are neither RTP nor RTCP.
        foreign: packets of other payload types, and stray ones of other sources.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        self.payload_type = payload_type
        self.ssrc: int | None = None
        self.clock = WallClock(clock_hz)
        self.statistics = ReceptionStatistics(clock_hz)
        self.window = ReorderWindow() if window is None else window
        self.malformed = 0
        self.foreign = 0
        self._clock_hz = clock_hz
        self._clocks: dict[int, WallClock] = {}
        # The last packet of a source that is not followed, or not yet.
        self._stray: RtpPacket | None = None

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
        if packet.ssrc != self.ssrc:
            return self._receive_from_another(packet, now_ns)
        return self._push(packet, now_ns)

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
                self._take_report(packet, now_ns)
        return packets

    def unix_ns(self, ssrc: int, rtp_timestamp: int) -> int | None:
        """The instant of a timestamp of a source, which need not be the one that is followed now.

        Returns:
            Unix nanoseconds, or None where that source has not reported a time.
        """
        clock = self.clock if ssrc == self.ssrc else self._clocks.get(ssrc)
        return None if clock is None else clock.unix_ns(rtp_timestamp)

    def release(self, now_ns: int) -> list[RtpPacket]:
        """Give up on what was waited for too long; returns what waited behind it."""
        return self._of_our_type(self.window.release(now_ns))

    def flush(self) -> list[RtpPacket]:
        """Give up on all that is missing, at the end of the stream; returns all that was held."""
        return self._of_our_type(self.window.flush())

    def _push(self, packet: RtpPacket, now_ns: int) -> list[RtpPacket]:
        self.statistics.received(packet.ssrc, packet.sequence, packet.timestamp, now_ns)
        return self._of_our_type(self.window.push(packet, now_ns))

    def _receive_from_another(self, packet: RtpPacket, now_ns: int) -> list[RtpPacket]:
        if packet.payload_type != self.payload_type:
            self.foreign += 1
            return []
        if self.ssrc is None:
            self._follow(packet.ssrc)
            return self._push(packet, now_ns)
        if self.window.passes(packet.sequence):
            # The same sender under another name.
            self._follow(packet.ssrc)
            self.statistics.received(packet.ssrc, packet.sequence, packet.timestamp, now_ns)
            return [packet]
        stray, self._stray = self._stray, packet
        if stray is None:
            return []
        if stray.ssrc != packet.ssrc or (stray.sequence + 1) & 0xFFFF != packet.sequence:
            self.foreign += 1
            return []
        released = self.flush()
        self.window.begin_anew()
        self._follow(packet.ssrc)
        return released + self._push(stray, now_ns) + self._push(packet, now_ns)

    def _follow(self, ssrc: int) -> None:
        self._stray = None
        self.ssrc = ssrc
        self.clock = self._clock_of(ssrc)

    def _take_report(self, report: SenderReport, now_ns: int) -> None:
        clock = self._clock_of(report.ssrc)
        clock.add_report(report)
        if self.ssrc is None:
            self.clock = clock
        if self.ssrc in (None, report.ssrc):
            self.statistics.reported(report, now_ns)

    def _clock_of(self, ssrc: int) -> WallClock:
        clock = self._clocks.get(ssrc)
        if clock is None:
            if len(self._clocks) == _MAX_CLOCKS:
                del self._clocks[next(known for known in self._clocks if known != self.ssrc)]
            clock = self._clocks[ssrc] = WallClock(self._clock_hz)
        return clock

    def _of_our_type(self, packets: list[RtpPacket]) -> list[RtpPacket]:
        # RFC 3550 §5.1: a receiver ignores payload types that it does not understand. They have
        # their place among the numbers all the same.
        ours = [packet for packet in packets if packet.payload_type == self.payload_type]
        self.foreign += len(packets) - len(ours)
        return ours
