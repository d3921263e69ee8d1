"""Offline classification of eye movements: one label a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import binary_dilation
from scipy.signal import savgol_filter

__all__ = ["classify"]

_FIXATION, _SACCADE, _PURSUIT, _BLINK = 1, 2, 4, 5
_WINDOW_S = 0.02
_SACCADE_DEG_S = 30.0
_PURSUIT_DEG_S = 2.5


def classify(
    t_s: ArrayLike, x_deg: ArrayLike, y_deg: ArrayLike, confidence: ArrayLike | None = None
) -> NDArray[np.int8]:
    """Tell fixations, saccades, pursuit and blinks apart.

    Args:
        t_s: (N,) instants in seconds, increasing.
        x_deg: (N,) degrees of visual angle, NaN where the eye is lost.
        y_deg: (N,) likewise.
        confidence: (N,) 0 to 1, of the tracker; None where it tells none.

    Returns:
        (N,) int8: 0 undefined, 1 fixation, 2 saccade, 3 post-saccadic oscillation, 4 smooth
        pursuit, 5 blink.

    Raises:
        ValueError: shapes differ, or the instants do not increase.
    """
    t, x, y = (np.asarray(values, float) for values in (t_s, x_deg, y_deg))
    if t.ndim != 1 or x.shape != t.shape or y.shape != t.shape:
        raise ValueError(f"expected arrays of one length, got {t.shape}, {x.shape}, {y.shape}")
    if np.any(np.diff(t) <= 0):
        raise ValueError("instants must increase")
    labels = np.full(len(t), _FIXATION, np.int8)
    seen = np.isfinite(x) & np.isfinite(y)
    if confidence is not None:
        seen &= np.asarray(confidence) >= 0.6
    if len(t) < 8 or np.count_nonzero(seen) < 2:
        labels[~seen] = _BLINK
        return labels
    rate_hz = 1 / float(np.median(np.diff(t)))
    window = 2 * max(2, round(_WINDOW_S * rate_hz / 2)) + 1
    bridged = [np.interp(t, t[seen], values[seen]) for values in (x, y)]
    vx, vy = (
        savgol_filter(v, min(window, len(t) | 1), 1, deriv=1, delta=1 / rate_hz, mode="nearest")
        for v in bridged
    )
    fast = np.hypot(vx, vy) > _SACCADE_DEG_S
    labels[fast] = _SACCADE
    edges = np.flatnonzero(np.diff(np.concatenate(([0], ~fast, [0]))))
    for start, end in edges.reshape(-1, 2):
        travel = [values[end - 1] - values[start] for values in bridged]
        speed = np.hypot(*travel) / max(t[end - 1] - t[start], 1 / rate_hz)
        if speed > _PURSUIT_DEG_S:
            labels[start:end] = _PURSUIT
    margin = 2 * max(1, round(0.03 * rate_hz)) + 1
    labels[binary_dilation(~seen, np.ones(margin, bool))] = _BLINK
    return labels
