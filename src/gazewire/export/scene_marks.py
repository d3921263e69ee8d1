"""What a recording knows of a picture of its scene: gaze, fixations and surfaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.errors import RemoteProtocolError
from gazewire.recording import Recording, TimeSeries
from gazewire.recording.core import PldataRecord, layout, read_pldata
from gazewire.recording.core.archive import core_clock
from gazewire.recording.finding import Findings
from gazewire.recording.rows import read_file
from gazewire.wire.ipc import Message, decode_surface

__all__ = ["DrawnFixation", "SceneMarks"]

Point = tuple[float, float]

_GAZE_APART_NS = 50_000_000
# Of a surface that was seen in an image a little before this one.
_SURFACE_APART_NS = 20_000_000
_TRAIL_NS = 150_000_000
# How many fixations before the one that lasts are shown, and for how long.
_PATH_LENGTH = 3
_PATH_NS = 3_000_000_000
_CORNERS = np.array([[0, 1, 1], [1, 1, 1], [1, 0, 1], [0, 0, 1]], float)


@dataclass(frozen=True, slots=True)
class DrawnFixation:
    """A fixation that has begun.

    Attributes:
        number: counts them from 1.
        center: mean gaze, scene pixels.
        lasts: it has not ended.
    """

    number: int
    center: Point
    lasts: bool


class SceneMarks:
    """Looks up what belongs to an instant.

    Args:
        recording: open.
        size_px: width and height of the scene's pictures.
    """

    def __init__(self, recording: Recording, size_px: tuple[int, int]) -> None:
        self._gaze = _series(recording, "gaze")
        self._points = _gaze_points(self._gaze)
        self._fixations = _fixations(_series(recording, "fixations"), size_px)
        self._surfaces = dict(_surfaces(recording))

    def gaze(self, instant_ns: int) -> Point | None:
        """The gaze that is nearest in time, where there is one within 50 ms."""
        if self._gaze is None or not len(self._gaze):
            return None
        times = self._gaze.times_unix_ns
        after = min(int(np.searchsorted(times, instant_ns)), len(times) - 1)
        before = max(after - 1, 0)
        nearer = before if instant_ns - times[before] <= times[after] - instant_ns else after
        if abs(int(times[nearer]) - instant_ns) > _GAZE_APART_NS:
            return None
        x, y = self._points[nearer].tolist()
        return None if np.isnan(x) or np.isnan(y) else (x, y)

    def trail(self, instant_ns: int) -> list[Point]:
        """Gaze of the last 150 ms, oldest first."""
        if self._gaze is None:
            return []
        first, last = np.searchsorted(
            self._gaze.times_unix_ns, (instant_ns - _TRAIL_NS, instant_ns + 1)
        )
        points = self._points[first:last]
        return [(x, y) for x, y in points[~np.isnan(points).any(1)].tolist()]

    def fixations(self, instant_ns: int) -> list[DrawnFixation]:
        """The fixation that lasts, if any, and some before it, oldest first."""
        starts, ends, centers = self._fixations
        last = int(np.searchsorted(starts, instant_ns, side="right"))
        found = []
        for row in range(max(0, last - _PATH_LENGTH), last):
            if instant_ns - int(ends[row]) < _PATH_NS:
                x, y = centers[row].tolist()
                found.append(DrawnFixation(row + 1, (x, y), instant_ns < int(ends[row])))
        return found

    def surfaces(self, instant_ns: int) -> list[tuple[str, list[Point]]]:
        """Names and corners of surfaces, from the top left on clockwise."""
        found = []
        for name, (times, corners) in self._surfaces.items():
            row = int(np.searchsorted(times, instant_ns + _SURFACE_APART_NS)) - 1
            if row >= 0 and abs(int(times[row]) - instant_ns) <= _SURFACE_APART_NS:
                found.append((name, [(x, y) for x, y in corners[row].tolist()]))
        return found


def _series(recording: Recording, name: str) -> TimeSeries | None:
    return recording.series(name) if name in recording.series_names else None


def _gaze_points(gaze: TimeSeries | None) -> NDArray[np.float64]:
    if gaze is None:
        return np.empty((0, 2))
    points = np.stack([gaze["x_px"], gaze["y_px"]], -1).astype(np.float64)
    if "worn" in gaze.columns:
        points[~gaze["worn"].astype(bool)] = np.nan
    return points


def _fixations(
    rows: TimeSeries | None, size_px: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """(N,) starts, (N,) ends, (N, 2) means."""
    if rows is None or not len(rows):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2))
    table = rows.rows
    if "mean_gaze_x" in rows.columns:
        centers = np.stack([table["mean_gaze_x"], table["mean_gaze_y"]], -1).astype(np.float64)
    else:
        # Core tells a fixation again while it grows; the last word counts.
        order = np.lexsort((table["end_unix_ns"], table["id"]))
        _, first = np.unique(table["id"][order][::-1], return_index=True)
        table = np.sort(table[order][::-1][first], order="timestamp_unix_ns")
        width, height = size_px
        centers = np.stack([table["norm_pos_x"] * width, (1 - table["norm_pos_y"]) * height], -1)
    return table["timestamp_unix_ns"], table["end_unix_ns"].astype(np.int64), centers


def _surfaces(
    recording: Recording,
) -> Iterator[tuple[str, tuple[NDArray[np.int64], NDArray[np.float64]]]]:
    """By name: (N,) instants, (N, 4, 2) corners in pixels of the picture as it is."""
    path = recording.folder / f"surfaces{layout.PLDATA}"
    if recording.facts.layout != "core" or not path.exists():
        return
    clock = core_clock(recording.folder)
    findings = Findings()
    found: dict[str, list[tuple[int, NDArray[np.float64]]]] = {}
    for record in read_pldata(read_file(path, findings), path.name, findings):
        told = _surface(record)
        if told is not None:
            name, core_s, corners = told
            found.setdefault(name, []).append((clock.instant_ns(core_s), corners))
    for name, rows in found.items():
        rows.sort(key=lambda row: row[0])
        yield name, (np.array([at for at, _ in rows]), np.stack([c for _, c in rows]))


def _surface(record: PldataRecord) -> tuple[str, float, NDArray[np.float64]] | None:
    try:
        wire = decode_surface(Message(record.topic, record.payload).payload)
    except RemoteProtocolError:
        return None
    image_from_surface = np.array(wire.surf_to_dist_img_trans)
    columns = image_from_surface @ _CORNERS.T
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = (columns[:2] / columns[2]).T
    if not np.isfinite(corners).all():
        return None
    return wire.name, wire.timestamp, corners
