"""Gaze of a recording, with what else is known of the same eye images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Eyelid, EyeState, GazeDatum
from gazewire.recording.neon import layout
from gazewire.recording.neon.samples import (
    Samples,
    find_parts,
    read_array,
    read_parts,
    read_row_type,
)

__all__ = ["RecordedGaze"]

_POINT_COLUMNS = ("x", "y")
_EYE_STATE_COLUMNS = tuple(
    name for name in layout.EYE_STATE.row.names or () if name not in layout.EYELID_COLUMNS
)
# Rows turned into records at once: enough to spread NumPy's cost of a call, little to keep.
_CHUNK = 1000


class RecordedGaze:
    """The gaze samples of a recording, in order of time, one at an instant.

    Where the vendor's cloud has computed gaze again (``gaze_200hz``), that is the gaze. Samples of
    the single eyes and of the state of the eyes join by exact instant, because all are computed
    from the same eye images; whether the glasses are worn is taken from the row at the same instant
    or the newest before. Without such rows, the glasses are worn.

    Attributes:
        times_unix_ns: (N,) int64, rising.
    """

    def __init__(self, folder: Path) -> None:
        """Read all that belongs to gaze.

        Args:
            folder: the recording.

        Raises:
            SourceError: a file cannot be read, or its columns are not those of gaze.
        """
        gaze = _read_gaze(folder)
        self.times_unix_ns = gaze.times_unix_ns
        self._points = _columns(gaze.rows, _POINT_COLUMNS)
        self._worn = _worn_at(_read_worn(folder), self.times_unix_ns)
        self._left = self._joined(_read_monocular(folder, layout.GAZE_LEFT), _POINT_COLUMNS)
        self._right = self._joined(_read_monocular(folder, layout.GAZE_RIGHT), _POINT_COLUMNS)
        eye_state = _read_eye_state(folder)
        self._eye_state = self._joined(eye_state, _EYE_STATE_COLUMNS)
        self._eyelids = self._joined(eye_state, layout.EYELID_COLUMNS)

    def data(self, shift_ns: int = 0) -> Iterator[GazeDatum]:
        """Give the samples.

        Args:
            shift_ns: added to each instant.
        """
        for start in range(0, len(self.times_unix_ns), _CHUNK):
            part = slice(start, start + _CHUNK)
            columns = zip(
                self.times_unix_ns[part].tolist(),
                self._points[part].tolist(),
                self._worn[part].tolist(),
                _values(self._left, part),
                _values(self._right, part),
                _values(self._eye_state, part),
                _values(self._eyelids, part),
                strict=True,
            )
            for time_ns, (x_px, y_px), worn, left, right, eyes, lids in columns:
                yield GazeDatum(
                    timestamp_unix_ns=time_ns + shift_ns,
                    x_px=x_px,
                    y_px=y_px,
                    worn=worn,
                    left_px=(left[0], left[1]) if left else None,
                    right_px=(right[0], right[1]) if right else None,
                    eye_state_left=_eye_state(eyes[:7]) if eyes else None,
                    eye_state_right=_eye_state(eyes[7:]) if eyes else None,
                    eyelid_left=_eyelid(lids[:3]) if lids else None,
                    eyelid_right=_eyelid(lids[3:]) if lids else None,
                )

    def _joined(self, samples: Samples, names: Sequence[str]) -> NDArray[np.float64]:
        # (N, len(names)), NaN where there is no row of that instant.
        if not set(names) <= set(samples.rows.dtype.names or ()):
            return np.full((len(self.times_unix_ns), len(names)), np.nan)
        rows, found = samples.rising().rows_at(self.times_unix_ns)
        values = _columns(rows, names)
        values[~found] = np.nan
        return values


def _read_gaze(folder: Path) -> Samples:
    row = read_row_type(folder, layout.GAZE, _POINT_COLUMNS)
    times = read_array(folder / f"{layout.POST_PROCESSED_GAZE}.time", layout.TIME)
    rows = read_array(folder / f"{layout.POST_PROCESSED_GAZE}.raw", row)
    samples = Samples.paired(times, rows)
    return (samples if len(samples) else read_parts(folder, layout.GAZE, row)).rising()


def _read_worn(folder: Path) -> Samples:
    row = read_row_type(folder, layout.WORN, ("worn",))
    times = read_array(folder / f"{layout.POST_PROCESSED_GAZE}.time", layout.TIME)
    rows = read_array(folder / f"{layout.POST_PROCESSED_WORN}.raw", row)
    samples = Samples.paired(times, rows)
    if not len(samples):
        samples = read_parts(folder, layout.WORN, row, clock=layout.GAZE)
    return samples.rising()


def _read_monocular(folder: Path, stream: layout.StreamLayout) -> Samples:
    row = read_row_type(folder, stream, _POINT_COLUMNS)
    return read_parts(folder, stream, row, clock=layout.GAZE)


def _read_eye_state(folder: Path) -> Samples:
    row = read_row_type(folder, layout.EYE_STATE, _EYE_STATE_COLUMNS)
    if not (folder / layout.EYE_STATE.dtype_file).exists():
        row = _eye_state_row_by_size(folder)
    return read_parts(folder, layout.EYE_STATE, row)


def _eye_state_row_by_size(folder: Path) -> np.dtype[np.void]:
    # Nothing names the columns; the lids are there or not.
    without_lids = np.dtype([(name, "<f4") for name in _EYE_STATE_COLUMNS])
    for part in find_parts(folder, layout.EYE_STATE.base, ".raw"):
        times = read_array(folder / layout.EYE_STATE.time_file(part), layout.TIME)
        size_bytes = (folder / layout.EYE_STATE.raw_file(part)).stat().st_size
        if len(times) and size_bytes == len(times) * without_lids.itemsize:
            return without_lids
    return layout.EYE_STATE.row


def _worn_at(samples: Samples, times_unix_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(samples):
        return np.ones(len(times_unix_ns), bool)
    at = np.searchsorted(samples.times_unix_ns, times_unix_ns, side="right") - 1
    worn: NDArray[np.bool_] = samples.rows["worn"][at.clip(min=0)] == layout.WORN_VALUE
    return worn


def _columns(rows: NDArray[np.void], names: Sequence[str]) -> NDArray[np.float64]:
    return np.stack([rows[name].astype(np.float64) for name in names], axis=-1)


def _values(table: NDArray[np.float64], part: slice) -> Iterator[list[float] | None]:
    # A row in which every value is missing is no row.
    rows = table[part]
    known = np.count_nonzero(~np.isnan(rows), axis=1).tolist()
    return (row if count else None for row, count in zip(rows.tolist(), known, strict=True))


def _eye_state(values: Sequence[float]) -> EyeState:
    diameter, center_x, center_y, center_z, axis_x, axis_y, axis_z = values
    return EyeState(
        pupil_diameter_mm=diameter,
        eyeball_center_mm=(center_x, center_y, center_z),
        optical_axis=(axis_x, axis_y, axis_z),
    )


def _eyelid(values: Sequence[float]) -> Eyelid:
    angle_top, angle_bottom, aperture = values
    return Eyelid(angle_top_rad=angle_top, angle_bottom_rad=angle_bottom, aperture_mm=aperture)
