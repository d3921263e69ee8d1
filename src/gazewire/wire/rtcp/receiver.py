"""How well a stream is received, in the words of RTCP (RFC 3550 §6.4.1, appendix A)."""

from __future__ import annotations

from gazewire.wire.rtcp.packet import ReceiverReport, ReportBlock, SenderReport
from gazewire.wire.rtp import TickClock, signed_tick_difference
from gazewire.wire.rtp.sequence import MAX_DROPOUT, MAX_MISORDER

__all__ = ["ReceptionStatistics"]

_NS_PER_S = 1_000_000_000
_SEQUENCE_RANGE = 1 << 16
_SEQUENCE_MASK = _SEQUENCE_RANGE - 1
_HALF_TICK_RANGE = 1 << 31
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
        self._arrival_ns = self._arrival_ticks = 0
        self._ssrc: int | None = None
        self._restart_at: int | None = None
        self._last_transit: int | None = None
        self._begin_at(0)
        self._last_report: SenderReport | None = None
        self._last_report_ns = 0

    @property
    def highest_sequence(self) -> int:
        """Highest sequence number received, plus 65536 for each time the number wrapped."""
        return self._highest

    @property
    def expected(self) -> int:
        """Packets that were sent as far as the numbers tell; 0 before the first."""
        return 0 if self._ssrc is None else self._highest - self._base + 1

    @property
    def lost(self) -> int:
        """Packets expected but not received; below zero where duplicates came."""
        return self.expected - self._received

    @property
    def jitter_ticks(self) -> int:
        """Mean deviation of the spacing of arrivals from that of timestamps, smoothed."""
        return self._jitter_x16 >> 4

    def received(self, ssrc: int, sequence: int, timestamp: int, arrival_ns: int) -> None:
        """Count one packet. A new SSRC begins the counts anew.

        Args:
            ssrc: from its header, as the next two. They are taken one by one, so that who reads
                headers only need not make packets.
            sequence: sixteen bits.
            timestamp: thirty-two bits.
            arrival_ns: when it came.
        """
        ahead = (sequence - self._highest) & _SEQUENCE_MASK
        if ssrc != self._ssrc:
            self._ssrc = ssrc
            self._last_report = None
            self._begin_at(sequence)
        elif ahead < MAX_DROPOUT:
            self._highest += ahead
        elif ahead <= _SEQUENCE_RANGE - MAX_MISORDER:
            # RFC 3550 appendix A.1: far from the others. Two in a row are a sender that began anew.
            if sequence != self._restart_at:
                self._restart_at = (sequence + 1) & _SEQUENCE_MASK
                return
            self._begin_at(sequence)
        self._received += 1
        # RFC 3550 appendix A.8, with sixteen times the jitter as an integer.
        if arrival_ns != self._arrival_ns:
            # Packets that are read from a socket together have arrived together.
            self._arrival_ns = arrival_ns
            self._arrival_ticks = self._clock.ticks(arrival_ns)
        transit = self._arrival_ticks - timestamp
        if self._last_transit is not None:
            deviation = abs(transit - self._last_transit)
            if deviation > _HALF_TICK_RANGE:
                # The timestamp has wrapped, or jumped.
                deviation = abs(signed_tick_difference(transit, self._last_transit))
            self._jitter_x16 += deviation - ((self._jitter_x16 + 8) >> 4)
        self._last_transit = transit

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
        self._base = sequence
        # The number itself, plus 65536 for each time it wrapped.
        self._highest = sequence
        self._received = 0
        self._expected_before = self._received_before = 0
        self._restart_at = None
        self._last_transit = None
        self._jitter_x16 = 0

    def _fraction_lost_since_last(self) -> int:
        # RFC 3550 appendix A.3
        expected = self.expected - self._expected_before
        lost = expected - (self._received - self._received_before)
        self._expected_before, self._received_before = self.expected, self._received
        return min((lost << 8) // expected, 0xFF) if expected > 0 and lost > 0 else 0
