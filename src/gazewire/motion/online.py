"""What gaze does while it does it: each sample gets its label a stated time later.

    classifier = OnlineClassifier()
    for timestamp_unix_ns, x_deg, y_deg in gaze:
        for sample in classifier.take(timestamp_unix_ns, x_deg, y_deg):
            print(sample.timestamp_unix_ns, sample.label)

Two questions are asked of gaze, one after the other. *Does it jump?* Its velocity over 20 ms, less
what it has been of late, is held against what the noise of this wearer on this tracker makes of a
resting eye; the threshold follows the noise, as Nyström and Holmqvist have it. *If not, does it
follow something?* The slope of gaze between two jumps, over as much as there is of a third of a
second, says so the more clearly the longer it is, and a hidden Markov model of two states keeps
one answer from flickering.

Sources: Nyström & Holmqvist 2010, Behavior Research Methods 42, 188-204 (adaptive thresholds,
oscillation after saccades); Salvucci & Goldberg 2000, ETRA, 71-78 (I-HMM); Engbert & Kliegl 2003,
Vision Research 43, 1035-1045 (noise by the median of velocities).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from gazewire.motion.label import Movement
from gazewire.motion.online_settings import OnlineSettings
from gazewire.motion.pursuit_odds import PursuitOdds
from gazewire.motion.velocity_noise import VelocityNoise

__all__ = ["LabelledSample", "OnlineClassifier"]

_NS_PER_S = 1_000_000_000


class LabelledSample(NamedTuple):
    """A sample of gaze, and what it belongs to.

    Attributes:
        timestamp_unix_ns: as it came.
        x_deg: as it came; where a short gap was bridged, what stands there instead.
        y_deg: the same.
        label: what gaze did.
    """

    timestamp_unix_ns: int
    x_deg: float
    y_deg: float
    label: Movement


# After so long without a sample nothing is known of what was between.
_LONGEST_STEP_S = 0.075
# Times that go back by more than this tell of another clock.
_OTHER_CLOCK_S = 1.0
# What velocity has been of late.
_TREND_S = 0.06
# Fixation and pursuit are told apart so often.
_JUDGED_EVERY_S = 0.01


class OnlineClassifier:
    """Labels gaze, sample by sample, `OnlineSettings.delay_s` after it.

    Gaze is in degrees to the right and down; whatever its frame, near its axis (beyond 60 degrees
    up or down, speeds across are told too small). It may come at 30 to 2000 Hz, evenly or not.
    Times that do not rise are passed over; a clock that is set back by a second begins anew.

    The delay is that of the data, not of a clock: where gaze stops coming, the last of it waits
    for the next sample, or for `finish`.

    Args:
        settings: how it judges.
    """

    def __init__(self, settings: OnlineSettings | None = None) -> None:
        self._set = settings or OnlineSettings()
        self._held: list[tuple[int, float, float]] = []
        self._noise = VelocityNoise(self._set)
        self._odds = PursuitOdds(self._set)
        self._last_ns = 0
        self._begin()

    @property
    def noise(self) -> VelocityNoise:
        """What is known of the tracker, and the thresholds that follow from it."""
        return self._noise

    def take(self, timestamp_unix_ns: int, x_deg: float, y_deg: float) -> Sequence[LabelledSample]:
        """Take gaze, and tell the labels of what has become known by it.

        Args:
            timestamp_unix_ns: of the sample.
            x_deg: to the right; NaN where gaze was not seen.
            y_deg: down; the same.
        """
        told: list[LabelledSample] = []
        if self._last_ns and timestamp_unix_ns <= self._last_ns:
            if self._last_ns - timestamp_unix_ns < _OTHER_CLOCK_S * _NS_PER_S:
                return told
            told += self.finish()
        elif self._last_ns:
            step_s = (timestamp_unix_ns - self._last_ns) / _NS_PER_S
            if step_s > max(_LONGEST_STEP_S, 2.5 * self._noise.interval_s):
                told += self.finish()
            else:
                self._noise.follow_interval(step_s)
        self._last_ns = timestamp_unix_ns
        for sample in self._bridged(timestamp_unix_ns, x_deg, y_deg):
            self._append(*sample)
        told += self._decided(self._set.delay_s)
        return told

    def finish(self) -> Sequence[LabelledSample]:
        """Tell the labels of all that has been taken, and begin anew; the noise is remembered."""
        for sample in self._held:
            self._append(*sample)
        self._held.clear()
        self._end_piece()
        told = self._decided(0.0)
        self._last_ns = 0
        self._begin()
        return told

    # -- what comes in ---------------------------------------------------------------------------

    def _begin(self) -> None:
        self._zero_ns = 0
        self._ns: list[int] = []
        self._t: list[float] = []
        self._x: list[float] = []
        self._y: list[float] = []
        # Velocity less its trend, (deg/s).
        self._speed: list[float] = []
        self._label: list[Movement] = []
        self._told = 0  # how many have been told
        self._begin_piece()

    def _begin_piece(self) -> None:
        """Gaze that is seen begins with the next sample."""
        self._piece = len(self._t)
        self._next_speed = len(self._t)
        self._trend = (0.0, 0.0)
        self._fast_from: int | None = None
        self._peak = 0.0
        self._landed: int | None = None
        self._segment = len(self._t)
        self._settled_s: float | None = None

    def _bridged(
        self, timestamp_unix_ns: int, x_deg: float, y_deg: float
    ) -> list[tuple[int, float, float]]:
        """Hold back what is missing until it is known how long the gap is."""
        is_seen = math.isfinite(x_deg) and math.isfinite(y_deg)
        if not is_seen:
            self._held.append((timestamp_unix_ns, math.nan, math.nan))
            since_ns = self._ns[-1] if self._ns else self._held[0][0]
            if timestamp_unix_ns - since_ns <= self._set.bridged_gap_s * _NS_PER_S:
                return []
            released, self._held = self._held, []
            return released
        released, self._held = self._held, []
        is_short = (
            bool(self._ns)
            and not math.isnan(self._x[-1])
            and timestamp_unix_ns - self._ns[-1] <= self._set.bridged_gap_s * _NS_PER_S
        )
        if released and is_short:
            start_ns, start_x, start_y = self._ns[-1], self._x[-1], self._y[-1]
            whole = timestamp_unix_ns - start_ns
            released = [
                (
                    ns,
                    start_x + (x_deg - start_x) * (ns - start_ns) / whole,
                    start_y + (y_deg - start_y) * (ns - start_ns) / whole,
                )
                for ns, _, _ in released
            ]
        return [*released, (timestamp_unix_ns, x_deg, y_deg)]

    def _append(self, timestamp_unix_ns: int, x_deg: float, y_deg: float) -> None:
        if not self._ns:
            self._zero_ns = timestamp_unix_ns
        is_seen = not math.isnan(x_deg)
        if not is_seen:
            self._end_piece()
        self._ns.append(timestamp_unix_ns)
        self._t.append((timestamp_unix_ns - self._zero_ns) / _NS_PER_S)
        self._x.append(x_deg)
        self._y.append(y_deg)
        self._speed.append(0.0)
        self._label.append(Movement.UNDEFINED if is_seen else Movement.BLINK)
        if not is_seen:
            self._begin_piece()
            return
        if self._fast_from is None:
            self._noise.fit_window()
        half = self._noise.half_window
        while self._next_speed + half < len(self._t):
            self._measure(self._next_speed, half)
            self._next_speed += 1

    def _end_piece(self) -> None:
        """No gaze is seen after what there is; what is fast up to here belongs to the lids."""
        half = self._noise.half_window
        while self._next_speed < len(self._t):
            self._measure(self._next_speed, half)
            self._next_speed += 1
        if self._fast_from is not None:
            self._relabel(self._fast_from, len(self._t), Movement.BLINK)
            self._fast_from = None

    # -- does it jump? ---------------------------------------------------------------------------

    def _measure(self, index: int, half: int) -> None:
        """Find the velocity at a sample, and what it tells."""
        first, end = max(self._piece, index - half), min(len(self._t), index + half + 1)
        if end - first < 2:
            return
        vx, vy = self._slope(first, end)
        trend_x, trend_y = self._trend
        speed = math.hypot(vx - trend_x, vy - trend_y)
        self._speed[index] = speed
        is_slow = self._judge(index, speed)
        if is_slow:
            step_s = self._t[index] - self._t[index - 1] if index > self._piece else 0.0
            weight = min(1.0, step_s / _TREND_S)
            self._trend = trend_x + weight * (vx - trend_x), trend_y + weight * (vy - trend_y)
            self._noise.follow(speed, step_s)

    def _slope(self, first: int, end: int) -> tuple[float, float]:
        """Velocity by the line of least squares, across and down."""
        count = end - first
        t = self._t[first:end]
        middle = sum(t) / count
        square = across = down = 0.0
        for when, x, y in zip(t, self._x[first:end], self._y[first:end], strict=True):
            since = when - middle
            square += since * since
            across += since * x
            down += since * y
        scale = math.cos(math.radians(self._y[first]))
        return across / square * scale, down / square

    def _judge(self, index: int, speed: float) -> bool:
        """Go on with what gaze does by its speed; tell whether it rests or follows."""
        if self._fast_from is not None:
            return self._go_on(index, speed)
        if self._landed is not None:
            since_s = self._t[index] - self._t[self._landed]
            if since_s > self._set.oscillation_s:
                self._landed = None
            elif speed < max(self._noise.onset_deg_s, self._peak / 2):
                if speed > self._noise.edge_deg_s:
                    self._relabel(self._landed, index + 1, Movement.OSCILLATION)
                    self._segment = index + 1
                return False
        if speed <= self._noise.onset_deg_s:
            return True
        edge = self._noise.edge_deg_s
        start = index
        while (
            start > max(self._piece, self._segment)
            and self._speed[start - 1] > edge
            and self._speed[start - 1] <= self._speed[start]
        ):
            start -= 1
        self._fast_from, self._peak, self._landed = start, speed, None
        self._relabel(start, index + 1, Movement.SACCADE)
        return False

    def _go_on(self, index: int, speed: float) -> bool:
        """Go on with a jump."""
        assert self._fast_from is not None
        start = self._fast_from
        self._peak = max(self._peak, speed)
        before = self._speed[index - 1]
        is_valley = speed > before and before < self._noise.onset_deg_s and before < self._peak / 3
        is_over = speed < self._noise.edge_deg_s or is_valley
        is_long = self._t[index] - self._t[start] > self._set.max_saccade_s
        if not (is_over or is_long):
            self._relabel(index, index + 1, Movement.SACCADE)
            return False
        self._fast_from = None
        self._segment = index
        near_gap = (
            self._piece > 0 and self._t[start] - self._t[self._piece] < self._set.gap_margin_s
        )
        if near_gap:
            self._relabel(self._piece, index, Movement.BLINK)
        elif is_long or self._distance(start - 1, index) < self._set.min_amplitude_deg:
            self._relabel(start, index, Movement.UNDEFINED)
            self._segment = self._piece
        elif self._noise.interval_s * self._set.oscillation_rate_hz <= 1.0:
            self._landed = index
        return is_over and not is_valley

    def _distance(self, first: int, last: int) -> float:
        first = max(first, self._piece)
        across = self._x[last] - self._x[first]
        scale = math.cos(math.radians(self._y[first]))
        return math.hypot(across * scale, self._y[last] - self._y[first])

    def _relabel(self, first: int, end: int, label: Movement) -> None:
        """Label samples that have not been told."""
        for index in range(max(first, self._told), end):
            self._label[index] = label

    # -- does it follow? -------------------------------------------------------------------------

    def _decided(self, delay_s: float) -> list[LabelledSample]:
        """Tell what is older than the delay."""
        told: list[LabelledSample] = []
        if not self._t:
            return told
        limit_s = self._t[-1] - delay_s
        while self._told < len(self._t) and self._t[self._told] <= limit_s:
            index = self._told
            label = self._label[index]
            if label is Movement.UNDEFINED:
                label = self._resting(index)
            told.append(LabelledSample(self._ns[index], self._x[index], self._y[index], label))
            self._told += 1
        self._forget()
        return told

    def _resting(self, index: int) -> Movement:
        """Fixation or pursuit, of a sample that does not jump."""
        if index and self._label[index - 1] in {Movement.SACCADE, Movement.OSCILLATION}:
            self._odds.jump()
        now_s = self._t[index]
        since_s = None if self._settled_s is None else now_s - self._settled_s
        if since_s is None or since_s >= _JUDGED_EVERY_S:
            self._settled_s = now_s
            step_s = min(since_s or 0.0, 2 * _JUDGED_EVERY_S)
            self._weigh(index, max(step_s, _JUDGED_EVERY_S))
        return Movement.PURSUIT if self._odds.is_pursuit else Movement.FIXATION

    def _weigh(self, index: int, step_s: float) -> None:
        """Let the odds follow gaze around a sample, as far as it neither jumps nor is missing."""
        first, end = index, index + 1
        earliest_s = self._t[index] - self._set.slope_window_s
        latest_s = self._t[index] + self._set.delay_s
        rests = Movement.UNDEFINED
        while first > 0 and self._t[first - 1] >= earliest_s and self._label[first - 1] is rests:
            first -= 1
        while end < len(self._t) and self._t[end] <= latest_s and self._label[end] is rests:
            end += 1
        rows = self._t[first:end], self._x[first:end], self._y[first:end]
        self._odds.weigh(*rows, step_s=step_s, noise_deg_s=self._noise.deg_s)

    def _forget(self) -> None:
        """Let go of what is older than any window."""
        if self._told < 4096:
            return
        keep_s = self._t[self._told - 1] - 2 * self._set.slope_window_s - 1.0
        gone = 0
        while gone < self._told and self._t[gone] < keep_s:
            gone += 1
        if gone < 2048:
            return
        for row in (self._ns, self._t, self._x, self._y, self._speed, self._label):
            del row[:gone]
        self._told -= gone
        self._next_speed -= gone
        self._piece = max(0, self._piece - gone)
        self._segment = max(0, self._segment - gone)
        if self._fast_from is not None:
            self._fast_from -= gone
        if self._landed is not None:
            self._landed -= gone
