"""Unix time of the packets of a stream, from its sender reports."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gazewire.wire.rtcp.packet import SenderReport
from gazewire.wire.rtp import TickClock, signed_tick_difference

__all__ = ["WallClock"]

_HALF_RANGE = 1 << 31
_RANGE = 1 << 32
_MASK = _RANGE - 1

# 2000-01-01. A phone whose clock nobody has set tells of 1970.
_EARLIEST_UNIX_NS = 946_684_800 * 1_000_000_000
# Clocks that drift, and reports that are stamped with less care than packets, stay within this.
_MAX_SLEWED_NS = 20_000_000
# A slewing clock is fast or slow by one part in so many: by half a millisecond a second.
_SLEW_PARTS = 2_000
# What a mapping must have behind it to be well founded; and how many reports in a row, all of one
# mind against it, replace one that is not well founded, or one that is: a minute's worth of them.
_WELL_FOUNDED = 3
_OUTWEIGH = 3
_OUTWEIGH_WELL_FOUNDED = 60
# Reports follow each other within a minute; what has gone on by that much since the last one has
# gone on as it should.
_LONGEST_INTERVAL_NS = 60_000_000_000
# Timestamps that jump by less cannot be told from those that went on, before the next report comes.
_SHORTEST_JUMP_NS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class _Line:
    """An instant for each tick: ``ticks * slope + offset`` in units that the clock knows."""

    slope: int
    offset: int

    def at(self, ticks: int) -> int:
        return ticks * self.slope + self.offset


@dataclass(frozen=True, slots=True)
class _Bend:
    """How the clock gets from one line to the next without a jump.

    Attributes:
        start: where it leaves the old line, in ticks.
        end: where it has reached the new one.
        before: the old line.
        within: the line between the two, a little steeper or flatter.
    """

    start: int
    end: int
    before: _Line
    within: _Line


@dataclass(frozen=True, slots=True)
class _Jump:
    """Some timestamps are not where the others are, as a report has announced.

    Attributes:
        ticks: one of them, from the time of the report.
        instead_of: what stands for the same instant among the others.
        line: the instants of those that are elsewhere.
        is_over: they have been there; a report has decided that the others go on.
    """

    ticks: int
    instead_of: int
    line: _Line
    is_over: bool = False

    def unwrapped(self, ticks: int) -> int:
        """The same timestamp, counted to lie within half the range of the report's."""
        return self.ticks + signed_tick_difference(ticks, self.ticks)

    def holds_for(self, ticks: int) -> bool:
        """Whether a timestamp is one of those that have jumped."""
        return abs(signed_tick_difference(ticks, self.ticks)) < abs(
            signed_tick_difference(ticks, self.instead_of)
        )


