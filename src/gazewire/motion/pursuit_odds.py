"""Whether gaze that does not jump rests, or follows something."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gazewire.motion.online_settings import OnlineSettings

__all__ = ["PursuitOdds"]

# Of less gaze nothing is said.
_SHORTEST_WINDOW_S = 0.02
# No single look at gaze says more than this, whatever it has done.
_STRONGEST = 2.0
_CERTAIN = 30.0


class PursuitOdds:
    """A hidden Markov model of two states, fixation and pursuit, by the logarithm of their odds.

    What is looked at is how far gaze comes along its slope: the line of least squares is little
    moved by noise and tremor, and its length tells the two apart better than its speed does,
    because it counts for little where there has been little time.

    Args:
        settings: of the classifier.
    """

    def __init__(self, settings: OnlineSettings) -> None:
        self._set = settings
        self._odds = 0.0

    @property
    def is_pursuit(self) -> bool:
        """Whether pursuit is likelier by now."""
        return self._odds > 0.0

    def jump(self) -> None:
        """Take that there was a saccade, at which one state turns into the other more often."""
        self._mix(self._set.saccade_switch)

    def weigh(
        self,
        t_s: Sequence[float],
        x_deg: Sequence[float],
        y_deg: Sequence[float],
        *,
        step_s: float,
        noise_deg_s: float,
    ) -> None:
        """Take gaze around an instant, from the last saccade at the earliest to the next.

        Args:
            t_s: (N,) rising.
            x_deg: (N,) to the right.
            y_deg: (N,) down.
            step_s: since the last time.
            noise_deg_s: of velocity.
        """
        self._mix(self._set.switch_rate_hz * step_s)
        window_s = t_s[-1] - t_s[0]
        if window_s < _SHORTEST_WINDOW_S:
            return
        since = np.array(t_s)
        since -= since.mean()
        across, down = float(since @ x_deg), float(since @ y_deg)
        slope = math.hypot(across * math.cos(math.radians(y_deg[0])), down) / float(since @ since)
        even_deg = self._set.pursuit_path_deg
        even_deg += self._set.pursuit_noise * noise_deg_s * self._set.velocity_window_s
        evidence = math.log(max(slope * window_s, 1e-6) / even_deg)
        bounded = max(-_STRONGEST, min(_STRONGEST, evidence))
        self._odds += self._set.evidence_rate_hz * step_s * bounded

    def _mix(self, share: float) -> None:
        """Let a share of either state turn into the other."""
        likely = 1.0 / (1.0 + math.exp(-max(-_CERTAIN, min(_CERTAIN, self._odds))))
        mixed = likely * (1.0 - share) + (1.0 - likely) * share
        self._odds = math.log(mixed / (1.0 - mixed))
