"""How the processes of one program share Core time and the clock beneath it.

Whoever answers ``T`` announces the new zero under ``core_time.changed``; the others follow. All of
them read the machine's monotonic counter with one and the same anchor to Unix time, so that an
instant means the same in each.
"""

from __future__ import annotations

from gazewire.model import Notification
from gazewire.time import Clock, TimeBase

__all__ = ["AnchoredClock", "follow_core_time", "zero_announcement"]

_SUBJECT = "core_time.changed"
_MAX_UNIX_NS = (1 << 63) - 1


class AnchoredClock:
    """A clock that was anchored to Unix time by another process of this machine.

    Args:
        counter: whose monotonic counter is read.
        anchor_ns: Unix time less monotonic counter, as that process has it.
    """

    def __init__(self, counter: Clock, anchor_ns: int) -> None:
        self._counter = counter
        self._anchor_ns = anchor_ns

    def unix_ns(self) -> int:
        """Nanoseconds since 1970-01-01 00:00:00 UTC. Never runs backwards."""
        return self._counter.mono_ns() + self._anchor_ns

    def mono_ns(self) -> int:
        """Nanoseconds of the machine's monotonic counter."""
        return self._counter.mono_ns()


def zero_announcement(timebase: TimeBase) -> Notification:
    """Tell where the zero of Core time is now."""
    return Notification(subject=_SUBJECT, fields={"zero_unix_ns": timebase.zero_unix_ns})


def follow_core_time(timebase: TimeBase, notification: Notification) -> None:
    """Let Core time have the zero that was announced; anything else is passed over."""
    if notification.subject != _SUBJECT:
        return
    zero_ns = notification.fields.get("zero_unix_ns")
    if isinstance(zero_ns, int) and abs(zero_ns) <= _MAX_UNIX_NS:
        timebase.set_now(0.0, zero_ns)
