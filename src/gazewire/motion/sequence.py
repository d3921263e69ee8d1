"""The most likely sequence of movements, where each change from one to another has a price."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

__all__ = ["most_likely"]

_BLOCK = 2048
# Best paths that come from different beginnings have met long before this many points.
_OVERLAP = 512


def most_likely(log_odds: NDArray[np.float32], price: NDArray[np.float32]) -> NDArray[np.intp]:
    """The path of the greatest sum of log odds less the prices of its changes (Viterbi 1967).

    Blocks are followed side by side, overlapping enough for the choice at a seam to be that of the
    whole: a loop over points of an hour would take a minute in Python.

    Args:
        log_odds: (C, M) of each class at each point.
        price: (C, C) of a change from the first class to the second; 0 on the diagonal.

    Returns:
        (M,) the class at each point.
    """
    classes, points = log_odds.shape
    blocks = -(-points // _BLOCK)
    length = _BLOCK + 2 * _OVERLAP
    padded = np.zeros((classes, blocks * _BLOCK + 2 * _OVERLAP), np.float32)
    padded[:, _OVERLAP : _OVERLAP + points] = log_odds
    beside = sliding_window_view(padded, length, axis=1)[:, ::_BLOCK]
    steps = np.ascontiguousarray(beside.transpose(2, 1, 0))  # (length, blocks, classes)
    came_from = np.empty((length, blocks, classes), np.int8)
    best = steps[0].copy()
    for k in range(1, length):
        ways = best[:, :, None] - price
        came_from[k] = ways.argmax(axis=1)
        best = ways.max(axis=1) + steps[k]
    path = np.empty((length, blocks), np.intp)
    path[-1] = best.argmax(axis=1)
    every = np.arange(blocks)
    for k in range(length - 1, 0, -1):
        path[k - 1] = came_from[k, every, path[k]]
    return path[_OVERLAP : _OVERLAP + _BLOCK].T.reshape(-1)[:points]
