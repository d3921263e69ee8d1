"""How well a stream is received, in the words of RTCP (RFC 3550 §6.4.1, appendix A)."""

from __future__ import annotations

from gazewire.wire.rtcp.packet import ReceiverReport, ReportBlock, SenderReport
from gazewire.wire.rtp import RtpPacket, TickClock, signed_tick_difference
from gazewire.wire.rtp.sequence import MAX_DROPOUT, MAX_MISORDER

__all__ = ["ReceptionStatistics"]

_NS_PER_S = 1_000_000_000
_SEQUENCE_RANGE = 1 << 16
_MIN_LOST, _MAX_LOST = -(1 << 23), (1 << 23) - 1


class ReceptionStatistics:
    """Counts loss and measures jitter of one stream.

    Packets are told in the order in which they arrive, before any re-ordering. Arrival is read from
    any one clock of the caller that does not run backwards.

    Args:
        clock_hz: the clock of the stream.
    """

    def __init__(self, clock_hz: int) -> None:
        self._clock = TickClock(clock_hz)
        self._ssrc: int | None = None
        self._begin_at(0)
        self._last_report: SenderReport | None = None
        self._last_report_ns = 0

    @property
    def highest_sequence(self) -> int:
        """Highest sequence number received, plus 65536 for each time the number wrapped."""
        return self._cycles + self._highest

    @property
    def expected(self) -> int:
        """Packets that were sent as far as the numbers tell; 0 before the first."""
        return 0 if self._ssrc is None else self.highest_sequence - self._base + 1

    @property
    def lost(self) -> int:
        """Packets expected but not received; below zero where duplicates came."""
        return self.expected - self._received

    @property
    def jitter_ticks(self) -> int:
        """Mean deviation of the spacing of arrivals from that of timestamps, smoothed."""
        return self._jitter_x16 >> 4

    def received(self, packet: RtpPacket, arrival_ns: int) -> None:
        """Count one packet. A new SSRC begins the counts anew."""
        if packet.ssrc != self._ssrc:
            self._ssrc = packet.ssrc
            self._begin_at(packet.sequence)
            self._last_report = None
        elif not self._follow(packet.sequence):
            return
        self._received += 1
        self._measure_jitter(packet.timestamp, arrival_ns)

    def reported(self, report: SenderReport, arrival_ns: int) -> None:
        """Note a sender report, so that the sender can learn the round trip from ours."""
        self._last_report = report
        self._last_report_ns = arrival_ns

    def report(self, ssrc: int, now_ns: int) -> ReceiverReport:
        """Make a report of what came since the last one.

        Args:
            ssrc: our own.
            now_ns: on the clock of the arrivals.

        Returns:
            A report with one block, or with none before the first packet.
        """
        if self._ssrc is None:
            return ReceiverReport(ssrc)
        last_report = delay = 0
        if self._last_report is not None:
            seconds, fraction = self._last_report.ntp_seconds, self._last_report.ntp_fraction
            last_report = (seconds & 0xFFFF) << 16 | fraction >> 16
            delay = ((now_ns - self._last_report_ns) << 16) // _NS_PER_S
        block = ReportBlock(
            ssrc=self._ssrc,
            fraction_lost=self._fraction_lost_since_last(),
            cumulative_lost=max(_MIN_LOST, min(self.lost, _MAX_LOST)),
            highest_sequence=self.highest_sequence & 0xFFFF_FFFF,
            jitter_ticks=self.jitter_ticks & 0xFFFF_FFFF,
            last_report=last_report,
            delay_since_last_report=delay & 0xFFFF_FFFF,
        )
        return ReceiverReport(ssrc, (block,))

    def _begin_at(self, sequence: int) -> None:
        self._base = self._highest = sequence
        self._cycles = 0
        self._received = 0
        self._expected_before = self._received_before = 0
        self._restart_at: int | None = None
        self._last_transit: int | None = None
        self._jitter_x16 = 0

    def _follow(self, sequence: int) -> bool:
        """Follow the numbers as RFC 3550 appendix A.1 does; False for a packet not to count."""
        ahead = (sequence - self._highest) % _SEQUENCE_RANGE
        if ahead < MAX_DROPOUT:
            if sequence < self._highest:
                self._cycles += _SEQUENCE_RANGE
            self._highest = sequence
        elif ahead <= _SEQUENCE_RANGE - MAX_MISORDER:
            # Two packets in a row far from the others: the sender began anew.
            if sequence != self._restart_at:
                self._restart_at = (sequence + 1) % _SEQUENCE_RANGE
                return False
            self._begin_at(sequence)
        return True

    def _measure_jitter(self, timestamp: int, arrival_ns: int) -> None:
        # RFC 3550 appendix A.8, with sixteen times the jitter as an integer.
        transit = self._clock.ticks(arrival_ns) - timestamp
        if self._last_transit is not None:
            deviation = abs(signed_tick_difference(transit, self._last_transit))
            self._jitter_x16 += deviation - ((self._jitter_x16 + 8) >> 4)
        self._last_transit = transit

    def _fraction_lost_since_last(self) -> int:
        # RFC 3550 appendix A.3
        expected = self.expected - self._expected_before
        lost = expected - (self._received - self._received_before)
        self._expected_before, self._received_before = self.expected, self._received
        return min((lost << 8) // expected, 0xFF) if expected > 0 and lost > 0 else 0
