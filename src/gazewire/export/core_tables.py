"""The tables of a Core recording, as Pupil Player's raw data exporter writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.errors import RemoteProtocolError
from gazewire.export.table import Column, Table
from gazewire.recording import Recording
from gazewire.recording.core import data, layout, read_data, read_pldata, read_timestamps
from gazewire.recording.finding import Findings
from gazewire.wire.ipc import decode_map

__all__ = ["core_tables"]

_MS_PER_S = 1000.0
_POINT = ("gaze_point_3d_x", "gaze_point_3d_y", "gaze_point_3d_z")
_FIXED_KEYS = frozenset({"topic", "timestamp", "label", "duration", "added_in_capture"})


def core_tables(recording: Recording) -> Iterator[Table]:
    """Make the tables, those of which the recording has the data; times are Core times.

    ``world_index`` is the picture of the scene nearest in time, and 0 without a scene. What is
    damaged is left out; `Recording.findings` says it.
    """
    exporter = _Exporter(recording.folder)
    yield from exporter.tables()


class _Exporter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # The same as the recording itself notes.
        self._findings = Findings()
        self._world_s = read_timestamps(folder / f"world{layout.TIMESTAMPS}", self._findings)

    def tables(self) -> Iterator[Table]:
        kinds = {
            "pupil": self._pupil,
            "gaze": self._gaze,
            "fixations": self._fixations,
            "blinks": self._blinks,
            "annotation": self._annotations,
        }
        for kind, table in kinds.items():
            if self._path(kind).exists():
                yield table()
        if len(self._world_s):
            yield Table("world_timestamps", {"# timestamps [seconds]": self._world_s})

    def _path(self, kind: str) -> Path:
        return self._folder / f"{kind}{layout.PLDATA}"

    def _pupil(self) -> Table:
        found = read_data(self._path("pupil"), data.CorePupil, self._findings)
        found.sort(key=lambda pair: pair[1].timestamp)
        times_s = _times_s([datum for _, datum in found])
        values = _columns(
            data.PUPIL_COLUMNS, [data.pupil_row(datum, topic) for topic, datum in found]
        )
        columns: dict[str, Column] = {
            "pupil_timestamp": times_s,
            "world_index": self._world_index(times_s),
        }
        for name, column in values.items():
            columns[name] = column
            if name == "model_confidence":
                columns["model_id"] = [""] * len(found)
        return Table("pupil_positions", columns)

    def _gaze(self) -> Table:
        found = read_data(self._path("gaze"), data.CoreGaze, self._findings)
        found.sort(key=lambda pair: pair[1].timestamp)
        times_s = _times_s([datum for _, datum in found])
        values = _columns(
            data.GAZE_COLUMNS, [data.gaze_row(datum, topic) for topic, datum in found]
        )
        columns: dict[str, Column] = {
            "gaze_timestamp": times_s,
            "world_index": self._world_index(times_s),
        }
        for name, column in values.items():
            columns[name] = column
            if name == "norm_pos_y":
                columns["base_data"] = [
                    " ".join(f"{base.timestamp!r}-{base.id}" for base in datum.base_data)
                    for _, datum in found
                ]
        return Table("gaze_positions", columns)

    def _fixations(self) -> Table:
        found = read_data(self._path("fixations"), data.CoreFixation, self._findings)
        # Online, a fixation is told again while it grows; the last word counts.
        newest = {datum.id: datum for _, datum in found}
        fixations = sorted(newest.values(), key=lambda datum: datum.timestamp)
        starts_s = _times_s(fixations)
        length_ms = np.array([datum.duration for datum in fixations], np.float64)
        rows = _columns(data.FIXATION_COLUMNS, [data.fixation_row(d, "") for d in fixations])
        columns: dict[str, Column] = {
            "id": rows["id"],
            "start_timestamp": starts_s,
            "duration": length_ms,
            "start_frame_index": self._world_index(starts_s),
            "end_frame_index": self._world_index(starts_s + np.nan_to_num(length_ms) / _MS_PER_S),
        }
        for name in ("norm_pos_x", "norm_pos_y", "dispersion", "confidence", "method", *_POINT):
            columns[name] = rows[name]
        columns["base_data"] = [
            " ".join(map(repr, data.base_times_s(datum))) for datum in fixations
        ]
        return Table("fixations", columns)

    def _blinks(self) -> Table:
        found = read_data(self._path("blinks"), data.CoreBlink, self._findings)
        onset: data.CoreBlink | None = None
        pairs = []
        for _, datum in found:
            if datum.type == "onset":
                onset = datum
            elif datum.type == "offset" and onset is not None:
                pairs.append((onset, datum))
                onset = None
        starts_s = _times_s([start for start, _ in pairs])
        ends_s = _times_s([end for _, end in pairs])
        columns: dict[str, Column] = {
            "id": np.arange(1, len(pairs) + 1),
            "start_timestamp": starts_s,
            "duration": ends_s - starts_s,
            "end_timestamp": ends_s,
            "start_frame_index": self._world_index(starts_s),
            "index": self._world_index((starts_s + ends_s) / 2),
            "end_frame_index": self._world_index(ends_s),
            "confidence": np.array([(a.confidence + b.confidence) / 2 for a, b in pairs]),
            "filter_response": [""] * len(pairs),
            "base_data": [
                " ".join(repr(base.timestamp) for d in pair for base in d.base_data)
                for pair in pairs
            ],
        }
        return Table("blinks", columns)

    def _annotations(self) -> Table:
        path = self._path("annotation")
        marks = []
        for record in read_pldata(path.read_bytes(), path.name, self._findings):
            try:
                mark = decode_map(record.payload)
            except RemoteProtocolError:
                continue
            if isinstance(mark.get("timestamp"), float) and isinstance(mark.get("label"), str):
                marks.append(mark)
        times_s = np.array([mark["timestamp"] for mark in marks], np.float64)
        order = np.argsort(times_s, kind="stable")
        marks = [marks[i] for i in order]
        custom = sorted({key for mark in marks for key in mark} - _FIXED_KEYS)
        columns: dict[str, Column] = {
            "index": self._world_index(times_s[order]),
            "timestamp": times_s[order],
        }
        for key in ("label", "duration", *custom):
            columns[key] = [_text(mark.get(key)) for mark in marks]
        return Table("annotations", columns)

    def _world_index(self, times_s: NDArray[np.float64]) -> NDArray[np.intp]:
        world_s = self._world_s
        if not len(world_s):
            return np.zeros(len(times_s), np.intp)
        after = np.searchsorted(world_s, times_s).clip(max=len(world_s) - 1)
        before = (after - 1).clip(min=0)
        is_before = np.abs(times_s - world_s[before]) <= np.abs(world_s[after] - times_s)
        return np.where(is_before, before, after)


def _times_s(found: Sequence[data.CoreDatum | data.CoreFixation]) -> NDArray[np.float64]:
    return np.array([datum.timestamp for datum in found], np.float64)


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, Column]:
    by_column = zip(*rows, strict=True) if rows else ([] for _ in names)
    columns: dict[str, Column] = {}
    for name, values in zip(names, by_column, strict=True):
        listed = list(values)
        if any(isinstance(value, str) for value in listed):
            columns[name] = [str(value) for value in listed]
        else:
            columns[name] = np.array(listed)
    return columns


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError):
        return repr(value)
