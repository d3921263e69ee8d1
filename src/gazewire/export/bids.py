"""Eye tracking data of BIDS, the Brain Imaging Data Structure, version 1.11.

Each eye, and the gaze of both, is a physiological recording of type ``eyetrack``: a table without
header for the samples, one for what happened, and a document (the sidecar) that describes each.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire import __version__
from gazewire.recording import Recording, TimeSeries
from gazewire.recording.time_series import joined

__all__ = ["write_bids"]

_VERSION = "1.11.0"
_NS_PER_S = 1_000_000_000
_TASK = "recording"
_MISSING = "n/a"
_SOFTWARE = f"gazewire {__version__}"
# The format is for regular sampling: a gap of that many intervals is filled.
_GAP_INTERVALS = 1.5
# Longer gaps stay gaps: to fill them would cost more than it tells.
_MOST_FILLED = 1_000_000
_MAKERS: Final = {
    "neon": ("Pupil Labs", "Neon"),
    "invisible": ("Pupil Labs", "Invisible"),
    "core": ("Pupil Labs", "Core"),
}
_SECONDS = {"Description": "time since the first sample", "Units": "s"}


@dataclass(frozen=True, slots=True, eq=False)
class _Eye:
    # What goes into one file of samples.
    recorded: str
    times_unix_ns: NDArray[np.int64]
    x_px: NDArray[np.float64]
    y_px: NDArray[np.float64]
    pupil_mm: NDArray[np.float64] | None


def write_bids(recording: Recording, out: Path) -> tuple[Path, ...]:
    """Add a recording to a BIDS data set, which is made where there is none.

    The recording becomes the next subject (``sub-01`` ...); who that is says ``participants.tsv``.

    Returns:
        The files that were written.

    Raises:
        FileExistsError: another program took the same subject at the same time.
        OSError: something cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    label = _add_subject(recording, out)
    folder = out / f"sub-{label}" / "beh"
    folder.mkdir(parents=True)
    return _Writer(recording, folder, f"sub-{label}_task-{_TASK}").write()


def _add_subject(recording: Recording, out: Path) -> str:
    described = out / "dataset_description.json"
    if not described.exists():
        facts = {
            "Name": "Eye tracking recordings",
            "BIDSVersion": _VERSION,
            "DatasetType": "raw",
            "License": "n/a",
            "Authors": ["n/a"],
            "GeneratedBy": [{"Name": "gazewire", "Version": __version__}],
        }
        _write_json(described, facts)
        (out / "README").write_text(
            f"Eye tracking recordings, converted by {_SOFTWARE}.\n", encoding="utf-8"
        )
        _write_json(
            out / "participants.json",
            {
                "recording_id": {"Description": "UUID of the recording"},
                "recording_name": {"Description": "what its users call it"},
            },
        )
    number = 1
    while True:
        try:
            (out / f"sub-{number:02}").mkdir()
            break
        except FileExistsError:
            number += 1
    label = f"{number:02}"
    participants = out / "participants.tsv"
    is_new = not participants.exists()
    with participants.open("a", encoding="utf-8", newline="") as file:
        if is_new:
            file.write("participant_id\trecording_id\trecording_name\n")
        facts_ = recording.facts
        told = (f"sub-{label}", facts_.recording_id or _MISSING, facts_.name or _MISSING)
        file.write("\t".join(map(_cell, told)) + "\n")
    return label


