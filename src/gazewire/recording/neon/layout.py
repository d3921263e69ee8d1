"""What the files of a Neon native recording are called, and how their rows are laid out.

A recording is one flat folder. A *stream* is a pair ``<base> ps<N>.raw`` and ``<base> ps<N>.time``
for each part N from 1 (a part begins whenever the sensor reconnects), and one ``<base>.dtype`` that
names the columns. Everything is little-endian, each ``.time`` is int64 nanoseconds of Unix time,
and rows are packed. The reader and the writer both take every name and every type from here.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import numpy as np

__all__ = [
    "BLINK",
    "BLINKS",
    "CALIBRATION_FILE",
    "EVENT_NAMES_FILE",
    "EVENT_TIMES_FILE",
    "EXTIMU",
    "EXTIMU_LENGTH",
    "EYELID_COLUMNS",
    "EYES_VIDEO",
    "EYE_STATE",
    "FIXATION",
    "FIXATIONS",
    "GAZE",
    "GAZE_LEFT",
    "GAZE_RIGHT",
    "IMU",
    "INFO_FILE",
    "INVISIBLE_EXTIMU",
    "INVISIBLE_EXTIMU_ROW",
    "INVISIBLE_SCENE_VIDEO",
    "MANIFEST_CRC_FILE",
    "MANIFEST_FILE",
    "NEON_SIZES_PX",
    "NOT_WORN",
    "OCTET",
    "POST_PROCESSED_GAZE",
    "POST_PROCESSED_WORN",
    "RECORDING_BEGIN",
    "RECORDING_END",
    "SACCADE",
    "SCENE_VIDEO",
    "TEMPLATE_FILE",
    "TIME",
    "WEARER_FILE",
    "WORN",
    "WORN_VALUE",
    "StreamLayout",
    "VideoLayout",
    "dtype_from_text",
    "dtype_text",
    "parse_part",
]

INFO_FILE = "info.json"
WEARER_FILE = "wearer.json"
TEMPLATE_FILE = "template.json"
MANIFEST_FILE = "manifest.json"
MANIFEST_CRC_FILE = "manifest.json.crc"
CALIBRATION_FILE = "calibration.bin"
NEON_SIZES_PX = {"world": (1600, 1200), "eye0": (192, 192), "eye1": (192, 192)}
"""For which sizes of image the calibration holds."""

EVENT_NAMES_FILE = "event.txt"
EVENT_TIMES_FILE = "event.time"

RECORDING_BEGIN = "recording.begin"
RECORDING_END = "recording.end"

TIME = np.dtype("<i8")
"""One instant of a ``.time`` file, nanoseconds of Unix time."""

OCTET = np.dtype("u1")

WORN_VALUE = 255
NOT_WORN = 0

# `event_type` of rows of `FIXATIONS` and `BLINKS`.
SACCADE = 0
FIXATION = 1
BLINK = 4

EXTIMU_LENGTH = np.dtype("<u2")
"""What stands before each protobuf message of the `EXTIMU` stream: its length in bytes."""


@dataclass(frozen=True, slots=True)
class StreamLayout:
    """The names and rows of one stream.

    Attributes:
        base: what its file names begin with.
        row: packed little-endian record.
    """

    base: str
    row: np.dtype[np.void]

    @property
    def dtype_file(self) -> str:
        """The file that names the columns; one for all parts."""
        return f"{self.base}.dtype"

    def raw_file(self, part: int) -> str:
        """The file that holds the rows of a part, counted from 1."""
        return f"{self.base} ps{part}.raw"

    def time_file(self, part: int) -> str:
        """The file that holds an instant for each row of a part, counted from 1."""
        return f"{self.base} ps{part}.time"


@dataclass(frozen=True, slots=True)
class VideoLayout:
    """The names and picture of one camera's video.

    Attributes:
        base: what its file names begin with.
        width: pixels in a row.
        height: rows.
        rate_hz: nominal frames a second.
    """

    base: str
    width: int
    height: int
    rate_hz: float

    def video_file(self, part: int) -> str:
        """The container of a part, counted from 1."""
        return f"{self.base} ps{part}.mp4"

    def time_file(self, part: int) -> str:
        """The file that holds an instant for each frame of a part, in display order."""
        return f"{self.base} ps{part}.time"

    def time_aux_file(self, part: int) -> str:
        """The file that holds the instant at which software got each frame."""
        return f"{self.base} ps{part}.time_aux"


def _floats(*names: str) -> list[tuple[str, str]]:
    return [(name, "<f4") for name in names]


def _eye(side: str) -> list[tuple[str, str]]:
    return _floats(
        f"pupil_diameter_{side}_mm",
        *(f"eyeball_center_{side}_{axis}" for axis in "xyz"),
        *(f"optical_axis_{side}_{axis}" for axis in "xyz"),
    )


def _eyelid(side: str) -> list[tuple[str, str]]:
    return _floats(
        f"eyelid_angle_top_{side}", f"eyelid_angle_bottom_{side}", f"eyelid_aperture_{side}_mm"
    )


_PIXEL = np.dtype(_floats("x", "y"))

GAZE = StreamLayout("gaze", _PIXEL)
"""Scene pixels, origin top left."""

GAZE_LEFT = StreamLayout("gaze_left", _PIXEL)
"""The left eye alone; row i has the instant of row i of `GAZE`."""

GAZE_RIGHT = StreamLayout("gaze_right", _PIXEL)
"""The right eye alone; row i has the instant of row i of `GAZE`."""

WORN = StreamLayout("worn", np.dtype([("worn", "u1")]))
"""255 where the glasses are on a head, else 0; row i has the instant of row i of `GAZE`."""

EYE_STATE = StreamLayout(
    "eye_state", np.dtype(_eye("left") + _eye("right") + _eyelid("left") + _eyelid("right"))
)
"""Millimetres, unit vectors and radians, scene camera frame. 80 bytes; without eyelids 56."""

EYELID_COLUMNS = tuple(name for name, _ in _eyelid("left") + _eyelid("right"))
"""The last columns of `EYE_STATE`, absent where the device does not measure the lids."""

IMU = StreamLayout(
    "imu",
    np.dtype(
        [
            ("timestamp_ns", "<i8"),
            *_floats("gyro_x", "gyro_y", "gyro_z", "accel_x", "accel_y", "accel_z"),
            *_floats("quaternion_w", "quaternion_x", "quaternion_y", "quaternion_z"),
        ]
    ),
)
"""Degrees a second, g, unit quaternion. Readers take the columns by position."""

EXTIMU = StreamLayout("extimu", np.dtype([("octet", OCTET)]))
"""The samples of `IMU` as protobuf messages, each after its length (`EXTIMU_LENGTH`).

