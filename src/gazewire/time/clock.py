"""The clocks that are passed in wherever the time is asked for.

A program has one clock. Its Unix reading is taken from the machine once, and from then on advances
with the monotonic counter: all streams, reports, events and echoes of the program agree for ever,
and a step of the machine's wall clock cannot make time run backwards inside a recording.
"""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "ManualClock", "SystemClock"]


class Clock(Protocol):
    """Something that tells the time in integer nanoseconds."""

    def unix_ns(self) -> int:
        """Nanoseconds since 1970-01-01 00:00:00 UTC. Never runs backwards."""

    def mono_ns(self) -> int:
        """Nanoseconds of a monotonic counter whose zero means nothing."""


class SystemClock:
    """The machine's monotonic counter, anchored to its wall clock when this object is made."""

    def __init__(self) -> None:
        before_ns = time.monotonic_ns()
        unix_ns = time.time_ns()
        after_ns = time.monotonic_ns()
        self._offset_ns = unix_ns - (before_ns + after_ns) // 2

    def unix_ns(self) -> int:
        """Nanoseconds since 1970-01-01 00:00:00 UTC. Never runs backwards."""
        return time.monotonic_ns() + self._offset_ns

    def mono_ns(self) -> int:
        """Nanoseconds of the machine's monotonic counter."""
        return time.monotonic_ns()


class ManualClock:
    """A clock that stands still until it is turned by hand, for tests."""

    def __init__(self, unix_ns: int = 1_700_000_000_000_000_000, mono_ns: int = 0) -> None:
        self._unix_ns = unix_ns
        self._mono_ns = mono_ns

    def unix_ns(self) -> int:
        """The Unix time that was set, plus all that was advanced since."""
        return self._unix_ns

    def mono_ns(self) -> int:
        """The monotonic time that was set, plus all that was advanced since."""
        return self._mono_ns

    def advance(self, ns: int) -> None:
        """Turn both readings forward by `ns` nanoseconds."""
        if ns < 0:
            raise ValueError(f"a clock cannot be turned back: {ns} ns")
        self._unix_ns += ns
        self._mono_ns += ns
