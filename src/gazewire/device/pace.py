"""Whether the machine keeps up with time, and what is given up where it does not: eye frames.

Gaze, the scene and all else are worth nothing late, and of two hundred pictures of the eyes in a
second half can be spared. So rather than let everything be late, fewer of these are made; and this
is said.
"""

from __future__ import annotations

import logging

from gazewire.camera import Record
from gazewire.model import Frame
from gazewire.time import Clock

__all__ = ["Pace"]

_log = logging.getLogger(__name__)

_LATE_NS = 100_000_000
# Late in one such time, and no less so in the next. Whoever catches up after a hiccup keeps up.
_WINDOW_NS = 500_000_000
_LEAST_EYE_RATE_HZ = 50
_FAR_BEHIND_NS = 1_000_000_000
# Few enough to catch up soon, and enough for a client to see that the stream lives.
_FAR_BEHIND_STEP = 8


class Pace:
    """Watches how late records are published, and halves the rate of eye frames in need.

    It does so when all records of a second were more than 100 ms late, there were eye frames among
    them, and the lateness did not shrink; never below 50 Hz. What is given up does not come back
    before the device is started anew: a rate that goes up and down is worse than a low one.

    While records are more than a second late only one in eight of these is left, so that lateness
    does not pile up.

    Args:
        eye_rate_hz: nominal, of the source; None where it has no eye cameras.
        clock: the one by which records are published.

    """

    def __init__(self, eye_rate_hz: float | None, clock: Clock) -> None:
        self._step = 1  # of so many eye frames one is kept
        self._late_ns = 0
        self._eye_rate_hz = eye_rate_hz
        self._clock = clock
        self._window_end_ns: int | None = None
        self._least_ns = 0
        self._least_before_ns: int | None = None
        self._has_eyes = False

    def keeps(self, index: int) -> bool:
        """This eye frame is not given up. Any thread may ask."""
        is_far_behind = self._late_ns > _FAR_BEHIND_NS
        return index % (self._step * (_FAR_BEHIND_STEP if is_far_behind else 1)) == 0

    def admits(self, record: Record) -> bool:
        """Take note of a record that is due, and tell whether it is to be published.

        Not every source can leave out what it is not asked for.
        """
        if self._eye_rate_hz is None:
            return True
        now_ns = self._clock.unix_ns()
        self._late_ns = late_ns = now_ns - record.timestamp_unix_ns
        if self._window_end_ns is None:
            self._begin_window(now_ns, late_ns)
        elif now_ns >= self._window_end_ns:
            self._end_window()
            self._begin_window(now_ns, late_ns)
        self._least_ns = min(self._least_ns, late_ns)
        if not isinstance(record, Frame) or record.camera != "eyes":
            return True
        self._has_eyes = True
        return self.keeps(record.index)

    def _begin_window(self, now_ns: int, late_ns: int) -> None:
        self._window_end_ns = now_ns + _WINDOW_NS
        self._least_ns = late_ns
        self._has_eyes = False

    def _end_window(self) -> None:
        before_ns, self._least_before_ns = self._least_before_ns, None
        if self._least_ns <= _LATE_NS or not self._has_eyes:
            return
        if before_ns is None or self._least_ns < before_ns:
            self._least_before_ns = self._least_ns
        else:
            self._halve()

    def _halve(self) -> None:
        assert self._eye_rate_hz is not None
        rate_hz = self._eye_rate_hz / self._step
        if rate_hz / 2 < _LEAST_EYE_RATE_HZ:
            return
        self._step *= 2
        _log.warning(
            "this machine does not keep up: eye pictures come at %g Hz from now on, not at %g Hz",
            rate_hz / 2,
            rate_hz,
        )
