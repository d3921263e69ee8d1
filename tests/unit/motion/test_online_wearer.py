"""What is measured of the synthetic wearer's gaze and lids, against what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import islice, takewhile

import numpy as np
import pytest

from gazewire.model import DetectedBlink, DetectedSaccade
from gazewire.motion.angle import gaze_angles_deg
from gazewire.motion.blink import OnlineBlinks
from gazewire.motion.label import Movement
from gazewire.motion.online import OnlineClassifier
from gazewire.motion.online_events import MovementAssembly
from gazewire.sim import Wearer, WearerTruth

_SECONDS = 20


@cache
def truths() -> Sequence[WearerTruth]:
    wearer = Wearer(product="neon", seed=2, paints_ahead=False)
    return list(islice(wearer.truths(0), 200 * _SECONDS))


def angles_deg(noise_deg: float) -> np.ndarray:
    camera = Wearer(product="neon", seed=2, paints_ahead=False).scene.camera
    rays = camera.unproject(np.array([truth.gaze_px for truth in truths()]))
    angles = gaze_angles_deg(np.column_stack([rays, np.ones(len(rays))]))
    return angles + np.random.default_rng(7).normal(0.0, noise_deg, angles.shape)


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask, [0]])))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


@pytest.mark.parametrize(("noise_deg", "least_found"), [(0.05, 0.98), (0.2, 0.85)])
def test_saccades_of_the_wearer_are_found_where_they_are(
    noise_deg: float, least_found: float
) -> None:
    classifier, assembly = OnlineClassifier(), MovementAssembly()
    movements = []
    for truth, (x_deg, y_deg) in zip(truths(), angles_deg(noise_deg).tolist(), strict=True):
        samples = classifier.take(1 + truth.timestamp_unix_ns, x_deg, y_deg)
        movements += assembly.take(samples)
    found = [movement for movement in movements if isinstance(movement, DetectedSaccade)]
    is_saccade = np.array([truth.movement == "saccade" for truth in truths()])
    instants = [truth.timestamp_unix_ns for truth in truths()]
    true = [(instants[first], instants[end - 1]) for first, end in runs(is_saccade)][:-1]
    met = [
        sum(start < it.end_unix_ns and it.start_unix_ns < end for it in found)
        for start, end in true
    ]
    assert np.mean([count == 1 for count in met]) >= least_found
    assert len(found) <= 1.1 * len(true)


def test_rest_and_pursuit_of_the_wearer_are_told_apart_while_the_head_is_still() -> None:
    classifier = OnlineClassifier()
    labels: list[Movement] = []
    for truth, (x_deg, y_deg) in zip(truths(), angles_deg(0.05).tolist(), strict=True):
        samples = classifier.take(1 + truth.timestamp_unix_ns, x_deg, y_deg)
        labels += [sample.label for sample in samples]
    labels += [sample.label for sample in classifier.finish()]
    head_deg = np.array([(it.head_yaw_deg, it.head_pitch_deg) for it in truths()])
    is_still = np.hypot(*np.gradient(head_deg, axis=0).T) * 200 < 2.0
    for name, movement in (("fixation", Movement.FIXATION), ("pursuit", Movement.PURSUIT)):
        is_true = np.array([truth.movement == name for truth in truths()]) & is_still
        assert np.mean(np.array(labels)[is_true] == movement) > 0.85


def test_each_blink_of_the_wearer_is_one_event() -> None:
    blinks = OnlineBlinks()
    found: list[DetectedBlink] = []
    for truth in truths():
        assert truth.left is not None
        assert truth.right is not None
        for eye_id, eye in ((0, truth.right), (1, truth.left)):
            blink = blinks.take(truth.timestamp_unix_ns, eye.lid_opening, 1 if eye_id else 0)
            found += [] if blink is None else [blink]
    opening = np.array([truth.left.lid_opening if truth.left else 1.0 for truth in truths()])
    true = list(takewhile(lambda run: run[1] < 200 * _SECONDS - 60, runs(opening < 0.45)))
    instants = [truth.timestamp_unix_ns for truth in truths()]
    assert len(true) > 2
    for first, end in true:
        inside = [
            blink
            for blink in found
            if blink.start_unix_ns <= instants[first] and instants[end - 1] <= blink.end_unix_ns
        ]
        assert len(inside) == 1
    assert len(found) <= len(true) + 1
