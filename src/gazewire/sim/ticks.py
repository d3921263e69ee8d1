"""The grid of instants on which everything synthetic happens.

Video and gaze travel with RTP timestamps of a 90 kHz clock (RFC 6184 §8.2.1 for H.264). An instant
that is a whole number of such ticks since 1970 survives the wire exactly: the receiver gets the
sender's nanosecond back, not a neighbour of it, and truth can be compared for equality.
"""

from __future__ import annotations

__all__ = ["TICKS_PER_S", "tick_at_or_after", "unix_ns_of_tick"]

TICKS_PER_S = 90_000


def unix_ns_of_tick(tick: int) -> int:
    """Nanoseconds of Unix time of the given tick: 100000/9 ns each, rounded to the nearest."""
    # Integers only: a float of today's nanoseconds resolves 256 ns. There are no ties, 9 is odd.
    return (200_000 * tick + 9) // 18


def tick_at_or_after(unix_ns: int) -> int:
    """The first tick whose instant is not before `unix_ns`."""
    return -((9 - 18 * unix_ns) // 200_000)
