"""From labels of samples to events: fixations, saccades, pursuits, oscillations and blinks.

    for event in movement_events(t_s, x_deg, y_deg, classify(t_s, x_deg, y_deg)):
        if isinstance(event, DetectedSaccade):
            print(event.amplitude_deg, event.peak_velocity_deg_s)

Each run of one label is an event, measured by the gaze in it. It is the same to this module who
gave the labels.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.model import (
    DetectedBlink,
    DetectedFixation,
    DetectedOscillation,
    DetectedPursuit,
    DetectedSaccade,
    EyeMovement,
    Point2,
)
from gazewire.motion.angle import angle_between_deg
from gazewire.motion.label import Movement

__all__ = ["measured_event", "movement_events"]

_NS_PER_S = 1_000_000_000
# Over which velocity is the slope of a parabola; short enough for the peak of a small saccade.
_VELOCITY_S = 0.01
# The path of a pursuit is measured in steps of so long, in which noise does not lengthen it much.
_PATH_STEP_S = 0.1

_Floats = NDArray[np.float64]


def movement_events(
    t_s: ArrayLike,
    x_deg: ArrayLike,
    y_deg: ArrayLike,
    labels: ArrayLike,
    *,
    zero_unix_ns: int = 0,
) -> list[EyeMovement]:
    """Measure the events of labelled gaze.

    Args:
        t_s: (N,) seconds, rising.
        x_deg: (N,) degrees to the right; NaN where gaze was not seen.
        y_deg: (N,) degrees down.
        labels: (N,) of `Movement`; undefined samples are in no event.
        zero_unix_ns: the instant of `t_s` = 0.

    Returns:
        In order of time. Runs in which no gaze was seen give an event only of a blink.

    Raises:
        ValueError: shapes that do not fit, times that do not rise, or labels that are none.
    """
    times, x, y = (np.asarray(row, np.float64) for row in (t_s, x_deg, y_deg))
    marks = np.asarray(labels)
    if times.ndim != 1 or not times.shape == x.shape == y.shape == marks.shape:
        shapes = ", ".join(str(row.shape) for row in (times, x, y, marks))
        raise ValueError(f"times, degrees and labels are (N,) all, not {shapes}")
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise ValueError("times are finite and rising")
    if len(marks) and not np.isin(marks, [int(label) for label in Movement]).all():
        raise ValueError("labels are 0 to 5")
    found = []
    edges = np.flatnonzero(np.diff(marks, prepend=-1, append=-1))
    for first, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        # A jump begins with the last sample before it.
        start = first - 1 if marks[first] == Movement.SACCADE and first else first
        rows = slice(start, end)
        label = Movement(int(marks[first]))
        event = measured_event(label, times[rows], x[rows], y[rows], zero_unix_ns=zero_unix_ns)
        if event is not None:
            found.append(event)
    return found


def measured_event(
    label: Movement, t_s: _Floats, x_deg: _Floats, y_deg: _Floats, *, zero_unix_ns: int = 0
) -> EyeMovement | None:
    """Measure one event.

    Args:
        label: what it is.
        t_s: (N,) seconds, rising; of a saccade from the last sample before it.
        x_deg: (N,) degrees to the right; NaN where gaze was not seen.
        y_deg: (N,) degrees down.
        zero_unix_ns: the instant of `t_s` = 0.

    Returns:
        None of what is undefined, and of what has too little gaze to be measured.
    """
    if label is Movement.UNDEFINED or not len(t_s):
        return None
    start_unix_ns = zero_unix_ns + round(float(t_s[0]) * _NS_PER_S)
    end_unix_ns = zero_unix_ns + round(float(t_s[-1]) * _NS_PER_S)
    if label is Movement.BLINK:
        lost = float(np.mean(~np.isfinite(x_deg)))
        return DetectedBlink(start_unix_ns=start_unix_ns, end_unix_ns=end_unix_ns, confidence=lost)
    is_seen = np.isfinite(x_deg) & np.isfinite(y_deg)
    t, x, y = t_s[is_seen], x_deg[is_seen], y_deg[is_seen]
    if len(t) < (1 if label is Movement.FIXATION else 2):
        return None
    start, end = _point(x, y, 0), _point(x, y, -1)
    if label is Movement.FIXATION:
        centroid = float(x.mean()), float(y.mean())
        return DetectedFixation(
            start_unix_ns=start_unix_ns,
            end_unix_ns=end_unix_ns,
            centroid_deg=centroid,
            dispersion_deg=_spread_deg(x, y, centroid),
        )
    if label is Movement.OSCILLATION:
        farthest = max(angle_between_deg(_point(x, y, i), end) for i in range(len(x)))
        return DetectedOscillation(
            start_unix_ns=start_unix_ns, end_unix_ns=end_unix_ns, amplitude_deg=farthest
        )
    duration_s = float(t[-1] - t[0])
    amplitude_deg = angle_between_deg(start, end)
    direction_deg = math.degrees(math.atan2(end[1] - start[1], (end[0] - start[0]) * _shrink(y)))
    if label is Movement.SACCADE:
        return DetectedSaccade(
            start_unix_ns=start_unix_ns,
            end_unix_ns=end_unix_ns,
            start_deg=start,
            end_deg=end,
            amplitude_deg=amplitude_deg,
            direction_deg=direction_deg,
            peak_velocity_deg_s=_peak_deg_s(t, x, y),
            mean_velocity_deg_s=amplitude_deg / duration_s,
        )
    return DetectedPursuit(
        start_unix_ns=start_unix_ns,
        end_unix_ns=end_unix_ns,
        start_deg=start,
        end_deg=end,
        amplitude_deg=amplitude_deg,
        direction_deg=direction_deg,
        mean_velocity_deg_s=_path_deg(t, x, y) / duration_s,
    )


def _point(x: _Floats, y: _Floats, index: int) -> Point2:
    return float(x[index]), float(y[index])


def _shrink(y: _Floats) -> float:
    """How much shorter degrees across are there than at the equator."""
    return math.cos(math.radians(float(y.mean())))


def _spread_deg(x: _Floats, y: _Floats, middle: Point2) -> float:
    across, down = (x - middle[0]) * _shrink(y), y - middle[1]
    return math.sqrt(float(np.mean(across**2 + down**2)))


def _peak_deg_s(t: _Floats, x: _Floats, y: _Floats) -> float:
    """Greatest speed: of the slopes of lines of least squares over 10 ms, or three samples."""
    interval_s = float(np.median(np.diff(t)))
    width = min(len(t), 2 * max(1, round(_VELOCITY_S / 2 / interval_s)) + 1)
    windows = (np.lib.stride_tricks.sliding_window_view(row, width) for row in (t, x, y))
    times, across, down = windows
    since = times - times.mean(axis=1, keepdims=True)
    square = (since**2).sum(axis=1)
    vx = (since * across).sum(axis=1) / square * _shrink(y)
    vy = (since * down).sum(axis=1) / square
    return float(np.hypot(vx, vy).max())


def _path_deg(t: _Floats, x: _Floats, y: _Floats) -> float:
    """Length of the way through the means of short pieces of time."""
    steps = max(1, round(float(t[-1] - t[0]) / _PATH_STEP_S))
    wanted = np.linspace(t[0], t[-1], steps + 1)
    index = np.clip(np.searchsorted(t, wanted), 0, len(t) - 1)
    return float(np.hypot(np.diff(x[index]) * _shrink(y), np.diff(y[index])).sum())
