"""A folder of Pupil Core 2.x as a `Recording`."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.model import Event
from gazewire.optics import Camera
from gazewire.recording.core import data, layout
from gazewire.recording.core.intrinsics import read_intrinsics
from gazewire.recording.core.pldata import read_pldata
from gazewire.recording.finding import Findings
from gazewire.recording.recording import Recording, RecordingContents, RecordingFacts
from gazewire.recording.rows import check_rising, read_file
from gazewire.recording.time_series import joined
from gazewire.recording.video_series import VideoPart, VideoSeries

__all__ = [
    "CoreClock",
    "core_clock",
    "is_core",
    "open_core",
    "read_data",
    "read_timestamps",
]

_Rows = NDArray[np.void]
_D = TypeVar("_D", data.CorePupil, data.CoreGaze, data.CoreFixation, data.CoreBlink)
_NS_PER_S = 1_000_000_000
_TEXT_COLUMNS = {"method": np.dtype("U24"), "type": np.dtype("U8")}
_INTEGER_COLUMNS = {"eye_id", "id"}
_TIME_TYPE = np.dtype("<f8")
_NPY_MAGIC = b"\x93NUMPY"
_NPY_HEAD_BYTES = 10


class _Info(msgspec.Struct, frozen=True, kw_only=True):
    duration_s: float | None = None
    recording_name: str | None = None
    recording_software_name: str | None = None
    recording_software_version: str | None = None
    recording_uuid: str | None = None
    start_time_synced_s: float | None = None
    start_time_system_s: float | None = None


class _Annotation(msgspec.Struct, frozen=True, kw_only=True):
    timestamp: float
    label: str


class CoreClock:
    """Core time to Unix time, by the instant at which the recording began in both.

    Args:
        start_synced_s: Core time.
        start_system_s: Unix time.
    """

    def __init__(self, start_synced_s: float, start_system_s: float) -> None:
        self._start_synced_s = start_synced_s
        self.start_unix_ns = round(start_system_s * _NS_PER_S)

    @property
    def start_core_s(self) -> float:
        """Core time at which the recording began."""
        return self._start_synced_s

    def instant_ns(self, core_s: float) -> int:
        """Convert one Core time, in the same way."""
        return int(self.unix_ns(np.array([core_s]))[0])

    def unix_ns(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Convert Core times; what is no number, or beyond 64 bits, is the beginning."""
        elapsed = (times_s - self._start_synced_s) * _NS_PER_S
        is_sane = np.isfinite(elapsed) & (np.abs(elapsed) < 2**62)
        return np.rint(np.where(is_sane, elapsed, 0.0)).astype(np.int64) + self.start_unix_ns


def is_core(folder: Path) -> bool:
    """Tell whether a folder has a file that a recording of Core has."""
    return (folder / layout.INFO_FILE).exists() or any(folder.glob(f"*{layout.PLDATA}"))


def core_clock(folder: Path) -> CoreClock:
    """Tell how Core time and Unix time of a recording belong together."""
    return _Archive(folder, Findings()).clock


def open_core(folder: Path) -> Recording:
    """Open a recording of Pupil Core; see `Recording`."""
    findings = Findings()
    archive = _Archive(folder, findings)
    return Recording(folder, archive.facts, archive.contents(), findings)


