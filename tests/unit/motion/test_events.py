from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import (
    DetectedBlink,
    DetectedFixation,
    DetectedOscillation,
    DetectedPursuit,
    DetectedSaccade,
)
from gazewire.motion.events import movement_events
from gazewire.motion.label import Movement

RATE_HZ = 500


def minimum_jerk(share: np.ndarray) -> np.ndarray:
    return share**3 * (10 - 15 * share + 6 * share**2)


def saccades(*amplitudes_deg: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rests of 200 ms and jumps to the right between them, of Carpenter's durations."""
    rest = RATE_HZ // 5
    x, labels = [np.zeros(rest)], [np.ones(rest, int)]
    for amplitude in amplitudes_deg:
        steps = round((0.021 + 0.0022 * amplitude) * RATE_HZ)
        here = x[-1][-1]
        x.append(here + amplitude * minimum_jerk(np.arange(1, steps + 1) / steps))
        x.append(np.full(rest, here + amplitude))
        labels += [np.full(steps, 2), np.ones(rest, int)]
    whole = np.concatenate(x)
    return np.arange(len(whole)) / RATE_HZ, whole, np.concatenate(labels)


def test_a_saccade_has_its_amplitude_direction_and_velocities() -> None:
    t_s, x, labels = saccades(10.0)
    before, saccade, after = movement_events(t_s, x, np.zeros_like(x), labels)
    assert isinstance(before, DetectedFixation)
    assert isinstance(saccade, DetectedSaccade)
    assert isinstance(after, DetectedFixation)
    assert saccade.amplitude_deg == pytest.approx(10.0)
    assert saccade.direction_deg == 0.0
    assert saccade.start_deg == (0.0, 0.0)
    assert saccade.end_deg == pytest.approx((10.0, 0.0))
    assert saccade.duration_s == pytest.approx(0.042, abs=0.002)
    assert saccade.mean_velocity_deg_s == pytest.approx(10.0 / saccade.duration_s)
    # Minimum jerk: 1.875 times the mean; a slope over 10 ms rounds the peak off a little.
    assert saccade.peak_velocity_deg_s == pytest.approx(1.875 * 10.0 / 0.042, rel=0.08)
    assert before.end_unix_ns == saccade.start_unix_ns


def test_saccades_follow_the_main_sequence_that_made_them() -> None:
    amplitudes = [1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 20.0]
    t_s, x, labels = saccades(*amplitudes)
    found = [
        event
        for event in movement_events(t_s, x, np.zeros_like(x), labels)
        if isinstance(event, DetectedSaccade)
    ]
    assert [event.amplitude_deg for event in found] == pytest.approx(amplitudes)
    durations = [event.duration_s for event in found]
    slope, base = np.polyfit(amplitudes, durations, 1)
    assert slope == pytest.approx(0.0022, rel=0.1)
    assert base == pytest.approx(0.021, abs=0.002)
    peaks = [event.peak_velocity_deg_s for event in found]
    assert peaks == sorted(peaks)


@pytest.mark.parametrize(
    ("way", "direction_deg"), [((1, 0), 0), ((0, 1), 90), ((-1, 0), 180), ((0, -1), -90)]
)
def test_direction_is_clockwise_from_the_right(way: tuple[int, int], direction_deg: float) -> None:
    t_s, shift, labels = saccades(5.0)
    _, saccade, _ = movement_events(t_s, way[0] * shift, way[1] * shift, labels)
    assert isinstance(saccade, DetectedSaccade)
    assert saccade.direction_deg == pytest.approx(direction_deg)


def test_a_fixation_has_its_middle_and_spread() -> None:
    rng = np.random.default_rng(3)
    t_s = np.arange(400) / RATE_HZ
    x, y = rng.normal(2.0, 0.3, 400), rng.normal(-1.0, 0.4, 400)
    x[100] = np.nan
    (fixation,) = movement_events(t_s, x, y, np.ones(400), zero_unix_ns=10**18)
    assert isinstance(fixation, DetectedFixation)
    assert fixation.centroid_deg == pytest.approx((2.0, -1.0), abs=0.06)
    assert fixation.dispersion_deg == pytest.approx(0.5, abs=0.04)
    assert fixation.start_unix_ns == 10**18
    assert fixation.duration_s == pytest.approx(399 / RATE_HZ)


def test_a_pursuit_has_the_length_of_its_path() -> None:
    t_s = np.arange(500) / RATE_HZ
    there_and_back = 5.0 - np.abs(10.0 * t_s - 5.0)
    (pursuit,) = movement_events(t_s, there_and_back, np.zeros(500), np.full(500, 4))
    assert isinstance(pursuit, DetectedPursuit)
    assert pursuit.amplitude_deg == pytest.approx(0.0, abs=0.03)
    assert pursuit.mean_velocity_deg_s == pytest.approx(10.0, rel=0.03)


def test_an_oscillation_is_as_large_as_it_swings_from_where_it_ends() -> None:
    t_s = np.arange(11) / RATE_HZ
    x = np.array([0.5, 0.8, 0.6, 0.2, -0.2, -0.3, -0.2, 0.0, 0.1, 0.05, 0.0])
    (swing,) = movement_events(t_s, x, np.zeros(11), np.full(11, 3))
    assert isinstance(swing, DetectedOscillation)
    assert swing.amplitude_deg == pytest.approx(0.8)


def test_a_blink_is_as_sure_as_gaze_is_lost() -> None:
    t_s, x = np.arange(100) / RATE_HZ, np.zeros(100)
    x[20:80] = np.nan
    labels = np.ones(100, int)
    labels[10:85] = 5
    _, blink, _ = movement_events(t_s, x, x, labels)
    assert isinstance(blink, DetectedBlink)
    assert blink.confidence == pytest.approx(60 / 75)


def test_what_is_undefined_or_unseen_is_no_event() -> None:
    t_s = np.arange(10) / RATE_HZ
    assert movement_events(t_s, t_s, t_s, np.zeros(10)) == []
    assert movement_events(t_s, np.full(10, np.nan), t_s, np.ones(10)) == []
    assert movement_events([], [], [], []) == []


def test_a_saccade_of_one_sample_at_the_very_beginning_is_too_little() -> None:
    assert movement_events([0.0], [1.0], [1.0], [Movement.SACCADE]) == []


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2,\), \(2,\), \(2,\), \(3,\)"):
        movement_events([0, 1], [0, 0], [0, 0], [1, 1, 1])
    with pytest.raises(ValueError, match="rising"):
        movement_events([1, 0], [0, 0], [0, 0], [1, 1])
    with pytest.raises(ValueError, match="0 to 5"):
        movement_events([0, 1], [0, 0], [0, 0], [1, 6])
