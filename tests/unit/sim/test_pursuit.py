from __future__ import annotations

import numpy as np
import pytest

from gazewire.sim import HeadMotion, Landmark
from gazewire.sim.ball import Ball
from gazewire.sim.pursuit import PURSUIT_LATENCY_S, Pursuit
from gazewire.sim.ticks import TICKS_PER_S

BALL = Ball(Landmark("ball game", (0.1, -0.05), (0.12, 0.08)), (0.3, 0.1))


def pursuit(latency_s: float = 0.0, gain: float = 0.9, seconds: float = 1.0) -> Pursuit:
    x, y = BALL.places(np.zeros(1))[0]
    return Pursuit(0, round(seconds * TICKS_PER_S), BALL, (float(x), float(y)), gain, latency_s)


def test_the_eye_begins_where_it_is_and_stays_there_for_the_latency() -> None:
    t_s = np.array([0.0, PURSUIT_LATENCY_S - 0.002, PURSUIT_LATENCY_S + 0.1])
    places = pursuit(latency_s=PURSUIT_LATENCY_S).places(t_s)
    assert np.allclose(places[:2], pursuit().point, rtol=0, atol=1e-9)
    assert np.hypot(*(places[2] - places[0])) > 0.001


def test_once_it_follows_its_speed_is_the_gain_times_that_of_the_ball() -> None:
    # Between two bounces, where nothing is rounded off.
    t_s = np.arange(0.1, 0.9, 0.005)
    eye, ball = np.diff(pursuit(gain=0.85).places(t_s), axis=0), np.diff(BALL.places(t_s), axis=0)
    assert np.allclose(eye, 0.85 * ball, atol=2e-5)


def test_a_bounce_is_rounded_off() -> None:
    follow = pursuit(gain=1.0, seconds=2.0)
    t_s = np.arange(0.0, 2.0, 0.001)
    ball = np.abs(np.diff(BALL.places(t_s)[:, 1], n=2)).max()
    eye = np.abs(np.diff(follow.places(t_s)[:, 1], n=2)).max()
    assert eye < 0.05 * ball


def test_where_it_looks_does_not_depend_on_what_else_is_asked() -> None:
    follow, t_s = pursuit(), np.arange(0.0, 1.0, 0.0173)
    together = follow.places(t_s)
    alone = np.concatenate([follow.places(t_s[i : i + 1]) for i in range(len(t_s))])
    assert np.array_equal(together, alone)


def test_in_the_picture_the_head_is_taken_off() -> None:
    follow, head, t_s = pursuit(), HeadMotion(1), np.arange(0.0, 1.0, 0.01)
    assert np.array_equal(follow.tangents(t_s, head), follow.places(t_s) - head.tangents(t_s))


def test_what_is_followed_lies_on_its_landmark() -> None:
    assert pursuit().landmark is BALL.panel
    assert pursuit().point == pytest.approx(tuple(BALL.places(np.zeros(1))[0]))
