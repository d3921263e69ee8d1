"""Clocks, and the arithmetic between their scales. Instants are integer nanoseconds."""

from gazewire.time.clock import Clock, ManualClock, SystemClock
from gazewire.time.ntp import ntp_from_unix_ns, unix_ns_from_ntp
from gazewire.time.timebase import TimeBase

__all__ = [
    "Clock",
    "ManualClock",
    "SystemClock",
    "TimeBase",
    "ntp_from_unix_ns",
    "unix_ns_from_ntp",
]
