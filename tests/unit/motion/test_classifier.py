"""What the eye does is told from traces whose truth is known."""

from dataclasses import dataclass

import numpy as np
import pytest

from gazewire.motion import Movement, classify
from gazewire.motion.classifier import Classifier
from gazewire.motion.network import shipped_network

FINE_HZ = 2000
FIXATION, SACCADE, PURSUIT, BLINK = (
    Movement.FIXATION,
    Movement.SACCADE,
    Movement.PURSUIT,
    Movement.BLINK,
)


@dataclass
class Trace:
    t_s: np.ndarray
    x_deg: np.ndarray
    y_deg: np.ndarray
    truth: np.ndarray

    def share(self, labels: np.ndarray, movement: Movement) -> float:
        """How much of a movement is labelled so."""
        return float((labels == movement)[self.truth == movement].mean())


def trace_of(
    movements: list[tuple[Movement, float, float]], rate_hz: float, noise_deg: float = 0.02
) -> Trace:
    """A trace along one line.

    Args:
        movements: kind, duration in seconds (that of a saccade follows from its size), and size:
            degrees of a saccade, degrees a second of pursuit.
        rate_hz: of the tracker.
        noise_deg: of each sample.
    """
    way, truth, at = [], [], 0.0
    for kind, duration_s, size in movements:
        if kind == SACCADE:
            duration_s = 0.008 + 0.009 * abs(size) ** 0.6
        share = np.linspace(0, 1, round(duration_s * FINE_HZ), endpoint=False)
        if kind == SACCADE:
            path = at + size * (10 * share**3 - 15 * share**4 + 6 * share**5)
            at += size
        elif kind == BLINK:
            path = np.full(len(share), np.nan)
        else:
            path = at + size * duration_s * share
            at += size * duration_s
        way.append(path)
        truth.append(np.full(len(path), kind))
    fine, kinds = np.concatenate(way), np.concatenate(truth)
    index = np.arange(0, len(fine), FINE_HZ / rate_hz).astype(int)
    noise = np.random.default_rng(11).normal(0, noise_deg, (2, len(index)))
    along = fine[index]
    x, y = 0.8 * along + noise[0], 0.6 * along + noise[1]
    return Trace(index / FINE_HZ, x, y, kinds[index])


def looking(rate_hz: float, noise_deg: float = 0.02) -> Trace:
    """Fixations and saccades to and fro, as on a picture."""
    sizes = [5, -8, 3, 10, -6, -4, 12, -9, 2, -5]
    movements = [(FIXATION, 0.25, 0.0)]
    for size in sizes:
        movements += [(SACCADE, 0.0, size), (FIXATION, 0.3, 0.0)]
    return trace_of(movements, rate_hz, noise_deg)


def following(rate_hz: float) -> Trace:
    """Pursuit between fixations."""
    movements = [(FIXATION, 0.8, 0.0), (SACCADE, 0, 4), (PURSUIT, 1.5, 12.0), (SACCADE, 0, -9)]
    movements += [(FIXATION, 0.8, 0.0), (SACCADE, 0, -6), (PURSUIT, 1.5, -9.0), (SACCADE, 0, 8)]
    return trace_of([*movements, (FIXATION, 0.8, 0.0)], rate_hz)


@pytest.mark.parametrize("rate_hz", [60, 120, 200, 250, 500, 1000])
def test_fixations_and_saccades_are_told_at_every_rate(rate_hz: float) -> None:
    trace = looking(rate_hz)
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert trace.share(labels, FIXATION) > 0.9
    assert trace.share(labels, SACCADE) > 0.75


def test_saccades_are_found_at_30_hz() -> None:
    trace = looking(30)
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert trace.share(labels, FIXATION) > 0.75
    assert 7 <= np.count_nonzero(np.diff((labels == SACCADE).astype(int)) == 1) <= 12


@pytest.mark.parametrize("rate_hz", [60, 200, 500, 1000])
def test_pursuit_is_told_from_fixation(rate_hz: float) -> None:
    trace = following(rate_hz)
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert trace.share(labels, PURSUIT) > 0.85
    assert trace.share(labels, FIXATION) > 0.8


def test_a_noisy_tracker_does_not_make_saccades() -> None:
    trace = trace_of([(FIXATION, 6.0, 0.0)], 200, noise_deg=0.2)
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert trace.share(labels, FIXATION) > 0.95


def test_a_swing_after_a_saccade_is_an_oscillation() -> None:
    trace = looking(500)
    onset = np.flatnonzero((trace.truth[:-1] == SACCADE) & (trace.truth[1:] == FIXATION))
    along = np.zeros(len(trace.t_s))
    for k, size in zip(onset, [5, -8, 3, 10, -6, -4, 12, -9, 2, -5], strict=True):
        since_s = trace.t_s[k:] - trace.t_s[k]
        along[k:] += 0.12 * size * np.exp(-since_s / 0.012) * np.sin(2 * np.pi * since_s / 0.03)
    labels = classify(trace.t_s, trace.x_deg + 0.8 * along, trace.y_deg + 0.6 * along)
    swinging = np.zeros(len(labels), bool)
    for k in onset:
        swinging[k + 2 : k + 14] = True
    assert (labels == Movement.OSCILLATION)[swinging].mean() > 0.5
    assert (labels == Movement.OSCILLATION)[~swinging].mean() < 0.05