class _Writer:
    def __init__(self, recording: Recording, folder: Path, stem: str) -> None:
        self._recording = recording
        self._folder = folder
        self._stem = stem
        self._written: list[Path] = []

    def write(self) -> tuple[Path, ...]:
        eyes = _eyes(self._recording)
        firsts = [int(eye.times_unix_ns[0]) for eye in eyes]
        start_ns = min(firsts, default=self._recording.facts.start_unix_ns or 0)
        for number, eye in enumerate(eyes, 1):
            self._write_eye(eye, f"eye{number}", start_ns)
        self._write_events(start_ns)
        return tuple(self._written)

    def _write_eye(self, eye: _Eye, label: str, start_ns: int) -> None:
        rate_hz, columns = _regular(eye, start_ns)
        manufacturer, model = _MAKERS[self._recording.facts.layout]
        px = {"Description": "gaze in the picture of the scene camera", "Units": "pixel"}
        sidecar: dict[str, object] = {
            "SamplingFrequency": rate_hz,
            "StartTime": 0.0,
            "Columns": list(columns),
            "PhysioType": "eyetrack",
            "RecordedEye": eye.recorded,
            "SampleCoordinateSystem": "gaze-in-world",
            "Manufacturer": manufacturer,
            "ManufacturersModelName": model,
            "SoftwareVersions": self._recording.facts.software or _MISSING,
            "DeviceSerialNumber": self._recording.facts.device_serial or _MISSING,
            "timestamp": _SECONDS,
            "x_coordinate": {"LongName": "horizontal, from the left edge", **px},
            "y_coordinate": {"LongName": "vertical, from the top edge", **px},
        }
        if "pupil_size" in columns:
            sidecar["pupil_size"] = {"Description": "diameter of the pupil", "Units": "mm"}
        stem = f"{self._stem}_recording-{label}"
        self._write_samples(f"{stem}_physio", columns, sidecar)
        self._write_movements(f"{stem}_physioevents", start_ns)

    def _write_samples(
        self,
        stem: str,
        columns: Mapping[str, NDArray[np.float64]],
        sidecar: Mapping[str, object],
    ) -> None:
        cells = [
            [_MISSING if c == "null" else c for c in _numbers(values)]
            for values in columns.values()
        ]
        self._write_table(stem, ["\t".join(row) for row in zip(*cells, strict=True)], sidecar)

    def _write_movements(self, stem: str, start_ns: int) -> None:
        lines: list[tuple[int, int | None, str, str]] = []
        for name, kind in (("fixations", "fixation"), ("saccades", "saccade"), ("blinks", "blink")):
            if name not in self._recording.series_names:
                continue
            series = self._recording.series(name)
            if "end_unix_ns" not in series.columns:
                continue
            ends = series["end_unix_ns"].astype(np.int64).tolist()
            for at, end in zip(series.times_unix_ns.tolist(), ends, strict=True):
                lines.append((at, max(0, end - at), kind, _MISSING))
        for event in self._recording.events:
            lines.append((event.timestamp_unix_ns, None, _MISSING, event.name or _MISSING))
        lines.sort(key=lambda line: line[0])
        rows = [
            "\t".join(
                (
                    repr((at - start_ns) / _NS_PER_S),
                    _MISSING if length is None else repr(length / _NS_PER_S),
                    kind,
                    _cell(message),
                )
            )
            for at, length, kind, message in lines
        ]
        sidecar = {
            "Columns": ["onset", "duration", "trial_type", "message"],
            "Description": "movements of the eyes, and what users marked",
            "OnsetSource": "timestamp",
            "onset": {"Description": "when it began", "Units": "s"},
            "duration": {"Description": "how long it lasted", "Units": "s"},
            "trial_type": {"Description": "fixation, saccade or blink"},
            "message": {"Description": "name of a mark"},
        }
        self._write_table(stem, rows, sidecar)

    def _write_table(self, stem: str, rows: list[str], sidecar: Mapping[str, object]) -> None:
        path = self._folder / f"{stem}.tsv.gz"
        content = "".join(f"{row}\n" for row in rows).encode()
        # No name and no time in its head: the same data give the same file.
        path.write_bytes(gzip.compress(content, compresslevel=6, mtime=0))
        side = self._folder / f"{stem}.json"
        _write_json(side, sidecar)
        self._written += [path, side]

    def _write_events(self, start_ns: int) -> None:
        path = self._folder / f"{self._stem}_events.tsv"
        rows = ["onset\tduration\ttrial_type"]
        for event in self._recording.events:
            onset_s = (event.timestamp_unix_ns - start_ns) / _NS_PER_S
            rows.append(f"{onset_s!r}\t{_MISSING}\t{_cell(event.name or _MISSING)}")
        path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
        side = path.with_suffix(".json")
        described = {"trial_type": {"Description": "name of a mark that was set while recording"}}
        _write_json(side, {"TaskName": _TASK, **described})
        self._written += [path, side]


def _eyes(recording: Recording) -> list[_Eye]:
    names = recording.series_names
    if "gaze" not in names or not len(recording.series("gaze")):
        return []
    state = recording.series("eye_state") if "eye_state" in names else None
    found = [_eye("cyclopean", recording.series("gaze"), None, "")]
    for side in ("left", "right"):
        name = f"gaze_{side}"
        if name in names and len(recording.series(name)):
            found.append(_eye(side, recording.series(name), state, side))
        elif state is not None and len(state):
            times = np.unique(state.times_unix_ns)
            rows = np.full(len(times), np.nan)
            nowhere = joined(times, {"x_px": rows, "y_px": rows})
            found.append(_eye(side, TimeSeries(name, nowhere), state, side))
    return found


def _eye(recorded: str, gaze: TimeSeries, state: TimeSeries | None, side: str) -> _Eye:
    times, first = np.unique(gaze.times_unix_ns, return_index=True)
    x, y = (gaze[name].astype(np.float64)[first] for name in ("x_px", "y_px"))
    pupil = None
    if state is not None and len(state):
        # Both come from the same pictures of the eyes: instants agree, or there is none.
        sampled = state.sample(times, tolerance_ns=0)
        pupil = sampled[f"pupil_diameter_{side}_mm"].astype(np.float64)
    return _Eye(recorded, times, x, y, pupil)


def _regular(eye: _Eye, start_ns: int) -> tuple[float, dict[str, NDArray[np.float64]]]:
    """Put rows of nothing where samples were dropped, one for each interval."""
    times = eye.times_unix_ns
    steps = np.diff(times)
    interval_ns = float(np.median(steps)) if len(steps) else _NS_PER_S
    missing = np.where(steps > _GAP_INTERVALS * interval_ns, np.rint(steps / interval_ns) - 1, 0)
    if missing.sum() > _MOST_FILLED:
        missing[:] = 0
    counts = missing.astype(np.int64)
    # Where each sample goes, and where the rows of nothing are.
    at = np.arange(len(times)) + np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    total = int(at[-1]) + 1
    elapsed_s = np.interp(np.arange(total), at, (times - start_ns) / _NS_PER_S)
    values = {"x_coordinate": eye.x_px, "y_coordinate": eye.y_px}
    if eye.pupil_mm is not None:
        values["pupil_size"] = eye.pupil_mm
    columns = {"timestamp": np.round(elapsed_s, 9)}
    for name, known in values.items():
        column = np.full(total, np.nan)
        column[at] = known
        columns[name] = column
    return _NS_PER_S / interval_ns, columns


def _numbers(values: NDArray[np.float64]) -> list[str]:
    if not len(values):
        return []
    return msgspec.json.encode(values.tolist()).decode()[1:-1].split(",")


def _cell(text: str) -> str:
    return re.sub(r"[\s\x00-\x1f]+", " ", text).strip() or _MISSING


def _write_json(path: Path, facts: Mapping[str, object]) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=4) + b"\n")
