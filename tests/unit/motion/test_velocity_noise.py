from __future__ import annotations

import numpy as np
import pytest

from gazewire.motion.online_settings import OnlineSettings
from gazewire.motion.velocity_noise import VelocityNoise

SETTINGS = OnlineSettings()


def followed(speeds: np.ndarray, interval_s: float = 0.005) -> VelocityNoise:
    noise = VelocityNoise(SETTINGS)
    for speed in speeds.tolist():
        noise.follow_interval(interval_s)
        noise.follow(speed, interval_s)
    return noise


def test_the_noise_is_the_median_of_what_came_of_late() -> None:
    rng = np.random.default_rng(1)
    speeds = rng.rayleigh(4.0, 3000)
    assert followed(speeds).deg_s == pytest.approx(np.median(speeds), rel=0.15)
    louder = np.concatenate([speeds, 3.0 * speeds])
    assert followed(louder).deg_s == pytest.approx(3.0 * np.median(speeds), rel=0.15)


def test_a_few_fast_samples_do_not_move_it() -> None:
    speeds = np.random.default_rng(1).rayleigh(4.0, 3000)
    speeds[::20] = 400.0
    assert followed(speeds).deg_s == pytest.approx(np.median(speeds), rel=0.2)


def test_thresholds_rise_with_noise_from_their_floors_on() -> None:
    noise = VelocityNoise(SETTINGS)
    noise.deg_s = 0.5
    assert noise.onset_deg_s == SETTINGS.onset_floor_deg_s
    assert noise.edge_deg_s == SETTINGS.edge_floor_deg_s
    noise.deg_s = 5.0
    assert noise.onset_deg_s == SETTINGS.onset_factor * 5.0
    # Beyond 6 deg/s by half as much.
    noise.deg_s = 16.0
    assert noise.onset_deg_s == SETTINGS.onset_factor * 11.0


def test_the_interval_follows_the_median_over_gaps() -> None:
    noise = VelocityNoise(SETTINGS)
    for number in range(400):
        noise.follow_interval(0.05 if number % 10 == 0 else 0.008)
    assert noise.interval_s == pytest.approx(0.008, rel=0.06)


@pytest.mark.parametrize(("rate_hz", "half"), [(30, 1), (120, 1), (200, 2), (500, 4), (1000, 8)])
def test_velocity_is_taken_over_16_ms_or_three_samples(rate_hz: float, half: int) -> None:
    noise = VelocityNoise(SETTINGS)
    noise.follow_interval(1 / rate_hz)
    noise.fit_window()
    assert noise.half_window == half


def test_much_noise_widens_the_window_and_little_narrows_it_again() -> None:
    noise = followed(np.full(400, 30.0))
    for _ in range(10):
        noise.fit_window()
    assert noise.half_window == 4  # 40 ms at 200 Hz
    # The slope over nine samples is the root of 180 / 6 times quieter than over three.
    assert noise.deg_s == pytest.approx(30.0 / np.sqrt(30), rel=0.1)
    for _ in range(2000):
        noise.follow(0.6, 0.005)
        noise.fit_window()
    assert noise.half_window == 2