class WallClock:
    """Tells the Unix time of RTP timestamps of one source, within one session.

    A sender report says which timestamp belongs to which instant. The first one that makes sense
    sets the clock, and what later ones do depends on how far they are from what it shows:

    - up to one tick: they confirm it, and nothing changes;
    - up to 20 ms: they are followed, by half a millisecond for each second of the stream, so that
      the clock never jumps;
    - more: they are *contrary* and have no effect, until so many in a row agree with each other
      that they outweigh those before: 3, or 60 once the clock stands on 3 reports.

    One kind of contrary report is of use at once: where the time has gone on since the report
    before and the timestamp has not, but is far away. Such a report announces that timestamps jump.
    From then on those near it have the instants that it says, and the others those that they had,
    until the next report decides. Even then both have theirs until one more report has come: on UDP
    a report may be read before packets that were sent earlier.

    All is computed in integers, and the way from a report to a packet goes the short way round the
    32-bit circle: a wrap between the two does no harm, before or after.

    Make a new one for each session and each source. The offset between timestamps and time means
    nothing after a reconnection, and using the old one is how clients come to be hours off.

    Args:
        clock_hz: the clock of the stream.

    Attributes:
        reports: that came.
        refused: of these, the ones without a time, or with one from before the year 2000.
        contrary: of these, the ones that were far from what the clock showed and announced no jump
            of timestamps.
        steps: how often the clock has been set anew, because contrary reports have won, or a jump
            of timestamps was confirmed.
    """

    def __init__(self, clock_hz: int) -> None:
        self.reports = 0
        self.refused = 0
        self.contrary = 0
        self.steps = 0
        clock = TickClock(clock_hz)
        self._step_ns = clock.step_ns
        self._step_ticks = clock.step_ticks
        # Lines have this many units in a nanosecond: the slewing ones have whole numbers then too.
        self._units_in_ns = clock.step_ticks * _SLEW_PARTS
        self._slope = clock.step_ns * _SLEW_PARTS
        self._max_slewed = _MAX_SLEWED_NS * self._units_in_ns
        # Ticks are counted from the zero before the first report, and never wrap.
        self._line: _Line | None = None
        self._bend: _Bend | None = None
        self._confirmations = 0
        self._contrary_line: _Line | None = None
        self._contrary_run = 0
        self._jump: _Jump | None = None
        self._last_timestamp = 0
        self._last_unix_ns = 0
        # The same again, in the form that `unix_ns` is quick with: the count of the earliest
        # timestamp that can be told, which is half the circle before the last report; the instant
        # of that as the numerator of a fraction over `_step_ticks`, with the half that makes
        # flooring rounding; and how much later the line begins, after all bends.
        self._first_ticks = 0
        self._origin = 0
        self._straight_from = _RANGE

    @property
    def is_set(self) -> bool:
        """Whether a report with a time has come, so that every timestamp has an instant."""
        return self._line is not None

    def add_report(self, report: SenderReport) -> bool:
        """Take a sender report.

        Returns:
            Whether the clock now shows what the report says, or is on its way there. False where
            the report was refused or is contrary: then nothing has changed.
        """
        self.reports += 1
        unix_ns = report.unix_ns
        if unix_ns is None or unix_ns < _EARLIEST_UNIX_NS:
            self.refused += 1
            return False
        ticks = self._first_ticks + ((report.rtp_timestamp - self._first_ticks) & _MASK)
        line = _Line(self._slope, unix_ns * self._units_in_ns - ticks * self._slope)
        is_announced = self._announces_jump(report.rtp_timestamp, unix_ns)
        self._last_timestamp, self._last_unix_ns = report.rtp_timestamp, unix_ns
        if self._line is None:
            self._set(line, ticks, 1)
            return True
        present = self._present_line(ticks)
        ahead = line.at(ticks) - present.at(ticks)
        if abs(line.offset - self._line.offset) <= self._slope:
            self._follow(self._line, self._bend, ticks)
        elif abs(ahead) <= self._max_slewed:
            self._follow(line, self._slewing(present, ticks, ahead), ticks)
        else:
            return self._oppose(line, ticks, is_announced=is_announced)
        self._confirmations += 1
        self._contrary_run = 0
        return True

    def unix_ns(self, rtp_timestamp: int) -> int | None:
        """The instant of a timestamp, to the nearest nanosecond.

        Args:
            rtp_timestamp: unsigned 32-bit, within half the range of the last report.

        Returns:
            Unix nanoseconds, or None before the first report that has a time.
        """
        # Counted from there, no timestamp is earlier, and one mask does for both directions.
        ticks = (rtp_timestamp - self._first_ticks) & _MASK
        if ticks < self._straight_from:
            return self._bent_unix_ns(self._first_ticks + ticks)
        return (ticks * self._step_ns + self._origin) // self._step_ticks

    def _bent_unix_ns(self, ticks: int) -> int | None:
        if self._line is None:
            return None
        if self._jump is not None and self._jump.holds_for(ticks):
            instant = self._jump.line.at(self._jump.unwrapped(ticks))
        else:
            instant = self._present_line(ticks).at(ticks)
        return (instant + self._units_in_ns // 2) // self._units_in_ns

    def _present_line(self, ticks: int) -> _Line:
        assert self._line is not None
        bend = self._bend
        if bend is None or ticks >= bend.end:
            return self._line
        return bend.within if ticks >= bend.start else bend.before

    def _set(self, line: _Line, ticks: int, confirmations: int) -> None:
        """Show the instants of a line from now on, whatever was before."""
        self._confirmations = confirmations
        self._contrary_run = 0
        self._follow(line, None, ticks)

    def _follow(self, line: _Line, bend: _Bend | None, ticks: int) -> None:
        """Show the instants of a line from the end of a bend on; the last report is at `ticks`."""
        self._line = line
        self._bend = bend
        jump = self._jump
        self._jump = None if jump is None or jump.is_over else replace(jump, is_over=True)
        self._first_ticks = ticks - _HALF_RANGE
        # Without a rest, because the line goes through a whole nanosecond at a whole tick.
        self._origin = line.at(self._first_ticks) // _SLEW_PARTS + self._step_ticks // 2
        self._straight_from = 0 if bend is None else max(0, bend.end - self._first_ticks)
        if self._jump is not None:
            # No timestamp goes the quick way while there are two.
            self._straight_from = _RANGE

    def _slewing(self, present: _Line, ticks: int, ahead: int) -> _Bend:
        """Go from what the clock shows at `ticks` to a line that is `ahead` of it there.

        Earlier timestamps keep the instants they have: pictures are exposed before the report is
        made that comes before them.
        """
        gained = self._step_ns if ahead > 0 else -self._step_ns
        slope = self._slope + gained
        within = _Line(slope, present.at(ticks) - ticks * slope)
        # Rounded up, so that it arrives.
        duration = -(-abs(ahead) // self._step_ns)
        return _Bend(ticks, ticks + duration, present, within)

    def _announces_jump(self, rtp_timestamp: int, unix_ns: int) -> bool:
        """Whether the time has gone on since the report before, and the timestamp has not."""
        ticks = signed_tick_difference(rtp_timestamp, self._last_timestamp)
        elapsed_ns = ticks * self._step_ns // self._step_ticks
        return 0 <= unix_ns - self._last_unix_ns <= _LONGEST_INTERVAL_NS and not (
            0 <= elapsed_ns <= _LONGEST_INTERVAL_NS
        )

    def _oppose(self, line: _Line, ticks: int, *, is_announced: bool) -> bool:
        """Deal with a report that is far from what the clock shows; True if it has an effect."""
        assert self._line is not None
        jump = self._jump
        if jump is not None and abs(line.at(ticks) - jump.line.at(jump.unwrapped(ticks))) <= (
            self._max_slewed
        ):
            self.steps += 1
            # Those that have not jumped: near where they would stand now.
            before = (line.offset - self._line.offset) // self._slope
            self._jump = _Jump(ticks + before, ticks, self._line)
            self._set(line, ticks, 2)
            return True
        # Where the clock shows the time of the report.
        instead_of = ticks + (line.offset - self._line.offset) // self._slope
        if is_announced and abs(instead_of - ticks) * self._step_ns >= (
            _SHORTEST_JUMP_NS * self._step_ticks
        ):
            self._jump = _Jump(ticks, instead_of, line)
            # No timestamp goes the quick way until it is decided.
            self._straight_from = _RANGE
            return True
        self.contrary += 1
        first = self._contrary_line
        if (
            first is None
            or not self._contrary_run
            or abs(line.offset - first.offset) > self._max_slewed
        ):
            self._contrary_line = line
            self._contrary_run = 0
        self._contrary_run += 1
        is_well_founded = self._confirmations >= _WELL_FOUNDED
        if self._contrary_run < (_OUTWEIGH_WELL_FOUNDED if is_well_founded else _OUTWEIGH):
            return False
        self.steps += 1
        self._set(line, ticks, self._contrary_run)
        return True
