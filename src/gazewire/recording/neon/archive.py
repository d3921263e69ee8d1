"""A folder of Neon or of Pupil Invisible as a `Recording`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.errors import SourceError
from gazewire.model import Event
from gazewire.optics import Camera
from gazewire.recording.finding import Findings
from gazewire.recording.neon import layout
from gazewire.recording.neon.cameras import calibrated_cameras
from gazewire.recording.neon.recorded_imu import RecordedImu
from gazewire.recording.neon.recorded_info import RecordedInfo, means_lack_offset
from gazewire.recording.neon.samples import find_parts, read_row_type
from gazewire.recording.recording import Recording, RecordingContents, RecordingFacts
from gazewire.recording.rows import check_rising, even, read_file, read_rows
from gazewire.recording.time_series import TimeSeries, joined
from gazewire.recording.video_series import VideoPart, VideoSeries

__all__ = ["is_neon", "open_neon"]

_Rows = NDArray[np.void]
_POINT = {"x": "x_px", "y": "y_px"}
_MOVEMENTS = ("fixations", "saccades")
_VIDEOS = {
    "neon": {"world": layout.SCENE_VIDEO.base, "eyes": layout.EYES_VIDEO.base},
    "invisible": {
        "world": layout.INVISIBLE_SCENE_VIDEO.base,
        "eye0": "PI right v1",
        "eye1": "PI left v1",
    },
}


def is_neon(folder: Path) -> bool:
    """Tell whether a folder has a file that every recording of Neon or Invisible has."""
    return (folder / layout.INFO_FILE).exists() or bool(
        find_parts(folder, layout.GAZE.base, ".raw")
    )


def open_neon(folder: Path) -> Recording:
    """Open a recording of Neon or of Pupil Invisible; see `Recording`."""
    findings = Findings()
    archive = _Archive(folder, findings)
    return Recording(folder, archive.facts, archive.contents(), findings)


class _Info(RecordedInfo, frozen=True, kw_only=True):
    template_data: dict[str, object] = msgspec.field(default_factory=dict)


class _Archive:
    """Knows which file holds what, and notes what is wrong with it."""

    def __init__(self, folder: Path, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        self._newest_times: tuple[Path, NDArray[np.int64]] | None = None
        self._info = self._read_info()
        self._is_invisible = (self._info.data_format_version or "2").startswith("1.") or bool(
            find_parts(folder, layout.INVISIBLE_SCENE_VIDEO.base, ".time")
        )
        name = self._info.template_data.get("recording_name")
        self.facts = RecordingFacts(
            layout="invisible" if self._is_invisible else "neon",
            recording_id=self._info.recording_id,
            name=name if isinstance(name, str) else folder.name,
            software=self._info.app_version,
            device_serial=self._info.module_serial_number or self._info.glasses_serial_number,
            wearer=self._read_wearer(),
            start_unix_ns=self._info.start_time,
            duration_ns=self._info.duration,
            calibration=read_file(folder / layout.CALIBRATION_FILE, findings) or None,
        )

    def contents(self) -> RecordingContents:
        series: dict[str, Callable[[], _Rows]] = {}
        if self._has(layout.GAZE) or (self._folder / f"{layout.POST_PROCESSED_GAZE}.raw").exists():
            series["gaze"] = self._gaze
        for stream in (layout.GAZE_LEFT, layout.GAZE_RIGHT):
            if self._has(stream):
                series[stream.base] = partial(self._renamed, stream, layout.GAZE, _POINT)
        if self._has(layout.EYE_STATE):
            series["eye_state"] = partial(self._renamed, layout.EYE_STATE, layout.EYE_STATE, {})
        if self._has(layout.IMU) or self._has(layout.EXTIMU):
            series["imu"] = self._imu
        if self._has(layout.FIXATIONS):
            for name in _MOVEMENTS:
                series[name] = partial(self._movements, name)
        if self._has(layout.BLINKS):
            series["blinks"] = self._blinks
        return RecordingContents(
            series=series, videos=self._videos(), events=self._events, cameras=self._cameras
        )

    def _has(self, stream: layout.StreamLayout) -> bool:
        return bool(find_parts(self._folder, stream.base, ".raw"))

    # Documents

    def _read_info(self) -> _Info:
        path = self._folder / layout.INFO_FILE
        if not path.exists():
            self._findings.add(path.name, None, "it is missing; nothing tells what was recorded")
            return _Info()
        try:
            return msgspec.json.decode(read_file(path, self._findings), type=_Info)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self._findings.add(path.name, None, f"it does not describe a recording: {error}")
            return _Info()

    def _read_wearer(self) -> str | None:
        content = read_file(self._folder / layout.WEARER_FILE, self._findings)
        try:
            wearer = msgspec.json.decode(content) if content else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self._findings.add(layout.WEARER_FILE, None, f"it is no JSON: {error}")
            wearer = {}
        name = wearer.get("name") if isinstance(wearer, dict) else None
        return name if isinstance(name, str) else None

    def _cameras(self) -> dict[str, Camera]:
        content = self.facts.calibration
        if content is None or self._is_invisible:
            # What size of image the numbers of Invisible are for is not published.
            return {}
        try:
            return calibrated_cameras(content)
        except ValueError as error:
            self._findings.add(
                layout.CALIBRATION_FILE, None, f"it does not describe cameras: {error}"
            )
            return {}

    def _events(self) -> tuple[Event, ...]:
        names_path = self._folder / layout.EVENT_NAMES_FILE
        times_path = self._folder / layout.EVENT_TIMES_FILE
        content = read_file(names_path, self._findings)
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            self._findings.add(names_path.name, error.start, "it is not UTF-8")
            text = content.decode(errors="replace")
        names = text.splitlines()
        times = read_rows(times_path, layout.TIME, self._findings).tolist()
        if len(names) != len(times):
            said = f"{len(names)} names for {len(times)} instants"
            self._findings.add(names_path.name, None, said)
        events = (
            Event(name=name, timestamp_unix_ns=at, recording_id=self._info.recording_id)
            for name, at in zip(names, times, strict=False)
        )
        return tuple(sorted(events, key=lambda event: event.timestamp_unix_ns))

    # Streams

    def _row_type(self, stream: layout.StreamLayout, needed: tuple[str, ...]) -> np.dtype[np.void]:
        try:
            return read_row_type(self._folder, stream, needed)
        except SourceError as error:
            said = f"it does not name the columns, the usual ones are taken: {error}"
            self._findings.add(stream.dtype_file, None, said)
            return stream.row

    def _parts(
        self, stream: layout.StreamLayout, row: np.dtype[np.void], clock: layout.StreamLayout
    ) -> tuple[NDArray[np.int64], _Rows]:
        pairs = [
            self._pair(stream.raw_file(part), clock.time_file(part), row)
            for part in find_parts(self._folder, stream.base, ".raw")
        ]
        if len(pairs) == 1:
            return pairs[0]
        times = [np.empty(0, np.int64), *(pair[0] for pair in pairs)]
        return np.concatenate(times), np.concatenate([np.empty(0, row), *(p[1] for p in pairs)])

    def _pair(
        self, raw_name: str, time_name: str, row: np.dtype[np.void]
    ) -> tuple[NDArray[np.int64], _Rows]:
        raw_path, time_path = self._folder / raw_name, self._folder / time_name
        rows = read_rows(raw_path, row, self._findings)
        times = self._times(time_path)
        args = (time_path, len(times), raw_path, len(rows), row.itemsize, self._findings)
        count = even(*args)
        check_rising(time_path, times[:count], self._findings)
        return times[:count].astype(np.int64, copy=False), rows[:count]

    def _times(self, path: Path) -> NDArray[np.int64]:
        # Gaze and what is known with it share theirs, and are read one after the other.
        if self._newest_times is None or self._newest_times[0] != path:
            self._newest_times = path, read_rows(path, layout.TIME, self._findings)
        return self._newest_times[1]

    def _renamed(
        self, stream: layout.StreamLayout, clock: layout.StreamLayout, names: dict[str, str]
    ) -> _Rows:
        times, rows = self._parts(stream, self._row_type(stream, tuple(names)), clock)
        columns = rows.dtype.names or ()
        return joined(times, {names.get(name, name): rows[name] for name in columns})

    def _gaze(self) -> _Rows:
        row = self._row_type(layout.GAZE, tuple(_POINT))
        post = layout.POST_PROCESSED_GAZE
        times, points = np.empty(0, np.int64), np.empty(0, row)
        if (self._folder / f"{post}.raw").exists():
            times, points = self._pair(f"{post}.raw", f"{post}.time", row)
        if not len(times):
            times, points = self._parts(layout.GAZE, row, layout.GAZE)
        worn = self._worn_at(times)
        return joined(times, {"x_px": points["x"], "y_px": points["y"], "worn": worn})

    def _worn_at(self, times: NDArray[np.int64]) -> NDArray[np.generic]:
        worn = self._worn()
        if len(worn) == len(times) and np.array_equal(worn.times_unix_ns, times):
            return worn["worn"]
        return worn.sample(times)["worn"] if len(times) else np.empty(0, bool)

    def _worn(self) -> TimeSeries:
        row = self._row_type(layout.WORN, ("worn",))
        post = f"{layout.POST_PROCESSED_WORN}.raw"
        times, rows = np.empty(0, np.int64), np.empty(0, row)
        if (self._folder / post).exists():
            times, rows = self._pair(post, f"{layout.POST_PROCESSED_GAZE}.time", row)
        elif self._has(layout.WORN):
            times, rows = self._parts(layout.WORN, row, layout.GAZE)
        if not len(times):  # nobody says that they were not
            times, rows = np.zeros(1, np.int64), np.full(1, layout.WORN_VALUE, layout.WORN.row)
        return TimeSeries("worn", joined(times, {"worn": rows["worn"] == layout.WORN_VALUE}))

    def _imu(self) -> _Rows:
        if self._has(layout.IMU):
            rows = self._renamed(layout.IMU, layout.IMU, {})
            names = [name for name in rows.dtype.names or () if name != "timestamp_ns"]
            kept: _Rows = rows[names]
            return kept
        if self._is_invisible:
            times, values = self._parts(layout.EXTIMU, layout.INVISIBLE_EXTIMU_ROW, layout.EXTIMU)
            return joined(times, {name: values[name] for name in values.dtype.names or ()})
        data = list(RecordedImu(self._folder).data())
        times = np.array([datum.timestamp_unix_ns for datum in data], np.int64)
        numbers = np.array(
            [(*d.gyro_deg_s, *d.accel_g, *d.quaternion_wxyz) for d in data], np.float32
        ).reshape(-1, 10)
        columns = [name for name in layout.IMU.row.names or () if name != "timestamp_ns"]
        return joined(times, {name: numbers[:, i] for i, name in enumerate(columns)})

    def _movements(self, name: str) -> _Rows:
        needed = tuple(layout.FIXATIONS.row.names or ())
        row = self._row_type(layout.FIXATIONS, needed)
        _, rows = self._parts(layout.FIXATIONS, row, layout.FIXATIONS)
        kind = layout.FIXATION if name == "fixations" else layout.SACCADE
        rows = rows[rows["event_type"] == kind]
        table = _intervals(rows)
        if means_lack_offset(self._info.app_version):
            for axis, offset in zip("xy", self._info.gaze_offset, strict=True):
                table[f"mean_gaze_{axis}"] += np.float32(offset)
        return table

    def _blinks(self) -> _Rows:
        row = self._row_type(layout.BLINKS, tuple(layout.BLINKS.row.names or ()))
        _, rows = self._parts(layout.BLINKS, row, layout.BLINKS)
        return _intervals(rows[rows["event_type"] == layout.BLINK])

    # Videos

    def _videos(self) -> dict[str, VideoSeries]:
        videos = {}
        for camera, base in _VIDEOS[self.facts.layout].items():
            numbers = find_parts(self._folder, base, ".mp4") + find_parts(
                self._folder, base, ".time"
            )
            parts = []
            for number in sorted(set(numbers)):
                path = self._folder / f"{base} ps{number}.mp4"
                time_path = path.with_suffix(".time")
                times = read_rows(time_path, layout.TIME, self._findings).astype(np.int64)
                check_rising(time_path, times, self._findings)
                parts.append(VideoPart(path, times))
            if parts:
                videos[camera] = VideoSeries(camera, parts, self._findings)
        return videos


def _intervals(rows: _Rows) -> _Rows:
    # From start to end, then what was measured.
    columns: dict[str, NDArray[np.generic]] = {
        "end_unix_ns": rows["end_timestamp_ns"].astype(np.int64)
    }
    for name in rows.dtype.names or ():
        if name not in (layout.BLINKS.row.names or ()):
            columns[name] = rows[name]
    return joined(rows["start_timestamp_ns"].astype(np.int64), columns)
