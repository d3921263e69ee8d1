"""Core time: the float seconds of the Core network, whose zero a client may move.

Inside, an instant is Unix nanoseconds and stays what it is. Core seconds are how that instant is
told on the network. The command ``T`` moves the zero between the two, and nothing that is stored.

    timebase = TimeBase.from_boot(clock)
    timebase.set_now(0.0, clock.unix_ns())                 # `T 0.0`
    timebase.core_s(clock.unix_ns())                       # `t`: a little above 0.0
"""

from __future__ import annotations

import math
from typing import Self

from gazewire.time.clock import Clock

__all__ = ["TimeBase"]

_NS_PER_S = 1_000_000_000
# Instants are kept and stored in 64 bits: 1677 to 2262.
_MAX_UNIX_NS = (1 << 63) - 1


class TimeBase:
    """The one place where Core seconds and Unix nanoseconds meet.

    Core seconds have the resolution of a double: they tell nanoseconds apart, and come back as the
    same nanosecond, up to 2^52 ns (52 days) from their zero.

    Processes of one program share Core time, but each has anchored its own clock to Unix time. What
    they tell one another is therefore the zero on the machine's monotonic counter,
    ``zero_unix_ns - (clock.unix_ns() - clock.mono_ns())``.

    Args:
        zero_unix_ns: the instant at which Core time is 0.0.
    """

    def __init__(self, zero_unix_ns: int) -> None:
        self._zero_unix_ns = zero_unix_ns

    @classmethod
    def from_boot(cls, clock: Clock) -> Self:
        """Let Core time be the monotonic counter, as it is when a program starts."""
        return cls(clock.unix_ns() - clock.mono_ns())

    @property
    def zero_unix_ns(self) -> int:
        """The instant at which Core time is 0.0."""
        return self._zero_unix_ns

    def core_s(self, timestamp_unix_ns: int) -> float:
        """Tell an instant in Core seconds: the double that is nearest."""
        return (timestamp_unix_ns - self._zero_unix_ns) / _NS_PER_S

    def unix_ns(self, core_s: float) -> int:
        """Read an instant in Core seconds, rounded to the nearest nanosecond.

        Raises:
            ValueError: it is not finite, or lies outside the years 1677 to 2262.
        """
        timestamp_unix_ns = self._zero_unix_ns + _ns_from_s(core_s)
        if abs(timestamp_unix_ns) > _MAX_UNIX_NS:
            raise ValueError(f"Core time {core_s!r} s lies centuries away")
        return timestamp_unix_ns

    def set_now(self, core_s: float, now_unix_ns: int) -> None:
        """Move the zero, so that Core time reads `core_s` at `now_unix_ns`.

        Instants that are stored stay where they are and are told in the new seconds from now on.
        What a client stamped in the old seconds and we have not read yet cannot be told from new.

        Raises:
            ValueError: the time is not finite; nothing has moved.
        """
        self._zero_unix_ns = now_unix_ns - _ns_from_s(core_s)

    def turn_back(self, ns: int) -> None:
        """Let Core time read `ns` less from now on, or more where that is negative."""
        self._zero_unix_ns += ns


def _ns_from_s(core_s: float) -> int:
    if not math.isfinite(core_s):
        raise ValueError(f"Core time must be finite, not {core_s!r}")
    # Apart, because their product would round the nanoseconds of a large time away.
    fraction, whole = math.modf(core_s)
    return int(whole) * _NS_PER_S + round(fraction * _NS_PER_S)
