"""Whether an eye keeps up with its camera, and what it gives up where it does not: exposures.

Pupils that come late are worth little, and a machine that is slow for both eyes at the camera's
rate is quick enough for half of it. So rather than let everything be late, an eye looks at fewer
exposures; and this is said.
"""

from __future__ import annotations

from collections.abc import Callable

from gazewire.service.exposure import Exposure
from gazewire.time import Clock

__all__ = ["EyePace"]

# Late in one such time, and no less so in the next. Whoever catches up after a hiccup keeps up.
_WINDOW_NS = 500_000_000
_LATE_NS = 40_000_000
_LATE_WINDOWS = 3
# Not counted: when a program begins it has a lot to do that is done once.
_GRACE_NS = 3_000_000_000
# An exposure that has waited for longer is passed over, until newer ones have their turn.
_OVER_NS = 250_000_000
_LEAST_RATE_HZ = 20.0
# By the shorter ones of so many intervals the rate of a camera is known: some exposures get lost.
_INTERVALS = 32


class EyePace:
    """Decides which exposures are looked at.

    The rate is halved when every pupil of a second and a half came more than 40 ms after its
    exposure arrived, and the delay did not shrink; never below 20 Hz, nor in the first three
    seconds. What is given up does not come back
    while the camera stays: a rate that goes up and down is worse than a low one. Exposures are
    chosen by their instant and not by their number, so that two eyes that both give up half keep
    the same ones.

    Args:
        clock: tells how long exposures wait. Their own time may be that of another machine.
        tell: is told the rate from now on and that before, Hz, whenever it is lowered.
    """

    def __init__(self, clock: Clock, tell: Callable[[float, float], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._intervals_ns: list[int] = []
        self._before_ns: int | None = None
        self._step = 1
        self._slot: int | None = None
        self._begin_ns: int | None = None
        self._window_end_ns: int | None = None
        self._least_ns = 0
        self._least_before_ns = 0
        self._late_windows = 0
        self.passed_over = 0

    def admits(self, exposure: Exposure, arrived_mono_ns: int) -> bool:
        """This exposure is to be looked at. Asked of each, in order.

        Args:
            exposure: when its turn has come.
            arrived_mono_ns: when it came.
        """
        instant_ns = exposure.timestamp_unix_ns
        self._learn_rate(instant_ns)
        if self._clock.mono_ns() - arrived_mono_ns > _OVER_NS:
            self.passed_over += 1
            return False
        interval_ns = self._interval_ns
        if self._step == 1 or interval_ns is None:
            return True
        # The beginnings of slots lie between exposures, so that jitter moves none to another slot.
        slot = (2 * instant_ns + interval_ns) // (2 * interval_ns * self._step)
        if slot == self._slot:
            return False
        self._slot = slot
        return True

    def note_done(self, arrived_mono_ns: int) -> None:
        """Take note that the pupil of the exposure that came then is out."""
        now_ns = self._clock.mono_ns()
        late_ns = now_ns - arrived_mono_ns
        if self._begin_ns is None:
            self._begin_ns = now_ns
        if now_ns - self._begin_ns < _GRACE_NS:
            return
        if self._window_end_ns is None:
            self._begin_window(now_ns, late_ns)
        elif now_ns >= self._window_end_ns:
            self._end_window()
            self._begin_window(now_ns, late_ns)
        self._least_ns = min(self._least_ns, late_ns)

    @property
    def _interval_ns(self) -> int | None:
        if len(self._intervals_ns) < _INTERVALS:
            return None
        interval_ns = sorted(self._intervals_ns)[_INTERVALS // 4]
        # Two eyes are to agree to the nanosecond on what is a nominal rate.
        nominal_ns = round(1e9 / round(1e9 / interval_ns)) if interval_ns < 1e9 else interval_ns
        return nominal_ns if abs(nominal_ns - interval_ns) < 0.01 * interval_ns else interval_ns

    def _learn_rate(self, instant_ns: int) -> None:
        before_ns, self._before_ns = self._before_ns, instant_ns
        if before_ns is None or not 0 < instant_ns - before_ns < 1_000_000_000:
            return
        if len(self._intervals_ns) < _INTERVALS:
            self._intervals_ns.append(instant_ns - before_ns)

    def _begin_window(self, now_ns: int, late_ns: int) -> None:
        self._window_end_ns = now_ns + _WINDOW_NS
        self._least_ns = late_ns

    def _end_window(self) -> None:
        before_ns, self._least_before_ns = self._least_before_ns, self._least_ns
        if self._least_ns <= _LATE_NS:
            self._late_windows = 0
            return
        # Who catches up is given time to.
        is_shrinking = self._least_ns < before_ns - _LATE_NS // 4
        self._late_windows = 1 if is_shrinking else self._late_windows + 1
        interval_ns = self._interval_ns
        if self._late_windows < _LATE_WINDOWS or interval_ns is None:
            return
        self._late_windows = 0
        rate_hz = 1e9 / (interval_ns * self._step)
        if rate_hz / 2 >= _LEAST_RATE_HZ:
            self._step *= 2
            self._tell(rate_hz / 2, rate_hz)
