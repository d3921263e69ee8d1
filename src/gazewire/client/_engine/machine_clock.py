"""The clock that users of the client read: that of their machine."""

from __future__ import annotations

import time

__all__ = ["MachineClock"]


class MachineClock:
    """A clock whose Unix time is what ``time.time_ns()`` says, whenever that is set.

    The instants that a user converts to the device's time, and back, are of this clock. One that
    runs on evenly would differ from it after the machine has slept.
    """

    def unix_ns(self) -> int:
        """Nanoseconds since 1970-01-01 00:00:00 UTC, as the machine has it now."""
        return time.time_ns()

    mono_ns = staticmethod(time.monotonic_ns)
    """Nanoseconds of the machine's monotonic counter. Asked for each packet, so it is no more."""