They vary in length, so that the row is a single byte here, and there is no ``.dtype`` file.
"""

FIXATIONS = StreamLayout(
    "fixations",
    np.dtype(
        [
            ("event_type", "<i4"),
            ("start_timestamp_ns", "<i8"),
            ("end_timestamp_ns", "<i8"),
            *_floats("start_gaze_x", "start_gaze_y", "end_gaze_x", "end_gaze_y"),
            *_floats("mean_gaze_x", "mean_gaze_y", "amplitude_pixels", "amplitude_angle_deg"),
            *_floats("mean_velocity", "max_velocity"),
        ]
    ),
)
"""Fixations and saccades, by `event_type`; the instant of a row is its start."""

BLINKS = StreamLayout(
    "blinks",
    np.dtype([("event_type", "<i4"), ("start_timestamp_ns", "<i8"), ("end_timestamp_ns", "<i8")]),
)
"""Blinks; the instant of a row is its start."""

POST_PROCESSED_GAZE = "gaze_200hz"
"""Base of ``.raw`` and ``.time``, without a part number; replaces all parts of `GAZE`."""

POST_PROCESSED_WORN = "worn_200hz"
"""Base of ``.raw``, without a part number; row i has the instant of row i of the former."""

INVISIBLE_EXTIMU_ROW = np.dtype(
    _floats("gyro_x", "gyro_y", "gyro_z", "accel_x", "accel_y", "accel_z")
)
"""A row of `EXTIMU` as Pupil Invisible has it, which is no protobuf."""

INVISIBLE_EXTIMU = StreamLayout("extimu", INVISIBLE_EXTIMU_ROW)
"""`EXTIMU` of Pupil Invisible."""

SCENE_VIDEO = VideoLayout("Neon Scene Camera v1", 1600, 1200, 30.0)
INVISIBLE_SCENE_VIDEO = VideoLayout("PI world v1", 1088, 1080, 30.0)
EYES_VIDEO = VideoLayout("Neon Sensor Module v1", 384, 192, 200.0)
"""Both eyes side by side, the left eye in the left half."""


def dtype_text(row: np.dtype[np.void]) -> str:
    """Write the content of a ``.dtype`` file: a list of (name, type) pairs, one a line.

    The types are NumPy's long names (``float32``), which mean little-endian there.
    """
    lines = (f'("{name}", "{row[name].name}"),\n' for name in row.names or ())
    return f"[\n{''.join(lines)}]\n"


def dtype_from_text(text: str) -> np.dtype[np.void]:
    """Read the content of a ``.dtype`` file.

    Types without an explicit byte order are little-endian.

    Raises:
        ValueError: it is not a list of (name, type) pairs of plain numbers.
    """
    try:
        columns = [(str(name), np.dtype(kind)) for name, kind in ast.literal_eval(text.strip())]
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"not a list of (name, type) pairs: {error}") from error
    names = {name for name, _ in columns}
    if not 0 < len(columns) == len(names) or any(kind.kind not in "iuf" for _, kind in columns):
        raise ValueError("not a list of numbers with a name each")
    little = [
        (name, kind.newbyteorder("<") if kind.byteorder == "=" else kind) for name, kind in columns
    ]
    return np.dtype(little)


def parse_part(base: str, file_name: str) -> int | None:
    """Tell which part of a stream or video a file is, by its name.

    Args:
        base: what the names of the stream's files begin with.
        file_name: ``<base> ps<N>.<anything without a dot>``.

    Returns:
        N, or None for a file of another stream, or a stray copy.
    """
    match = re.fullmatch(rf"{re.escape(base)} ps([0-9]{{1,9}})\.[^.]+", file_name)
    return int(match[1]) if match else None
