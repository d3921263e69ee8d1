"""How fast a stream is and how late, over the last seconds."""

from __future__ import annotations

import statistics
from collections import deque
from typing import NamedTuple

__all__ = ["Meter"]

_NS_PER_S = 1_000_000_000
_WINDOW_NS = 3 * _NS_PER_S
# A flood of small arrivals makes the window shorter and memory no larger.
_MOST_ARRIVALS = 2_000


class _Arrival(NamedTuple):
    mono_ns: int
    items: int
    age_ns: int | None


class Meter:
    """Told of each arrival, tells the rate and the age of what came lately."""

    def __init__(self) -> None:
        self._began_ns: int | None = None
        self._arrivals: deque[_Arrival] = deque(maxlen=_MOST_ARRIVALS)

    def begin(self, mono_ns: int) -> None:
        """Measure from now on; what was before does not count."""
        self._began_ns = mono_ns
        self._arrivals.clear()

    def note(self, mono_ns: int, items: int, age_ns: int | None) -> None:
        """Take note of an arrival.

        Args:
            mono_ns: when it was, by our monotonic counter.
            items: how many came.
            age_ns: of the newest of them: our Unix time minus its instant, which is the device's;
                None where it has none.
        """
        if self._began_ns is None:
            self._began_ns = mono_ns
        self._arrivals.append(_Arrival(mono_ns, items, age_ns))

    def rate_hz(self, mono_ns: int) -> float:
        """Items a second, over the last three or since it began."""
        if self._began_ns is None:
            return 0.0
        self._forget(mono_ns)
        span_ns = min(_WINDOW_NS, mono_ns - self._began_ns)
        if len(self._arrivals) == _MOST_ARRIVALS:
            span_ns = mono_ns - self._arrivals[0].mono_ns
        items = sum(arrival.items for arrival in self._arrivals)
        return items * _NS_PER_S / span_ns if span_ns > 0 else 0.0

    def age_ns(self, mono_ns: int) -> int | None:
        """The median age of the same; None where nothing came."""
        self._forget(mono_ns)
        ages = [arrival.age_ns for arrival in self._arrivals if arrival.age_ns is not None]
        return round(statistics.median(ages)) if ages else None

    def _forget(self, mono_ns: int) -> None:
        while self._arrivals and self._arrivals[0].mono_ns <= mono_ns - _WINDOW_NS:
            self._arrivals.popleft()
