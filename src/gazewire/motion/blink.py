"""Blinks, one event each: lids that close and open again.

    blinks = OnlineBlinks()
    for pupil in pupils:  # of both eyes
        blink = blinks.take(pupil.timestamp_unix_ns, pupil.confidence, pupil.eye_id)
        if blink is not None:
            print(blink.duration_s)

What is taken is any number that is high of an open eye: the confidence of its pupil, or the
distance of its lids. It counts as a part of what it usually is of this eye, so that neither a
person's lids nor a poor camera need a threshold of their own. An eye that is not usually seen does
not count; of two that are, both have to close.

Recordings, also those without video, are searched by `find_blinks`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from gazewire.model import DetectedBlink, EyeId

__all__ = ["BlinkSettings", "OnlineBlinks"]

_NS_PER_S = 1_000_000_000
# How quickly what is usual follows what is higher, and what is lower.
_RISE_S = 0.3
_FALL_S = 30.0
# An eye that was not seen for so long does not count.
_STALE_S = 0.1
# Times of two eyes come mixed; what is older than this comes from a clock that was set back.
_OTHER_CLOCK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlinkSettings:
    """What a blink is.

    Attributes:
        closed_level: lids are closed below so much of their usual opening.
        open_level: a blink lasts from the last to the first instant at which they are as open.
        min_duration_s: what is closed for less is a flaw of the picture.
        max_duration_s: what is closed for longer is sleep, or a headset that was taken off.
        max_closing_s: lids take no longer to close; what was seen before is not of the blink.
        max_opening_s: the same of opening; so long the end of a blink is waited for at most.
        merge_gap_s: lids that seem open for less than this in between have not opened.
        min_usual: of a confidence, below which an eye is not usually seen.

    Raises:
        ValueError: levels that are not 0 < closed < open < 1, or durations that cannot be.
    """

    closed_level: float = 0.5
    open_level: float = 0.8
    min_duration_s: float = 0.03
    max_duration_s: float = 1.0
    max_closing_s: float = 0.1
    max_opening_s: float = 0.25
    merge_gap_s: float = 0.05
    min_usual: float = 0.3

    def __post_init__(self) -> None:
        if not 0.0 < self.closed_level < self.open_level < 1.0:
            raise ValueError(f"0 < {self.closed_level} < {self.open_level} < 1 does not hold")
        if not 0.0 <= self.min_duration_s < self.max_duration_s < math.inf:
            raise ValueError("the shortest blink is shorter than the longest")
        for name in ("max_closing_s", "max_opening_s", "merge_gap_s", "min_usual"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is finite and not negative, not {getattr(self, name)}")


@dataclass(slots=True)
class _Eye:
    """What is known of one eye."""

    usual: float = 0.0
    opening: float = 1.0
    seen_ns: int | None = None

    def is_after(self, timestamp_unix_ns: int) -> bool:
        return self.seen_ns is not None and self.seen_ns > timestamp_unix_ns

    def take(self, timestamp_unix_ns: int, value: float) -> None:
        value = max(0.0, value) if math.isfinite(value) else 0.0
        if self.seen_ns is None:
            self.usual = value
        else:
            step_s = min(0.1, max(0.0, (timestamp_unix_ns - self.seen_ns) / _NS_PER_S))
            time_s = _RISE_S if value > self.usual else _FALL_S
            self.usual += (1.0 - math.exp(-step_s / time_s)) * (value - self.usual)
        self.opening = min(1.0, value / self.usual) if self.usual > 0.0 else 0.0
        self.seen_ns = timestamp_unix_ns


@dataclass(slots=True)
class _Closure:
    """Lids that are closed, or were a moment ago."""

    start_ns: int
    closed_ns: int
    lowest: float
    opening_ns: int | None = None  # since when they are not closed any more
    open_ns: int | None = None  # since when they are open
    is_known: bool = False  # they have been closed for as long as a blink takes


class OnlineBlinks:
    """Finds blinks as they end: told `BlinkSettings.merge_gap_s` after the lids have opened.

    Lids that do not open all the way are waited for, for `BlinkSettings.max_opening_s`; by so much
    a blink is told late at most.

    Args:
        settings: what a blink is.
    """

    def __init__(self, settings: BlinkSettings | None = None) -> None:
        self._set = settings or BlinkSettings()
        self._eyes: dict[EyeId, _Eye] = {}
        self._now_ns: int | None = None
        self._before: tuple[int, float] | None = None
        # When the lids began to close, which they are not yet.
        self._leaving_ns: int | None = None
        self._closure: _Closure | None = None

    @property
    def closed_since_ns(self) -> int | None:
        """The instant at which the lids began to close that have been closed for long enough.

        None where they are open, or closed for less than the shortest blink as yet.
        """
        if self._closure is None or not self._closure.is_known:
            return None
        return self._closure.start_ns

    def take(
        self, timestamp_unix_ns: int, openness: float, eye_id: EyeId = 0
    ) -> DetectedBlink | None:
        """Take what was seen of an eye; tell the blink that has ended.

        Args:
            timestamp_unix_ns: of the image.
            openness: confidence of its pupil, or opening of its lids, of any unit; NaN is none.
            eye_id: whose. Eyes come in any order, each of them in order of time.
        """
        latest_ns = timestamp_unix_ns if self._now_ns is None else self._now_ns
        eye = self._eyes.get(eye_id)
        # One that is behind the other is late; one that is behind itself has another clock.
        if eye is not None and eye.is_after(timestamp_unix_ns + round(_OTHER_CLOCK_S * _NS_PER_S)):
            self._eyes.clear()
            self._before = self._leaving_ns = self._closure = None
            latest_ns = timestamp_unix_ns
        self._eyes.setdefault(eye_id, _Eye()).take(timestamp_unix_ns, openness)
        now_ns = max(timestamp_unix_ns, latest_ns)
        self._now_ns = now_ns
        opening = self._opening(now_ns)
        if opening is None:
            self._before = self._leaving_ns = self._closure = None
            return None
        blink = self._follow(now_ns, opening)
        self._before = now_ns, opening
        return blink

    def _opening(self, now_ns: int) -> float | None:
        """How far the eye is open that is more so; None where none is usually seen."""
        openings = [
            eye.opening
            for eye in self._eyes.values()
            if eye.usual >= self._set.min_usual
            and eye.seen_ns is not None
            and now_ns - eye.seen_ns <= _STALE_S * _NS_PER_S
        ]
        return max(openings, default=None)

    def _follow(self, now_ns: int, opening: float) -> DetectedBlink | None:
        closure = self._closure
        if closure is not None:
            return self._go_on(closure, now_ns, opening)
        if opening >= self._set.open_level:
            self._leaving_ns = None
            return None
        if self._leaving_ns is None:
            self._leaving_ns = self._crossing(now_ns, opening, self._set.open_level)
        if opening < self._set.closed_level:
            closed_ns = self._crossing(now_ns, opening, self._set.closed_level)
            earliest_ns = closed_ns - round(self._set.max_closing_s * _NS_PER_S)
            start_ns = max(self._leaving_ns, earliest_ns)
            self._closure = _Closure(start_ns, closed_ns, opening)
        return None

    def _go_on(self, closure: _Closure, now_ns: int, opening: float) -> DetectedBlink | None:
        closure.lowest = min(closure.lowest, opening)
        if opening < self._set.closed_level:
            closure.opening_ns = closure.open_ns = None
            shortest_ns = self._set.min_duration_s * _NS_PER_S
            closure.is_known |= now_ns - closure.closed_ns >= shortest_ns
            return None
        if closure.opening_ns is None:
            closure.opening_ns = self._crossing(now_ns, opening, self._set.closed_level)
        if opening < self._set.open_level:
            closure.open_ns = None
        elif closure.open_ns is None:
            closure.open_ns = self._crossing(now_ns, opening, self._set.open_level)
        latest_ns = closure.opening_ns + round(self._set.max_opening_s * _NS_PER_S)
        if closure.open_ns is not None:
            if now_ns - closure.open_ns < self._set.merge_gap_s * _NS_PER_S:
                return None
            return self._ended(closure, closure.opening_ns, min(closure.open_ns, latest_ns))
        return None if now_ns < latest_ns else self._ended(closure, closure.opening_ns, latest_ns)

    def _ended(self, closure: _Closure, opening_ns: int, end_ns: int) -> DetectedBlink | None:
        self._closure = self._leaving_ns = None
        closed_s = (opening_ns - closure.closed_ns) / _NS_PER_S
        if not self._set.min_duration_s <= closed_s <= self._set.max_duration_s:
            return None
        return DetectedBlink(
            start_unix_ns=closure.start_ns, end_unix_ns=end_ns, confidence=1.0 - closure.lowest
        )

    def _crossing(self, now_ns: int, opening: float, level: float) -> int:
        """When the opening was at a level, on the line from the last one to this."""
        if self._before is None:
            return now_ns
        then_ns, then = self._before
        if (then - level) * (opening - level) >= 0.0:
            return now_ns
        return then_ns + round((now_ns - then_ns) * (then - level) / (then - opening))
