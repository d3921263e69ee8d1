"""Unix time of the packets of a stream, from its sender reports."""

from __future__ import annotations

from gazewire.wire.rtcp.packet import SenderReport
from gazewire.wire.rtp import TickClock

__all__ = ["WallClock"]

_HALF_RANGE = 1 << 31
_MASK = (1 << 32) - 1


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
        clock = TickClock(clock_hz)
        self._step_ns = clock.step_ns
        self._step_ticks = clock.step_ticks
        # Half the circle before the last report: the timestamp, and its instant as the numerator
        # of a fraction over `_step_ticks`, with the half that makes flooring rounding.
        self._origin_timestamp = 0
        self._origin: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether a report with a time has come, so that every timestamp has an instant."""
        return self._origin is not None

    def add_report(self, report: SenderReport) -> bool:
        """Take a sender report.

        Returns:
            False, and nothing changed, where the report has no wall clock time.
        """
        unix_ns = report.unix_ns
        if unix_ns is None:
            return False
        self._origin_timestamp = report.rtp_timestamp - _HALF_RANGE
        self._origin = (
            unix_ns * self._step_ticks + self._step_ticks // 2 - _HALF_RANGE * self._step_ns
        )
        return True

    def unix_ns(self, rtp_timestamp: int) -> int | None:
        """The instant of a timestamp, to the nearest nanosecond.

        Args:
            rtp_timestamp: unsigned 32-bit, within half the range of the last report.

        Returns:
            Unix nanoseconds, or None before the first report that has a time.
        """
        if self._origin is None:
            return None
        # Counted from there, no timestamp is earlier, and one mask does for both directions.
        ticks = (rtp_timestamp - self._origin_timestamp) & _MASK
        return (ticks * self._step_ns + self._origin) // self._step_ticks
