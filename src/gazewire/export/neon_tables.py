"""The tables of a recording of Neon or Invisible, as the vendor's cloud exports them.

Names of files and columns, and what stands in them, are those of its "Timeseries Data".
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gazewire.export.table import Column, Table
from gazewire.recording import Recording, TimeSeries

__all__ = ["neon_tables"]

_NS_PER_MS = 1_000_000
_EYE_SIDES = ("left", "right")
_Numbers = NDArray[np.float64]


def neon_tables(recording: Recording) -> Iterator[Table]:
    """Make the tables, those of which the recording has the data.

    A recording has one section, which is all of it. Without calibration, directions are empty.
    """
    exporter = _Exporter(recording)
    names = recording.series_names
    if "gaze" in names:
        yield exporter.gaze()
    if "fixations" in names:
        yield exporter.fixations()
    if "saccades" in names:
        yield exporter.saccades()
    if "blinks" in names:
        yield exporter.blinks()
    if "eye_state" in names:
        yield exporter.eye_states()
    if "imu" in names:
        yield exporter.imu()
    if "world" in recording.videos:
        times = recording.videos["world"].times_unix_ns
        yield exporter.table("world_timestamps", {"timestamp [ns]": times})
    yield exporter.events()


class _Exporter:
    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._camera = recording.cameras.get("world")
        self._id = recording.facts.recording_id or recording.folder.name
        self._section = str(uuid.uuid5(uuid.NAMESPACE_OID, f"section {self._id}"))

    def table(self, name: str, columns: dict[str, Column]) -> Table:
        count = len(next(iter(columns.values())))
        ids: dict[str, Column] = {
            "section id": [self._section] * count,
            "recording id": [self._id] * count,
        }
        return Table(name, ids | columns)

    def gaze(self) -> Table:
        gaze = self._recording.series("gaze")
        times = gaze.times_unix_ns
        x, y = _px(gaze["x_px"]), _px(gaze["y_px"])
        azimuth, elevation = self._angles(x, y)
        return self.table(
            "gaze",
            {
                "timestamp [ns]": times,
                "gaze x [px]": x,
                "gaze y [px]": y,
                "worn": gaze["worn"].astype(np.float64),
                "fixation id": self._member_of("fixations", times),
                "blink id": self._member_of("blinks", times),
                "azimuth [deg]": azimuth,
                "elevation [deg]": elevation,
            },
        )

    def fixations(self) -> Table:
        fixations = self._recording.series("fixations")
        x, y = _px(fixations["mean_gaze_x"]), _px(fixations["mean_gaze_y"])
        azimuth, elevation = self._angles(x, y)
        columns = self._interval("fixation", fixations) | {
            "fixation x [px]": x,
            "fixation y [px]": y,
            "azimuth [deg]": azimuth,
            "elevation [deg]": elevation,
        }
        return self.table("fixations", columns)

    def saccades(self) -> Table:
        saccades = self._recording.series("saccades")
        columns = self._interval("saccade", saccades) | {
            "amplitude [px]": saccades["amplitude_pixels"],
            "amplitude [deg]": saccades["amplitude_angle_deg"],
            "mean velocity [px/s]": saccades["mean_velocity"],
            "peak velocity [px/s]": saccades["max_velocity"],
        }
        return self.table("saccades", columns)

    def blinks(self) -> Table:
        return self.table("blinks", self._interval("blink", self._recording.series("blinks")))

    def eye_states(self) -> Table:
        state = self._recording.series("eye_state")
        sources = {f"pupil diameter {s} [mm]": f"pupil_diameter_{s}_mm" for s in _EYE_SIDES}
        for s in _EYE_SIDES:
            sources |= {f"eyeball center {s} {a} [mm]": f"eyeball_center_{s}_{a}" for a in "xyz"}
        for s in _EYE_SIDES:
            sources |= {f"optical axis {s} {a}": f"optical_axis_{s}_{a}" for a in "xyz"}
        for s in _EYE_SIDES:
            sources |= {
                f"eyelid angle top {s} [rad]": f"eyelid_angle_top_{s}",
                f"eyelid angle bottom {s} [rad]": f"eyelid_angle_bottom_{s}",
                f"eyelid aperture {s} [mm]": f"eyelid_aperture_{s}_mm",
            }
        columns: dict[str, Column] = {"timestamp [ns]": state.times_unix_ns}
        # Not every device measures the lids.
        columns |= {to: state[name] for to, name in sources.items() if name in state.columns}
        return self.table("3d_eye_states", columns)

    def imu(self) -> Table:
        imu = self._recording.series("imu")
        has_orientation = "quaternion_w" in imu.columns
        unit = "g" if has_orientation else "G"
        columns: dict[str, Column] = {"timestamp [ns]": imu.times_unix_ns}
        columns |= {f"gyro {a} [deg/s]": imu[f"gyro_{a}"] for a in "xyz"}
        columns |= {f"acceleration {a} [{unit}]": imu[f"accel_{a}"] for a in "xyz"}
        if has_orientation:
            columns |= _orientation(imu)
            columns |= {f"quaternion {a}": imu[f"quaternion_{a}"] for a in "wxyz"}
        return self.table("imu", columns)

    def events(self) -> Table:
        events = self._recording.events
        return Table(
            "events",
            {
                "recording id": [self._id] * len(events),
                "timestamp [ns]": np.array([e.timestamp_unix_ns for e in events], np.int64),
                "name": [event.name or "" for event in events],
                "type": ["recording"] * len(events),
            },
        )

    def _interval(self, kind: str, series: TimeSeries) -> dict[str, Column]:
        starts, ends = series.times_unix_ns, series["end_unix_ns"].astype(np.int64)
        return {
            f"{kind} id": np.arange(1, len(series) + 1),
            "start timestamp [ns]": starts,
            "end timestamp [ns]": ends,
            "duration [ms]": (ends - starts + _NS_PER_MS // 2) // _NS_PER_MS,
        }

    def _member_of(self, name: str, times_unix_ns: NDArray[np.int64]) -> list[str]:
        """Tell the number of the interval [start, end) that each instant lies in, from 1."""
        if name not in self._recording.series_names:
            return [""] * len(times_unix_ns)
        intervals = self._recording.series(name)
        if not len(intervals):
            return [""] * len(times_unix_ns)
        number = np.searchsorted(intervals.times_unix_ns, times_unix_ns, side="right")
        ends = intervals["end_unix_ns"].astype(np.int64)
        is_member = (number > 0) & (times_unix_ns < ends[(number - 1).clip(min=0)])
        members: list[int] = np.where(is_member, number, 0).tolist()
        return [str(member) if member else "" for member in members]

    def _angles(self, x: _Numbers, y: _Numbers) -> tuple[_Numbers, _Numbers]:
        """Azimuth, positive to the right, and elevation, positive up, in degrees."""
        if self._camera is None or not len(x):
            return np.full(len(x), np.nan), np.full(len(x), np.nan)
        rays = self._camera.unproject(np.stack([x, y], axis=-1))
        rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
        azimuth = np.degrees(np.arctan2(rays[:, 0], rays[:, 2]))
        elevation = -np.degrees(np.arcsin(rays[:, 1].clip(-1, 1)))
        return azimuth, elevation


def _px(values: NDArray[np.generic]) -> _Numbers:
    # Three decimals, as the cloud has them.
    rounded: _Numbers = np.round(values.astype(np.float64), 3).astype(np.float64)
    return rounded


def _orientation(imu: TimeSeries) -> dict[str, Column]:
    # The vendor's angles of its quaternion, found from an export, exact to 1e-14.
    w, x, y, z = (imu[f"quaternion_{axis}"].astype(np.float64) for axis in "wxyz")
    roll = np.arctan2(2 * (y * w - x * z), 2 * (w**2 + z**2) - 1)
    pitch = np.arcsin((2 * (x * w + y * z)).clip(-1, 1))
    yaw = np.arctan2(2 * (z * w - x * y), 2 * (w**2 + y**2) - 1)
    angles = {"roll [deg]": roll, "pitch [deg]": pitch, "yaw [deg]": yaw}
    return {name: np.degrees(angle) for name, angle in angles.items()}
