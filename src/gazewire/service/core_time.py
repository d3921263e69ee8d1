"""How the processes of one program share Core time and the clock beneath it.

Wherever the service's zero is moved, by ``T`` or by time sync, ``core_time.changed`` tells, and the
others follow. All of them read the machine's monotonic counter with one and the same anchor to Unix
time, so that an instant means the same in each.
"""

from __future__ import annotations

from collections.abc import Callable

from gazewire.model import Notification
from gazewire.time import Clock, TimeBase

__all__ = ["AnchoredClock", "AnnouncedTimeBase", "follow_core_time"]

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


class AnnouncedTimeBase(TimeBase):
    """The service's own time base: whoever moves it, everybody learns.

    Args:
        clock: stamps what is told.
        tell: takes what is to be told, on the thread that moves it.
    """

    def __init__(self, clock: Clock, tell: Callable[[Notification], None] = lambda _: None) -> None:
        # As a program begins: Core time is the machine's monotonic counter.
        super().__init__(clock.unix_ns() - clock.mono_ns())
        self._clock = clock
        self._tell = tell

    def set_now(self, core_s: float, now_unix_ns: int) -> None:
        """Move the zero; see `TimeBase`."""
        super().set_now(core_s, now_unix_ns)
        self.announce()

    def turn_back(self, ns: int) -> None:
        """Let Core time read less; see `TimeBase`."""
        super().turn_back(ns)
        self.announce()

    def announce(self) -> None:
        """Tell where the zero is; recordings keep it, or their times could not be understood."""
        fields = {
            "zero_unix_ns": self.zero_unix_ns,
            "timestamp": self.core_s(self._clock.unix_ns()),
            "record": True,
        }
        self._tell(Notification(subject=_SUBJECT, fields=fields))


def follow_core_time(timebase: TimeBase, notification: Notification) -> None:
    """Let Core time have the zero that was announced; anything else is passed over."""
    if notification.subject != _SUBJECT:
        return
    zero_ns = notification.fields.get("zero_unix_ns")
    if isinstance(zero_ns, int) and abs(zero_ns) <= _MAX_UNIX_NS:
        timebase.set_now(0.0, zero_ns)
