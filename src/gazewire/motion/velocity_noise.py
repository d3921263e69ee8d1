"""What a tracker adds to velocity, and how fast gaze has to be to be said to jump."""

from __future__ import annotations

import math

from gazewire.motion.online_settings import OnlineSettings

__all__ = ["VelocityNoise"]

# The noise before anything is known, and its limits: trackers are better than 60 deg/s.
_FIRST_DEG_S = 3.0
_LOWEST_DEG_S, _HIGHEST_DEG_S = 0.5, 60.0
# Where noise is more than this, once it is known, velocity is taken over a longer time; not over
# more than a small saccade takes.
_TOLERATED_DEG_S = 6.0
_KNOWN_S = 0.5
_WIDEST_WINDOW_S = 0.04
# A median is followed by steps up and down; one of time by so much of itself.
_INTERVAL_STEP = 1.05


class VelocityNoise:
    """The median of velocity while gaze does not jump, followed sample by sample.

    Attributes:
        deg_s: the noise.
        interval_s: median time between samples; 0 before there are two.
        half_window: samples on either side over which velocity is to be taken.

    Args:
        settings: of the classifier.
    """

    def __init__(self, settings: OnlineSettings) -> None:
        self.deg_s = _FIRST_DEG_S
        self.interval_s = 0.0
        self.half_window = 1
        self._set = settings
        self._known_s = 0.0

    @property
    def onset_deg_s(self) -> float:
        """Velocity from which on gaze jumps."""
        return max(self._set.onset_floor_deg_s, self._set.onset_factor * self._counted_deg_s)

    @property
    def edge_deg_s(self) -> float:
        """Velocity at which a jump begins and ends."""
        return max(self._set.edge_floor_deg_s, self._set.edge_factor * self._counted_deg_s)

    @property
    def _counted_deg_s(self) -> float:
        """The noise by which thresholds go.

        Eyes and trackers at their best have noise with long tails, much of it the eyes' own; what
        a poor tracker adds is nearly Gaussian, and half the distance to it is as safe.
        """
        return (self.deg_s + min(self.deg_s, _TOLERATED_DEG_S)) / 2

    def follow_interval(self, step_s: float) -> None:
        """Take the time from one sample to the next."""
        if not self.interval_s:
            self.interval_s = step_s
        self.interval_s *= _INTERVAL_STEP if step_s > self.interval_s else 1 / _INTERVAL_STEP

    def follow(self, speed_deg_s: float, step_s: float) -> None:
        """Take the speed of a sample that does not jump, and the time since the one before."""
        self._known_s += step_s
        step = min(0.2, step_s / min(max(self._known_s, 0.1), self._set.noise_memory_s))
        factor = math.exp(step if speed_deg_s > self.deg_s else -step)
        self.deg_s = min(_HIGHEST_DEG_S, max(_LOWEST_DEG_S, self.deg_s * factor))

    def fit_window(self) -> None:
        """Take velocity over as short a time as noise allows; it changes as white noise does."""
        if not self.interval_s:
            return
        shortest = max(1, round(self._set.velocity_window_s / 2 / self.interval_s))
        widest = max(shortest, int(_WIDEST_WINDOW_S / 2 / self.interval_s))
        if self._known_s < _KNOWN_S:
            self.half_window = shortest
            return
        half = min(max(self.half_window, shortest), widest)
        if half < widest and self.deg_s > _TOLERATED_DEG_S:
            half += 1
        elif half > shortest and self.deg_s * _gain(half, half - 1) < 0.8 * _TOLERATED_DEG_S:
            half -= 1
        self.deg_s *= _gain(self.half_window, half)
        self.half_window = half


def _gain(half: int, other: int) -> float:
    """How much noisier a slope over `other` samples on either side is than one over `half`.

    The variance of a slope by least squares goes by the sum of the squares of the distances in
    time from the middle.
    """
    return math.sqrt(half * (half + 1) * (2 * half + 1) / (other * (other + 1) * (2 * other + 1)))
