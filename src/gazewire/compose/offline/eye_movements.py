"""Fixations, saccades, pursuits and blinks of a recording, out of all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.tracks import MIN_CONFIDENCE, GazeTrack, PupilTrack
from gazewire.model import (
    DatumReference,
    DetectedBlink,
    DetectedFixation,
    DispersionFixation,
    EyeId,
    EyeMovement,
)
from gazewire.motion import classify
from gazewire.motion.blink_table import find_blinks
from gazewire.motion.diameter import AngularDiameter
from gazewire.motion.events import movement_events

__all__ = ["SourcedMovement", "blinks_of", "fixation_data", "movements_of"]

SourcedMovement = tuple[str, EyeMovement]
"""A movement, after the name of what moved: ``gaze``, ``eye0`` or ``eye1``."""

_NS_PER_S = 1_000_000_000
# What is shorter is no fixation to Pupil Player either; it stays among the movements.
_SHORTEST_FIXATION_NS = 80_000_000
# An eye that was not looked at for so long is not known to be open.
_HELD_NS = 20_000_000


def movements_of(
    gaze: GazeTrack | None, pupils: Mapping[EyeId, PupilTrack]
) -> list[SourcedMovement]:
    """All movements but blinks, in order of time.

    They are those of the gaze; without any, those of each eye as its camera sees it turn, which
    needs no calibration.
    """
    tracks: dict[str, PupilTrack | GazeTrack] = {}
    if gaze is not None:
        tracks["gaze"] = gaze
    else:
        tracks.update({f"eye{eye_id}": track for eye_id, track in pupils.items()})
    found = [
        (source, movement)
        for source, track in tracks.items()
        for movement in _movements(track)
        if not isinstance(movement, DetectedBlink)
    ]
    return sorted(found, key=lambda pair: pair[1].start_unix_ns)


def blinks_of(pupils: Mapping[EyeId, PupilTrack]) -> list[DetectedBlink]:
    """The blinks: of two eyes that are usually seen, both have to close."""
    tracks = [track for track in pupils.values() if len(track.times_unix_ns)]
    if not tracks:
        return []
    times = np.unique(np.concatenate([track.times_unix_ns for track in tracks]))
    seen = np.column_stack([_held(track, times) for track in tracks])
    zero_ns = int(times[0])
    return find_blinks((times - zero_ns) / _NS_PER_S, seen, zero_unix_ns=zero_ns)


def fixation_data(
    gaze: GazeTrack, movements: Sequence[SourcedMovement]
) -> Iterator[DispersionFixation]:
    """Make the fixations that Core programs read, numbered from 0."""
    is_good = (gaze.confidence >= MIN_CONFIDENCE) & np.isfinite(gaze.norm_pos).all(axis=1)
    number = 0
    for _, movement in movements:
        if not isinstance(movement, DetectedFixation):
            continue
        start_ns, end_ns = movement.start_unix_ns, movement.end_unix_ns
        first, end = np.searchsorted(gaze.times_unix_ns, [start_ns, end_ns + 1]).tolist()
        rows = first + np.flatnonzero(is_good[first:end])
        if end_ns - start_ns >= _SHORTEST_FIXATION_NS and len(rows):
            yield _fixation(number, movement, gaze, rows)
            number += 1


def _fixation(
    number: int, movement: DetectedFixation, gaze: GazeTrack, rows: NDArray[np.intp]
) -> DispersionFixation:
    across, up = gaze.norm_pos[rows].mean(axis=0).tolist()
    x_mm, y_mm, z_mm = gaze.points_mm[rows].mean(axis=0).tolist()
    return DispersionFixation(
        id=number,
        start_unix_ns=movement.start_unix_ns,
        duration_ns=movement.end_unix_ns - movement.start_unix_ns,
        norm_pos=(across, up),
        dispersion_deg=_widest_deg(gaze.angles_deg[rows]),
        confidence=float(gaze.confidence[rows].mean()),
        base=tuple(
            DatumReference(topic=gaze.topic, timestamp_unix_ns=at)
            for at in gaze.times_unix_ns[rows].tolist()
        ),
        point_mm=(x_mm, y_mm, z_mm) if np.isfinite([x_mm, y_mm, z_mm]).all() else None,
    )


def _widest_deg(angles_deg: NDArray[np.float64]) -> float:
    across, down = np.radians(angles_deg).T
    level = np.cos(down)
    directions = np.column_stack([np.sin(across) * level, np.sin(down), np.cos(across) * level])
    widest = AngularDiameter()
    for index, direction in enumerate(directions):
        widest.insert(index, direction)
    return widest.angle_deg


def _movements(track: PupilTrack | GazeTrack) -> list[EyeMovement]:
    if len(track.times_unix_ns) < 2:
        return []
    zero_ns = int(track.times_unix_ns[0])
    t_s = (track.times_unix_ns - zero_ns) / _NS_PER_S
    is_seen = track.confidence >= MIN_CONFIDENCE
    across, down = np.where(is_seen[:, None], track.angles_deg, np.nan).T
    labels = classify(t_s, across, down)
    return movement_events(t_s, across, down, labels, zero_unix_ns=zero_ns)


def _held(track: PupilTrack, times: NDArray[np.int64]) -> NDArray[np.float64]:
    """The newest confidence at each instant; NaN where the eye was not looked at."""
    steps = np.diff(track.times_unix_ns)
    held_ns = max(_HELD_NS, 1.5 * float(np.median(steps)) if len(steps) else 0.0)
    index = np.searchsorted(track.times_unix_ns, times, side="right") - 1
    newest = index.clip(min=0)
    is_known = (index >= 0) & (times - track.times_unix_ns[newest] <= held_ns)
    return np.where(is_known, track.confidence[newest], np.nan)
