"""The clock of a device, as it can be read on this machine."""

from __future__ import annotations

from collections.abc import Callable

from gazewire.time import Clock

__all__ = ["ShiftedClock"]


class ShiftedClock:
    """A clock that differs from ours by an offset which may become known better with time.

    Args:
        clock: ours.
        offset_ns: tells, at an instant of ours, our clock minus the other one.
    """

    def __init__(self, clock: Clock, offset_ns: Callable[[int], int]) -> None:
        self._clock = clock
        self._offset_ns = offset_ns
        self._latest_ns = 0

    def unix_ns(self) -> int:
        """Nanoseconds of Unix time as the other clock tells it. Never runs backwards."""
        ours_ns = self._clock.unix_ns()
        # An offset that was corrected is no reason for time to run backwards.
        self._latest_ns = max(self._latest_ns, ours_ns - self._offset_ns(ours_ns))
        return self._latest_ns

    def mono_ns(self) -> int:
        """Nanoseconds of our monotonic counter."""
        return self._clock.mono_ns()
