"""Fixations, saccades and blinks of a recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Blink, EyeEvent, Fixation, Saccade
from gazewire.recording.neon import layout
from gazewire.recording.neon.samples import read_parts, read_row_type

__all__ = ["RecordedEyeEvents"]

_Offset = tuple[float, float]
_INTERVAL_COLUMNS = ("event_type", "start_timestamp_ns", "end_timestamp_ns")
_MOVEMENT_COLUMNS = tuple(layout.FIXATIONS.row.names or ())


class RecordedEyeEvents:
    """What the eyes did, each when it became known, which is its end.

    Attributes:
        times_unix_ns: (N,) int64, the ends, in order.
    """

    def __init__(self, folder: Path, *, mean_offset_px: _Offset = (0.0, 0.0)) -> None:
        """Read all events.

        Args:
            folder: the recording.
            mean_offset_px: added to the mean gaze of movements.

        Raises:
            SourceError: a file cannot be read, or its columns are not those of eye events.
        """
        movements = read_parts(
            folder, layout.FIXATIONS, read_row_type(folder, layout.FIXATIONS, _MOVEMENT_COLUMNS)
        ).rows
        blinks = read_parts(
            folder, layout.BLINKS, read_row_type(folder, layout.BLINKS, _INTERVAL_COLUMNS)
        ).rows
        # Kinds that are not known to us are left out.
        self._movements = movements[
            np.isin(movements["event_type"], (layout.FIXATION, layout.SACCADE))
        ]
        self._blinks = blinks[blinks["event_type"] == layout.BLINK]
        ends = [rows["end_timestamp_ns"] for rows in (self._movements, self._blinks)]
        all_ends: NDArray[np.int64] = np.concatenate(ends).astype(np.int64)
        self._order = np.argsort(all_ends, kind="stable")
        self.times_unix_ns = all_ends[self._order]
        self._mean_offset_px = mean_offset_px

    def data(self, shift_ns: int = 0) -> Iterator[EyeEvent]:
        """Give the events.

        Args:
            shift_ns: added to each instant.
        """
        for index in self._order.tolist():
            if index < len(self._movements):
                yield self._movement(self._movements[index], shift_ns)
            else:
                row = self._blinks[index - len(self._movements)]
                yield Blink(
                    start_unix_ns=int(row["start_timestamp_ns"]) + shift_ns,
                    end_unix_ns=int(row["end_timestamp_ns"]) + shift_ns,
                )

    def _movement(self, row: np.void, shift_ns: int) -> Fixation | Saccade:
        offset_x, offset_y = self._mean_offset_px
        kind = Fixation if row["event_type"] == layout.FIXATION else Saccade
        return kind(
            start_unix_ns=int(row["start_timestamp_ns"]) + shift_ns,
            end_unix_ns=int(row["end_timestamp_ns"]) + shift_ns,
            start_gaze_px=(float(row["start_gaze_x"]), float(row["start_gaze_y"])),
            end_gaze_px=(float(row["end_gaze_x"]), float(row["end_gaze_y"])),
            mean_gaze_px=(
                float(row["mean_gaze_x"]) + offset_x,
                float(row["mean_gaze_y"]) + offset_y,
            ),
            amplitude_px=float(row["amplitude_pixels"]),
            amplitude_deg=float(row["amplitude_angle_deg"]),
            mean_velocity_px_s=float(row["mean_velocity"]),
            max_velocity_px_s=float(row["max_velocity"]),
        )
