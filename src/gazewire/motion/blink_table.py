"""Blinks of a whole recording, from whatever column tells of them; no video is needed.

blinks = find_blinks(table.t_s, table.confidence)
blinks = find_blinks(table.t_s, pupil_diameter=table.diameter_mm)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.model import DetectedBlink
from gazewire.motion.blink import BlinkSettings

__all__ = ["find_blinks"]

_NS_PER_S = 1_000_000_000
# What is usual of an eye: most of a recording it is open.
_USUAL_PERCENTILE = 90
# A row that is missing makes a longer step than this, and than two and a half usual ones.
_LONGEST_STEP_S = 0.025
# Diameters are smoothed over so long before they are followed to the lids (Hershman et al. 2018).
_SMOOTHED_S = 0.01
# No pupil changes as fast, as a part of its diameter in a second (at most about 1, in a reflex to
# light): it is a lid that hides it. Without this every drift would be followed.
_LID_RATE_HZ = 1.5

_Floats = NDArray[np.float64]


def find_blinks(
    t_s: ArrayLike,
    openness: ArrayLike | None = None,
    *,
    pupil_diameter: ArrayLike | None = None,
    settings: BlinkSettings | None = None,
    zero_unix_ns: int = 0,
) -> list[DetectedBlink]:
    """Find the blinks of a recording, one event each.

    As `gazewire.motion.blink.OnlineBlinks`, except that what is usual of an eye is known from the
    whole of it. Rows that are missing count as closed. Where diameters are given, a blink reaches
    as far as they shrink before it and grow after it, for the lid hides the pupil's edge before it
    hides the pupil.

    Args:
        t_s: (N,) seconds, rising.
        openness: (N,) of one eye, or (N, 2) of two: confidence of pupils, or opening of lids, of
            any unit; NaN where there is none. None: it is told by the diameter alone.
        pupil_diameter: (N,) or (N, 2) likewise, of any unit; NaN or 0 where there is none.
        settings: what a blink is.
        zero_unix_ns: the instant of `t_s` = 0.

    Returns:
        In order of time.

    Raises:
        ValueError: shapes that do not fit, times that do not rise, or nothing to go by.

    Source: Hershman, Henik & Cohen 2018, Behavior Research Methods 50, 107-114, for the way from
    lost diameters to the beginning and end of a blink.
    """
    settings = settings or BlinkSettings()
    times = np.asarray(t_s, np.float64)
    if times.ndim != 1 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise ValueError(f"times are (N,), finite and rising; these are {times.shape}")
    diameters = None if pupil_diameter is None else _columns(pupil_diameter, len(times))
    if openness is not None:
        values = _columns(openness, len(times))
    elif diameters is not None:
        values = (diameters > 0).astype(np.float64)
    else:
        raise ValueError("openness or pupil_diameter tells of blinks; neither is given")
    opening = _opening(values, settings.min_usual)
    if opening is None:
        return []
    found = []
    for start_s, end_s, lowest in _blinks(*_with_gaps(times, opening), settings):
        if diameters is not None:
            start_s, end_s = _extended(times, _mean(diameters), start_s, end_s, settings)
        found.append(
            DetectedBlink(
                start_unix_ns=zero_unix_ns + round(start_s * _NS_PER_S),
                end_unix_ns=zero_unix_ns + round(end_s * _NS_PER_S),
                confidence=1.0 - lowest,
            )
        )
    return found


def _columns(values: ArrayLike, count: int) -> _Floats:
    array = np.asarray(values, np.float64)
    if array.shape not in {(count,), (count, 1), (count, 2)}:
        raise ValueError(f"({count},) or ({count}, 2) values are wanted, not {array.shape}")
    rows: _Floats = np.nan_to_num(
        array.reshape(count, array.size // max(count, 1)), nan=0.0, posinf=0.0, neginf=0.0
    )
    return rows


def _opening(values: _Floats, min_usual: float) -> _Floats | None:
    """(N,) how far the eye is open that is more so; None where none is usually seen."""
    if not len(values):
        return None
    usual = np.percentile(values, _USUAL_PERCENTILE, axis=0)
    is_seen = usual >= min_usual
    if not is_seen.any():
        return None
    opening: _Floats = np.clip(values[:, is_seen] / usual[is_seen], 0.0, 1.0).max(axis=1)
    return opening


def _with_gaps(times: _Floats, opening: _Floats) -> tuple[_Floats, _Floats]:
    """Put closed lids into the steps that are too long."""
    if len(times) < 2:
        return times, opening
    steps = np.diff(times)
    usual = float(np.median(steps))
    gaps = np.flatnonzero(steps > max(_LONGEST_STEP_S, 2.5 * usual))
    where = np.repeat(gaps + 1, 2)
    missing = np.column_stack([times[gaps] + usual, times[gaps + 1] - usual]).ravel()
    return np.insert(times, where, missing), np.insert(opening, where, 0.0)


def _blinks(
    times: _Floats, opening: _Floats, settings: BlinkSettings
) -> Iterator[tuple[float, float, float]]:
    """Start, end and lowest opening of each."""
    edges = np.diff(np.concatenate([[0], opening < settings.closed_level, [0]]))
    firsts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    at = 0
    while at < len(firsts):
        first, end = int(firsts[at]), int(ends[at])
        at += 1
        while at < len(firsts) and not _opens(times, opening, end, int(firsts[at]), settings):
            end = int(ends[at])
            at += 1
        if end == len(times) or first == 0:
            continue  # it began before, or ends after
        closed_s = _crossing(times, opening, first, settings.closed_level)
        opening_s = _crossing(times, opening, end, settings.closed_level)
        if not settings.min_duration_s <= opening_s - closed_s <= settings.max_duration_s:
            continue
        start_s = _reached(times, opening, first, -1, settings.open_level)
        end_s = _reached(times, opening, end - 1, 1, settings.open_level)
        yield (
            max(start_s, closed_s - settings.max_closing_s),
            min(end_s, opening_s + settings.max_opening_s),
            float(opening[first:end].min()),
        )


def _opens(times: _Floats, opening: _Floats, first: int, end: int, settings: BlinkSettings) -> bool:
    """Whether lids that are closed before `first` and from `end` on have opened in between."""
    if times[end - 1] - times[first] >= settings.max_opening_s:
        return True
    edges = np.diff(np.concatenate([[0], opening[first:end] >= settings.open_level, [0]]))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    lengths_s = times[first + stops - 1] - times[first + starts]
    return bool((lengths_s >= settings.merge_gap_s).any())


def _reached(times: _Floats, opening: _Floats, index: int, way: int, level: float) -> float:
    """When, from a closed sample on into the past or future, the lids are as open as `level`."""
    is_open = opening[index::way] >= level
    steps = int(np.argmax(is_open))
    if not is_open[steps]:
        return float(times[0] if way < 0 else times[-1])
    later = index + steps * way + (way < 0)
    return _crossing(times, opening, later, level)


def _crossing(times: _Floats, opening: _Floats, index: int, level: float) -> float:
    """When the opening was at a level, between the sample before and this one."""
    then, now = opening[index - 1], opening[index]
    if now == then:
        return float(times[index])
    share = float(np.clip((then - level) / (then - now), 0.0, 1.0))
    return float(times[index - 1] + share * (times[index] - times[index - 1]))


def _mean(diameters: _Floats) -> _Floats:
    """(N,) of the eyes that are seen; NaN where none is."""
    is_seen = diameters > 0
    with np.errstate(invalid="ignore"):
        mean: _Floats = np.where(is_seen, diameters, 0.0).sum(axis=1) / is_seen.sum(axis=1)
    return mean


def _extended(
    times: _Floats, diameters: _Floats, start_s: float, end_s: float, settings: BlinkSettings
) -> tuple[float, float]:
    """Follow the diameter from where it is lost to where it stops changing the same way."""
    interval_s = float(np.median(np.diff(times)))
    width = max(1, round(_SMOOTHED_S / interval_s))
    first = int(np.searchsorted(times, start_s, "right")) - 1
    last = int(np.searchsorted(times, end_s, "left"))
    reach = round(max(settings.max_closing_s, settings.max_opening_s) / interval_s) + width
    before = _smoothed(diameters[max(0, first - reach) : first + 1], width)[::-1]
    after = _smoothed(diameters[last : last + reach + 1], width)
    start = first - _rising(before, interval_s)
    end = last + _rising(after, interval_s)
    return (
        max(min(start_s, float(times[start])), start_s - settings.max_closing_s),
        min(max(end_s, float(times[min(end, len(times) - 1)])), end_s + settings.max_opening_s),
    )


def _smoothed(values: _Floats, width: int) -> _Floats:
    if width == 1 or len(values) < width:
        return values
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.full(width, 1.0 / width), "valid")


def _rising(values: _Floats, interval_s: float) -> int:
    """How many steps values rise as only lids let them, from the first on."""
    is_over = ~(np.diff(values) > _LID_RATE_HZ * interval_s * values[:-1])
    return int(np.argmax(is_over)) if is_over.any() else len(is_over)
