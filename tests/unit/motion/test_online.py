from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gazewire.motion.label import Movement
from gazewire.motion.online import LabelledSample, OnlineClassifier
from gazewire.motion.online_settings import OnlineSettings

ZERO_NS = 1_700_000_000_000_000_000


def minimum_jerk(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 0, 1)
    return share**3 * (10 - 15 * share + 6 * share**2)


def looked(
    rate_hz: float,
    *,
    noise_deg: float = 0.02,
    pursuit_deg_s: float = 0.0,
    every_s: float = 0.4,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fourteen jumps of 8 degrees to and fro; what follows a jump back may be moving."""
    t_s = np.arange(round(15 * every_s * rate_hz)) / rate_hz
    x, truth = np.zeros(len(t_s)), np.full(len(t_s), int(Movement.FIXATION))
    for number in range(1, 15):
        since = t_s - every_s * number
        x += 8.0 * minimum_jerk(since / 0.038) * (1 if number % 2 else -1)
        truth[(since > 0) & (since < 0.038)] = Movement.SACCADE
        is_moving = (number % 2 == 0) & (since >= 0.038) & (since < every_s)
        if pursuit_deg_s and number % 2 == 0:
            truth[is_moving] = Movement.PURSUIT
            x += pursuit_deg_s * np.clip(since - 0.038, 0.0, every_s - 0.038)
    rng = np.random.default_rng(1)
    y = rng.normal(0.0, noise_deg, len(t_s))
    return t_s, x + rng.normal(0.0, noise_deg, len(t_s)), y, truth


def labelled(
    t_s: np.ndarray, x: np.ndarray, y: np.ndarray, classifier: OnlineClassifier | None = None
) -> list[LabelledSample]:
    classifier = classifier or OnlineClassifier()
    told: list[LabelledSample] = []
    for when, across, down in zip(t_s.tolist(), x.tolist(), y.tolist(), strict=True):
        told += classifier.take(ZERO_NS + round(when * 1e9), across, down)
    return told + list(classifier.finish())


def labels_of(told: list[LabelledSample]) -> np.ndarray:
    return np.array([sample.label for sample in told])


def jumps(labels: np.ndarray) -> int:
    return int((np.diff((labels == Movement.SACCADE).astype(int)) == 1).sum())


@pytest.mark.parametrize("rate_hz", [30, 60, 120, 200, 500])
def test_every_saccade_is_found_at_every_rate(rate_hz: int) -> None:
    t_s, x, y, truth = looked(rate_hz)
    told = labelled(t_s, x, y)
    labels = labels_of(told)
    assert [sample.timestamp_unix_ns - ZERO_NS for sample in told] == np.round(t_s * 1e9).tolist()
    assert jumps(labels) == 14
    rests = truth == Movement.FIXATION
    assert (labels[rests] == Movement.FIXATION).mean() > (0.8 if rate_hz < 100 else 0.93)


def test_more_noise_needs_no_other_setting() -> None:
    for noise_deg in (0.0, 0.01, 0.05, 0.15):
        t_s, x, y, _ = looked(200, noise_deg=noise_deg)
        assert jumps(labels_of(labelled(t_s, x, y))) == 14


@pytest.mark.parametrize("pursuit_deg_s", [6.0, 15.0])
def test_what_follows_is_told_from_what_rests(pursuit_deg_s: float) -> None:
    t_s, x, y, truth = looked(200, pursuit_deg_s=pursuit_deg_s, every_s=1.0)
    labels = labels_of(labelled(t_s, x, y))
    for movement in (Movement.FIXATION, Movement.PURSUIT):
        assert (labels[truth == movement] == movement).mean() > 0.8


def test_each_sample_is_told_within_the_delay() -> None:
    t_s, x, y, _ = looked(200)
    x[300:330] = np.nan
    classifier = OnlineClassifier()
    limit_ns = round(OnlineSettings().delay_s * 1e9) + 5_000_000
    taken = 0
    for when, across, down in zip(t_s.tolist(), x.tolist(), y.tolist(), strict=True):
        now_ns = ZERO_NS + round(when * 1e9)
        taken += len(classifier.take(now_ns, across, down))
        waiting_ns = now_ns - (ZERO_NS + round(t_s[min(taken, len(t_s) - 1)] * 1e9))
        # What is missing is held until the gap is known to be one.
        assert waiting_ns <= limit_ns + 25_000_000


def test_a_gap_is_a_blink_and_a_short_one_is_bridged() -> None:
    t_s, x, y, _ = looked(200)
    x[100:103] = np.nan
    x[340:370] = np.nan
    told = labelled(t_s, x, y)
    labels = labels_of(told)
    assert (labels[340:370] == Movement.BLINK).all()
    assert (labels[98:105] == Movement.FIXATION).all()
    assert all(np.isfinite(sample.x_deg) for sample in told[98:105])
    assert jumps(labels) == 14


def test_what_is_fast_at_the_edge_of_a_gap_belongs_to_the_lids() -> None:
    t_s, x, y, _ = looked(500)
    lids = np.linspace(0.0, 6.0, 15) ** 2 / 6
    y[520:535] += lids
    y[535:580] = np.nan
    y[580:595] += lids[::-1]
    labels = labels_of(labelled(t_s, x, y))
    assert not (labels[500:610] == Movement.SACCADE).any()
    assert (labels[535:580] == Movement.BLINK).all()
    assert (labels[500:517] == Movement.FIXATION).all()


def test_oscillation_is_told_of_fast_trackers_alone() -> None:
    found = {}
    for rate_hz in (200, 1000):
        t_s, x, y, _ = looked(rate_hz, noise_deg=0.005)
        for number in range(1, 15):
            since = t_s - 0.4 * number - 0.036
            swing = np.sin(2 * np.pi * since / 0.02) * np.exp(-since / 0.012)
            x += np.where(since > 0, 0.5 * swing, 0.0)
        found[rate_hz] = int((labels_of(labelled(t_s, x, y)) == Movement.OSCILLATION).sum())
    assert found[200] == 0
    assert found[1000] > 14 * 5


def test_uneven_times_give_the_same_saccades() -> None:
    t_s, x, y, _ = looked(1000)
    rng = np.random.default_rng(2)
    kept = np.sort(rng.choice(len(t_s), len(t_s) // 5, replace=False))
    assert jumps(labels_of(labelled(t_s[kept], x[kept], y[kept]))) == 14


def test_times_that_do_not_rise_are_passed_over() -> None:
    t_s, x, y, _ = looked(200)
    twice = np.repeat(np.arange(len(t_s)), 2)
    back = np.concatenate([[twice[0]], twice[:-1]])  # each comes again, a sample late
    told = labelled(t_s[back], x[back], y[back])
    assert told == labelled(t_s, x, y)


def test_a_clock_that_is_set_back_begins_anew() -> None:
    t_s, x, y, _ = looked(200)
    classifier = OnlineClassifier()
    told: list[LabelledSample] = []
    for zero_ns in (ZERO_NS, ZERO_NS - 3600 * 10**9):
        for when, across, down in zip(t_s.tolist(), x.tolist(), y.tolist(), strict=True):
            told += classifier.take(zero_ns + round(when * 1e9), across, down)
    told += classifier.finish()
    assert len(told) == 2 * len(t_s)
    assert jumps(labels_of(told)) == 28


def test_rest_on_either_side_of_an_outage_is_no_saccade() -> None:
    t_s = np.concatenate([np.arange(200) / 200, 3.0 + np.arange(200) / 200])
    x = np.concatenate([np.zeros(200), np.full(200, 10.0)])
    labels = labels_of(labelled(t_s, x, np.zeros(400)))
    assert (labels == Movement.FIXATION).all()


def test_gaze_that_is_never_seen_is_all_blink() -> None:
    t_s = np.arange(100) / 200
    labels = labels_of(labelled(t_s, np.full(100, np.nan), np.zeros(100)))
    assert (labels == Movement.BLINK).all()


def test_memory_has_a_limit_and_leaves_no_trace() -> None:
    t_s, x, y, _ = looked(200)
    whole = np.concatenate([t_s + 6.0 * number for number in range(8)])
    told = labels_of(labelled(whole, np.tile(x, 8), np.tile(y, 8)))
    assert jumps(told) == 8 * 14


def test_a_shorter_delay_is_kept() -> None:
    t_s, x, y, _ = looked(200)
    settings = replace(OnlineSettings(), delay_s=0.05)
    assert jumps(labels_of(labelled(t_s, x, y, OnlineClassifier(settings)))) == 14


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="delay_s"):
        OnlineSettings(delay_s=0.0)
    with pytest.raises(ValueError, match="onset_factor"):
        OnlineSettings(onset_factor=float("nan"))