def test_a_gap_is_a_blink() -> None:
    trace = trace_of([(FIXATION, 1.0, 0.0), (BLINK, 0.2, 0.0), (FIXATION, 1.0, 0.0)], 200)
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert trace.share(labels, BLINK) > 0.9
    assert trace.share(labels, FIXATION) > 0.9


def test_samples_of_little_confidence_are_as_if_lost() -> None:
    trace = looking(200)
    confidence = np.where((trace.t_s > 1.0) & (trace.t_s < 1.2), 0.3, 0.95)
    lost = confidence < 0.6
    told = classify(trace.t_s, trace.x_deg, trace.y_deg, confidence)
    gone = classify(
        trace.t_s, np.where(lost, np.nan, trace.x_deg), np.where(lost, np.nan, trace.y_deg)
    )
    assert (told == gone).all()
    assert (told[lost] == BLINK).mean() > 0.8


def test_labels_do_not_depend_on_place_or_direction_or_when_it_was() -> None:
    trace = looking(500)
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    moved = classify(trace.t_s + 1e6, 30 - trace.y_deg, trace.x_deg - 50)
    assert (labels == moved).mean() > 0.998


def test_a_scale_that_is_wrong_by_a_third_changes_little() -> None:
    trace = following(200)
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    for scale in (0.75, 1.33):
        scaled = classify(trace.t_s, scale * trace.x_deg, scale * trace.y_deg)
        assert (labels == scaled).mean() > 0.9


def test_a_long_recording_is_judged_in_chunks_as_its_parts_are() -> None:
    once = following(200)
    times = 30
    t_s = np.arange(times * len(once.t_s)) / 200
    x, y = np.tile(once.x_deg, times), np.tile(once.y_deg, times)
    labels = classify(t_s, x, y).reshape(times, -1)
    assert t_s[-1] > 150
    # Every repetition but the first and last has the same around it.
    assert (labels[1:-1] == labels[1]).mean() > 0.995


def test_a_break_of_a_night_costs_nothing() -> None:
    trace = looking(200)
    t_s = np.concatenate((trace.t_s, trace.t_s + 1e7))
    labels = classify(t_s, np.tile(trace.x_deg, 2), np.tile(trace.y_deg, 2))
    alone = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert (labels == np.tile(alone, 2)).mean() > 0.99


def test_nothing_gives_nothing() -> None:
    labels = classify([], [], [])
    assert labels.shape == (0,)
    assert labels.dtype == np.int8


@pytest.mark.parametrize("count", [1, 2, 5, 400])
def test_a_recording_without_an_eye_is_one_blink(count: int) -> None:
    gone = np.full(count, np.nan)
    assert (classify(np.arange(count) / 200, gone, gone) == BLINK).all()


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_few_samples_have_labels_too(count: int) -> None:
    labels = classify(np.arange(count) / 200, np.zeros(count), np.zeros(count))
    assert labels.shape == (count,)
    assert labels.dtype == np.int8


def test_infinite_positions_are_lost() -> None:
    trace = trace_of([(FIXATION, 2.0, 0.0)], 200)
    trace.x_deg[100:140] = np.inf
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert (labels[105:135] == BLINK).all()


def test_the_arguments_are_left_as_they_were() -> None:
    trace = looking(200)
    before = [values.copy() for values in (trace.t_s, trace.x_deg, trace.y_deg)]
    classify(trace.t_s, trace.x_deg, trace.y_deg)
    for values, kept in zip((trace.t_s, trace.x_deg, trace.y_deg), before, strict=True):
        assert (values == kept).all()


@pytest.mark.parametrize(
    ("t", "x", "y", "confidence"),
    [
        (np.arange(5.0), np.zeros(4), np.zeros(5), None),
        (np.arange(5.0), np.zeros(5), np.zeros((5, 1)), None),
        (np.arange(6.0).reshape(2, 3), np.zeros((2, 3)), np.zeros((2, 3)), None),
        (np.arange(5.0), np.zeros(5), np.zeros(5), np.ones(3)),
        (0.0, 0.0, 0.0, None),
    ],
)
def test_shapes_that_do_not_fit_are_told(t, x, y, confidence) -> None:
    with pytest.raises(ValueError, match=r"\(N,\) alike; they are \("):
        classify(t, x, y, confidence)


@pytest.mark.parametrize("t", [[0, 1, 1], [0, 2, 1], [0, np.nan, 2], [0, 1, np.inf]])
def test_instants_must_increase(t: list[float]) -> None:
    with pytest.raises(ValueError, match="3 instants of t_s must be finite and increase"):
        classify(t, np.zeros(3), np.zeros(3))


def test_a_network_of_ones_own_can_be_used() -> None:
    trace = looking(200)
    classifier = Classifier(shipped_network())
    labels = classify(trace.t_s, trace.x_deg, trace.y_deg)
    assert (classifier(trace.t_s, trace.x_deg, trace.y_deg) == labels).all()
