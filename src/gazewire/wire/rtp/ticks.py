"""The clock of a media stream: its ticks and Unix nanoseconds, without drift.

A stream's clock counts ticks (90 000 a second for video and gaze). We lay its grid on the Unix
epoch: tick ``n`` is the instant ``n / clock_hz`` seconds after 1970. Both conversions go to the
nearest value in integers, so an instant on the grid survives any number of round trips, today and
after years of running. On the wire stands only the lower part of the count, moved by an offset that
means nothing (RFC 3550 §5.1).
"""

from __future__ import annotations

import math

from gazewire.errors import LocalProtocolError

__all__ = ["TickClock", "TickUnwrapper", "signed_tick_difference"]

_NS_PER_S = 1_000_000_000
_HALF_RANGE = 1 << 31
_RANGE = 1 << 32


class TickClock:
    """Converts between Unix nanoseconds and ticks counted from the Unix epoch.

    Attributes:
        clock_hz: ticks in a second, 1 to 10^8: a tick is longer than a nanosecond by far, which
            is what makes the way from ticks to nanoseconds and back exact.
        step_ns: the shortest time that is both whole nanoseconds and whole ticks (at 90 kHz
            100 000 ns, which are nine ticks).
        step_ticks: the same time in ticks.
    """

    __slots__ = ("clock_hz", "step_ns", "step_ticks")

    def __init__(self, clock_hz: int) -> None:
        if not 1 <= clock_hz <= 100_000_000:
            raise LocalProtocolError(f"a stream clock has 1 to 10^8 ticks a second: {clock_hz}")
        self.clock_hz = clock_hz
        common = math.gcd(clock_hz, _NS_PER_S)
        self.step_ns = _NS_PER_S // common
        self.step_ticks = clock_hz // common

    def ticks(self, timestamp_unix_ns: int) -> int:
        """The tick nearest to an instant; half-way goes to the later one."""
        return (timestamp_unix_ns * self.step_ticks + self.step_ns // 2) // self.step_ns

    def unix_ns(self, ticks: int) -> int:
        """The nanosecond nearest to a tick; half-way goes to the later one.

        It also converts a difference of ticks to a difference in nanoseconds.
        """
        return (ticks * self.step_ns + self.step_ticks // 2) // self.step_ticks


class TickUnwrapper:
    """Makes a count that never wraps from 32-bit timestamps.

    A timestamp is taken to lie within half the range of the one before, later or earlier
    (6.6 hours at 90 kHz), so pictures that come out of order are placed correctly.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: int | None = None

    def unwrap(self, timestamp: int) -> int:
        """Give the count of a timestamp; the first timestamp is its own count.

        Args:
            timestamp: unsigned 32-bit, as it came.

        Returns:
            Ticks; below zero for what lies before a first timestamp close to zero.
        """
        if self._last is None:
            self._last = timestamp
        else:
            self._last += signed_tick_difference(timestamp, self._last)
        return self._last


def signed_tick_difference(later: int, earlier: int) -> int:
    """`later` minus `earlier` on the 32-bit circle, the short way round.

    Returns:
        -2^31 to 2^31 - 1.
    """
    return ((later - earlier + _HALF_RANGE) % _RANGE) - _HALF_RANGE
