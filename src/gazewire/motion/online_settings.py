"""How eye movements are told apart while they happen: every number that decides it."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["OnlineSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineSettings:
    """How an `OnlineClassifier` judges. The same values serve every tracker.

    Attributes:
        delay_s: a sample is judged when gaze is known up to so long after it.
        velocity_window_s: velocity is the slope of gaze over so long, and over three samples at
            least.
        noise_memory_s: the noise of velocity is its median over about so long.
        onset_factor: a saccade is faster than so many times the noise,
        onset_floor_deg_s: and than this.
        edge_factor: it begins and ends where velocity is so many times the noise,
        edge_floor_deg_s: and at least this.
        min_amplitude_deg: a jump below this is noise.
        max_saccade_s: whatever is fast for longer is none.
        oscillation_s: oscillation is looked for so long after a saccade,
        oscillation_rate_hz: by trackers that are as fast as this.
        bridged_gap_s: gaps up to so long are bridged by a straight line; longer ones are blinks.
        gap_margin_s: gaze that is fast so near to a gap belongs to the lids.
        slope_window_s: pursuit is judged by so much of the time before a sample, and `delay_s`
            after it.
        pursuit_path_deg: the way along that slope at which fixation and pursuit are as likely,
        pursuit_noise: of a tracker without noise; so much of what noise moves gaze in the window of
            velocity is added.
        evidence_rate_hz: how much a second of evidence weighs.
        switch_rate_hz: how often one turns into the other without a saccade.
        saccade_switch: how likely one turns into the other at a saccade.

    Raises:
        ValueError: something that is not positive and finite.
    """

    delay_s: float = 0.1
    velocity_window_s: float = 0.016
    noise_memory_s: float = 2.0
    onset_factor: float = 7.0
    onset_floor_deg_s: float = 22.0
    edge_factor: float = 3.5
    edge_floor_deg_s: float = 12.0
    min_amplitude_deg: float = 0.45
    max_saccade_s: float = 0.15
    oscillation_s: float = 0.03
    oscillation_rate_hz: float = 250.0
    bridged_gap_s: float = 0.02
    gap_margin_s: float = 0.08
    slope_window_s: float = 0.2
    pursuit_path_deg: float = 0.6
    pursuit_noise: float = 0.3
    evidence_rate_hz: float = 60.0
    switch_rate_hz: float = 0.5
    saccade_switch: float = 0.05

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not 0.0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} is positive and finite, not {getattr(self, name)}")
