from __future__ import annotations

import numpy as np
import pytest

from gazewire.motion.online_settings import OnlineSettings
from gazewire.motion.pursuit_odds import PursuitOdds


def judged(speed_deg_s: float, window_s: float, looks: int = 10) -> bool:
    odds = PursuitOdds(OnlineSettings())
    t_s = np.linspace(0.0, window_s, 40)
    for _ in range(looks):
        odds.weigh(
            t_s.tolist(),
            (speed_deg_s * t_s).tolist(),
            [0.0] * len(t_s),
            step_s=0.01,
            noise_deg_s=1.0,
        )
    return odds.is_pursuit


@pytest.mark.parametrize(
    ("speed_deg_s", "window_s", "expected"),
    [(1.0, 0.3, False), (5.0, 0.3, True), (5.0, 0.05, False), (30.0, 0.05, True)],
)
def test_what_comes_far_along_its_slope_follows(
    speed_deg_s: float, window_s: float, expected: bool
) -> None:
    assert judged(speed_deg_s, window_s) is expected


def test_one_look_changes_little() -> None:
    odds = PursuitOdds(OnlineSettings())
    t_s = np.linspace(0.0, 0.3, 40)

    def look(speed_deg_s: float) -> bool:
        x_deg = (speed_deg_s * t_s).tolist()
        odds.weigh(t_s.tolist(), x_deg, [0.0] * 40, step_s=0.01, noise_deg_s=1.0)
        return odds.is_pursuit

    for _ in range(50):
        look(10.0)
    assert look(0.0)
    assert not [look(0.0) for _ in range(30)][-1]


def test_less_than_20_ms_says_nothing() -> None:
    assert not judged(100.0, 0.015)


def test_a_jump_brings_the_odds_nearer_to_even() -> None:
    settings = OnlineSettings(saccade_switch=0.4)
    with_jump, without = PursuitOdds(settings), PursuitOdds(settings)
    t_s = np.linspace(0.0, 0.3, 40).tolist()
    for odds in (with_jump, without):
        for _ in range(20):
            odds.weigh(t_s, [10.0 * t for t in t_s], [0.0] * 40, step_s=0.01, noise_deg_s=1.0)
    with_jump.jump()
    looks = []
    for odds in (with_jump, without):
        looks.append(0)
        while odds.is_pursuit:
            odds.weigh(t_s, [0.0] * 40, [0.0] * 40, step_s=0.01, noise_deg_s=1.0)
            looks[-1] += 1
    assert looks[0] < looks[1]
