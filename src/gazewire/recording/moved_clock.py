"""A clock that tells the time of a recording as if it were now."""

from __future__ import annotations

from gazewire.time import Clock

__all__ = ["MovedClock"]


class MovedClock:
    """Another clock, moved so that it reads a given instant when this object is made.

    Args:
        clock: that goes on.
        unix_ns: what is read at first.
    """

    def __init__(self, clock: Clock, unix_ns: int) -> None:
        self._clock = clock
        self._moved_ns = unix_ns - clock.unix_ns()

    def unix_ns(self) -> int:
        """Nanoseconds since 1970-01-01 00:00:00 UTC, moved. Never runs backwards."""
        return self._clock.unix_ns() + self._moved_ns

    def mono_ns(self) -> int:
        """Nanoseconds of the other clock's monotonic counter."""
        return self._clock.mono_ns()