def read_data(path: Path, kind: type[_D], findings: Findings) -> list[tuple[str, _D]]:
    """Read the data of one file with their topics, in the order of the file."""
    decoder = msgspec.msgpack.Decoder(kind, strict=False, ext_hook=_nested)
    found = []
    for record in read_pldata(read_file(path, findings), path.name, findings):
        try:
            found.append((record.topic, decoder.decode(record.payload)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
            findings.add(path.name, record.offset, f"a record is damaged: {error}")
    return found


def read_timestamps(path: Path, findings: Findings) -> NDArray[np.float64]:
    """Read a ``_timestamps.npy`` as far as it goes, whatever number its header tells."""
    content = read_file(path, findings)
    start = _NPY_HEAD_BYTES + int.from_bytes(content[8:10], "little")
    head = content[_NPY_HEAD_BYTES:start]
    try:
        told = ast.literal_eval(head.decode("latin-1").strip())
        row = np.dtype(told["descr"])
        is_plain = row.kind == "f" and content.startswith(_NPY_MAGIC) and len(content) >= start
        n_told = int(told["shape"][0])
    except (SyntaxError, ValueError, TypeError, KeyError, IndexError, MemoryError, RecursionError):
        is_plain, row, n_told = False, _TIME_TYPE, 0
    if not is_plain:
        if content:
            findings.add(path.name, 0, "it does not begin as a column of numbers does")
        return np.empty(0)
    count, rest = divmod(len(content) - start, row.itemsize)
    if rest:
        findings.add(path.name, len(content) - rest, f"the last {rest} bytes are no whole number")
    if count != n_told:
        findings.add(path.name, _NPY_HEAD_BYTES, f"it tells of {n_told} numbers, and has {count}")
    return np.frombuffer(content, row, count, start).astype(np.float64)


def _nested(code: int, content: memoryview) -> object:
    # Results of Player keep maps within maps packed.
    return msgspec.msgpack.decode(content) if code == 13 else None


class _Archive:
    """Knows which file holds what, and notes what is wrong with it."""

    def __init__(self, folder: Path, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        info = self._read_info()
        self.clock = CoreClock(info.start_time_synced_s or 0.0, info.start_time_system_s or 0.0)
        software = (info.recording_software_name, info.recording_software_version)
        self.facts = RecordingFacts(
            layout="core",
            recording_id=info.recording_uuid,
            name=info.recording_name or folder.name,
            software=" ".join(text for text in software if text) or None,
            start_unix_ns=self.clock.start_unix_ns,
            start_core_s=self.clock.start_core_s,
            duration_ns=None if info.duration_s is None else round(info.duration_s * _NS_PER_S),
        )

    def contents(self) -> RecordingContents:
        readers: dict[str, Callable[[], _Rows]] = {
            "gaze": self._gaze,
            "pupil": self._pupil,
            "fixations": self._fixations,
            "blinks": self._blinks,
        }
        series = {
            name: reader
            for name, reader in readers.items()
            if (self._folder / f"{name}{layout.PLDATA}").exists()
        }
        return RecordingContents(
            series=series, videos=self._videos(), events=self._events, cameras=self._cameras
        )

    def _read_info(self) -> _Info:
        path = self._folder / layout.INFO_FILE
        content = read_file(path, self._findings)
        if not content:
            said = "it is missing or empty; times are those of Core, not of the clock on the wall"
            self._findings.add(path.name, None, said)
            return _Info()
        try:
            return msgspec.json.decode(content, type=_Info)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._findings.add(path.name, None, f"it does not describe a recording: {error}")
            return _Info()

    def _table(
        self,
        name: str,
        kind: type[_D],
        columns: tuple[str, ...],
        row_of: Callable[[_D, str], tuple[object, ...]],
    ) -> _Rows:
        found = read_data(self._folder / f"{name}{layout.PLDATA}", kind, self._findings)
        times_s = np.array([datum.timestamp for _, datum in found], np.float64)
        values = [row_of(datum, topic) for topic, datum in found]
        types = [
            _TEXT_COLUMNS.get(c, np.dtype(np.int64 if c in _INTEGER_COLUMNS else np.float64))
            for c in columns
        ]
        rows = np.array(values, np.dtype(list(zip(columns, types, strict=True))))
        table: dict[str, NDArray[np.generic]] = {"timestamp_s": times_s}
        return joined(self.clock.unix_ns(times_s), table | {c: rows[c] for c in columns})

    def _pupil(self) -> _Rows:
        return self._table("pupil", data.CorePupil, data.PUPIL_COLUMNS, data.pupil_row)

    def _blinks(self) -> _Rows:
        return self._table("blinks", data.CoreBlink, data.BLINK_COLUMNS, data.blink_row)

    def _gaze(self) -> _Rows:
        rows = self._table("gaze", data.CoreGaze, data.GAZE_COLUMNS, data.gaze_row)
        # Positions count from the bottom left, in widths and heights.
        width, height = self._scene_size_px() or (np.nan, np.nan)
        pixels: dict[str, NDArray[np.generic]] = {
            "x_px": rows["norm_pos_x"] * width,
            "y_px": (1 - rows["norm_pos_y"]) * height,
        }
        names = [name for name in rows.dtype.names or () if name != "timestamp_unix_ns"]
        return joined(rows["timestamp_unix_ns"], pixels | {name: rows[name] for name in names})

    def _fixations(self) -> _Rows:
        columns = data.FIXATION_COLUMNS
        rows = self._table("fixations", data.CoreFixation, columns, data.fixation_row)
        length_ns = np.nan_to_num(rows["duration_ms"] * 1e6, posinf=0, neginf=0).clip(0, 2**60)
        ends = rows["timestamp_unix_ns"] + np.rint(length_ns).astype(np.int64)
        names = [name for name in rows.dtype.names or () if name != "timestamp_unix_ns"]
        end: dict[str, NDArray[np.generic]] = {"end_unix_ns": ends}
        return joined(rows["timestamp_unix_ns"], end | {name: rows[name] for name in names})

    def _scene_size_px(self) -> tuple[float, float] | None:
        cameras = self._intrinsics("world")
        if cameras:
            return float(cameras[0].width), float(cameras[0].height)
        video = self._videos().get("world")
        size = video.size_px if video is not None else None
        return None if size is None else (float(size[0]), float(size[1]))

    def _intrinsics(self, name: str) -> tuple[Camera, ...]:
        return read_intrinsics(self._folder / f"{name}{layout.INTRINSICS}", self._findings)

    def _cameras(self) -> dict[str, Camera]:
        cameras = {}
        for name, video in self._videos().items():
            known = {(one.width, one.height): one for one in self._intrinsics(name)}
            with contextlib.closing(video):
                size = video.size_px
            if size in known:
                cameras[name] = known[size]
        return cameras

    def _events(self) -> tuple[Event, ...]:
        name = f"annotation{layout.PLDATA}"
        content = read_file(self._folder / name, self._findings)
        events = []
        for record in read_pldata(content, name, self._findings):
            try:
                mark = msgspec.msgpack.decode(record.payload, type=_Annotation)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                self._findings.add(name, record.offset, f"a record is damaged: {error}")
                continue
            at = int(self.clock.unix_ns(np.array([mark.timestamp]))[0])
            events.append(
                Event(name=mark.label, timestamp_unix_ns=at, recording_id=self.facts.recording_id)
            )
        return tuple(sorted(events, key=lambda event: event.timestamp_unix_ns))

    def _videos(self) -> dict[str, VideoSeries]:
        videos = {}
        for camera in layout.CAMERAS:
            path = self._folder / f"{camera}.mp4"
            times_path = self._folder / f"{camera}{layout.TIMESTAMPS}"
            if not path.exists() and not times_path.exists():
                continue
            times = self.clock.unix_ns(read_timestamps(times_path, self._findings))
            check_rising(times_path, times, self._findings)
            videos[camera] = VideoSeries(camera, [VideoPart(path, times)], self._findings)
        return videos
