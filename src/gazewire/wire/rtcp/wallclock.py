"""Unix time of the packets of a stream, from its sender reports."""

from __future__ import annotations

from gazewire.wire.rtcp.packet import SenderReport
from gazewire.wire.rtp import TickClock, signed_tick_difference

__all__ = ["WallClock"]


class WallClock:
    """Tells the Unix time of RTP timestamps within one session.

    A sender report says which timestamp belongs to which instant; the newest one counts. All is
    computed in integers, and the way from the report to a packet goes the short way round the
    32-bit circle: a wrap between the two does no harm, before or after.

    Make a new one for each session. The offset between timestamps and time means nothing after a
    reconnection, and using the old one is how clients come to be hours off.

    Args:
        clock_hz: the clock of the stream.
    """

    def __init__(self, clock_hz: int) -> None:
        self._clock = TickClock(clock_hz)
        self._reference: tuple[int, int] | None = None

    def add_report(self, report: SenderReport) -> bool:
        """Take a sender report.

        Returns:
            False, and nothing changed, where the report has no wall clock time.
        """
        unix_ns = report.unix_ns
        if unix_ns is None:
            return False
        self._reference = (report.rtp_timestamp, unix_ns)
        return True

    def unix_ns(self, rtp_timestamp: int) -> int | None:
        """The instant of a timestamp, to the nearest nanosecond.

        Args:
            rtp_timestamp: unsigned 32-bit, within half the range of the last report.

        Returns:
            Unix nanoseconds, or None before the first report that has a time.
        """
        if self._reference is None:
            return None
        reference_timestamp, reference_unix_ns = self._reference
        ticks = signed_tick_difference(rtp_timestamp, reference_timestamp)
        return reference_unix_ns + self._clock.unix_ns(ticks)
