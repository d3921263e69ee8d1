"""Offline classification of eye movements: each sample of a recording gets a label.

A trace is brought to an even grid (`grid`), described by its speeds, scatter and straightness at
several scales (`features`), judged point by point by a small network (`network`), and cut into
the most likely sequence of movements (`sequence`). Nothing in it knows where a recording comes
from: one set of parameters serves all rates from 30 to 1000 Hz.

    labels = classify(t_s, x_deg, y_deg)
    fixating = labels == Movement.FIXATION
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.motion.features import features
from gazewire.motion.grid import GRID_HZ, GridTrace, resample
from gazewire.motion.label import Movement
from gazewire.motion.network import REACH, STRIDE, Network, shipped_network
from gazewire.motion.sequence import most_likely

__all__ = ["Classifier", "classify"]

# Below this a tracker is not believed to have the eye.
_TRUSTED = 0.6
# Where a recording stops for longer, it is taken as two.
_BREAK_S = 2.0
# Points of the grid, 66 s, that are in memory as features at a time.
_CHUNK = 512 * STRIDE


# Log odds of neighbours in the grid tell much the same, so that each counts as part of a witness.
_WEIGHT = 0.21
# Added to the log odds, fixation to blink: how ready people are to say so.
_LEANING = np.array([0.0, 0.22, 0.52, -0.4, 0.57], np.float32)
# Of a change from the row's movement to the column's. Oscillations follow saccades alone.
_PRICE = np.array(
    [
        [0.0, 0.7, 20.0, 1.4, 2.8],
        [0.6, 0.0, 0.0, 0.6, 2.8],
        [0.6, 0.7, 0.0, 0.6, 2.8],
        [1.4, 0.7, 20.0, 0.0, 2.8],
        [0.6, 0.7, 20.0, 0.6, 0.0],
    ],
    np.float32,
)


@dataclass(frozen=True, slots=True)
class Classifier:
    """Tells eye movements apart with a network that is given; `classify` has the shipped one.

    Attributes:
        network: gives the log odds of the movements 1 to 5.
    """

    network: Network

    def __call__(
        self,
        t_s: ArrayLike,
        x_deg: ArrayLike,
        y_deg: ArrayLike,
        confidence: ArrayLike | None = None,
    ) -> NDArray[np.int8]:
        """Label each sample; arguments, labels and errors are those of `classify`."""
        t, position, seen = _checked(t_s, x_deg, y_deg, confidence)
        labels = np.full(len(t), Movement.BLINK, np.int8)
        for piece in _pieces(t):
            if seen[piece].any():
                labels[piece] = self._labels(t[piece], position[:, piece], seen[piece])
        return labels

    def _labels(
        self, t_s: NDArray[np.float64], position_deg: NDArray[np.float64], seen: NDArray[np.bool_]
    ) -> NDArray[np.int8]:
        trace = resample(t_s, position_deg, seen)
        return _cut(self.log_odds(trace), t_s - trace.start_s)

    def log_odds(self, trace: GridTrace) -> NDArray[np.float32]:
        """Log odds (5, M) of the movements 1 to 5, made in chunks that know what is around them."""
        points = len(trace.lost)
        odds = np.empty((len(_PRICE), points), np.float32)
        for start in range(0, points, _CHUNK):
            end = min(start + _CHUNK, points)
            first, last = max(0, start - REACH), min(points, end + REACH)
            around = GridTrace(0.0, trace.position_deg[:, first:last], trace.lost[first:last])
            rows = features(around)
            filled = np.pad(rows, ((0, 0), (0, -rows.shape[1] % STRIDE)))
            odds[:, start:end] = self.network(filled)[:, start - first : end - first]
        return odds


def classify(
    t_s: ArrayLike, x_deg: ArrayLike, y_deg: ArrayLike, confidence: ArrayLike | None = None
) -> NDArray[np.int8]:
    """Tell fixations, saccades, post-saccadic oscillations, smooth pursuit and blinks apart.

    Args:
        t_s: (N,) instants in seconds, increasing, nearly even, 30 to 1000 Hz. Oscillations are told
            from 200 Hz on.
        x_deg: (N,) degrees of visual angle, NaN where the tracker lost the eye. A scale that is
            wrong by tens of per cent does little harm.
        y_deg: (N,) likewise.
        confidence: (N,) the tracker's, 0 to 1; samples under 0.6 are as if lost. None where the
            tracker tells none.

    Returns:
        (N,) int8, the numbers of `Movement`. A recording without any eye is one blink.

    Raises:
        ValueError: shapes differ or are not one-dimensional, or the instants do not increase.
    """
    return Classifier(shipped_network())(t_s, x_deg, y_deg, confidence)


def _cut(log_odds: NDArray[np.float32], since_s: NDArray[np.float64]) -> NDArray[np.int8]:
    """The labels of samples at instants since the grid's first point."""
    path = most_likely(_WEIGHT * (log_odds + _LEANING[:, None]), _PRICE)
    ends = np.flatnonzero(np.diff(path))
    before, after = path[ends], path[ends + 1]
    # The odds cross somewhere between two points of the grid.
    ahead = log_odds[before, ends] - log_odds[after, ends]
    behind = log_odds[before, ends + 1] - log_odds[after, ends + 1]
    crossing = (ahead > 0) & (behind < 0)
    share = np.where(crossing, ahead / np.where(crossing, ahead - behind, 1), 0.5)
    changes_s = (ends + share) / GRID_HZ
    runs = (1 + np.append(path[ends], path[-1])).astype(np.int8)
    labels: NDArray[np.int8] = runs[np.searchsorted(changes_s, since_s)]
    return labels


def _checked(
    t_s: ArrayLike, x_deg: ArrayLike, y_deg: ArrayLike, confidence: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Instants, positions (2, N) and where they are worth something."""
    t, x, y = (np.asarray(values, np.float64) for values in (t_s, x_deg, y_deg))
    trust = np.ones(t.shape) if confidence is None else np.asarray(confidence, np.float64)
    shapes = [values.shape for values in (t, x, y, trust)]
    if t.ndim != 1 or len(set(shapes)) > 1:
        told = ", ".join(map(str, shapes[: 3 if confidence is None else 4]))
        raise ValueError(f"t_s, x_deg, y_deg and confidence must be (N,) alike; they are {told}")
    if not (np.isfinite(t).all() and (np.diff(t) > 0).all()):
        raise ValueError(f"the {len(t)} instants of t_s must be finite and increase")
    seen = np.isfinite(x) & np.isfinite(y) & (trust >= _TRUSTED)
    return t, np.where(seen, (x, y), 0.0), seen


def _pieces(t_s: NDArray[np.float64]) -> Iterator[slice]:
    """The parts of a recording between its long breaks, so that no grid covers an empty night."""
    starts = np.flatnonzero(np.diff(t_s) > _BREAK_S) + 1
    edges = [0, *starts.tolist(), len(t_s)]
    for start, end in pairwise(edges):
        if end > start:
            yield slice(start, end)
