"""Records as structured arrays, one row each, for whoever wants to compute with many.

    >>> row = gaze_array([GazeDatum(timestamp_unix_ns=5, x_px=800.0, y_px=600.0)])[0]
    >>> int(row["timestamp_unix_ns"]), float(row["x_px"]), bool(row["worn"])
    (5, 800.0, True)

A kind of record has one layout whatever the device measures, so that any two arrays can be put
together; what was not measured is NaN. Numbers are those of the records, to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from gazewire.model import (
    Blink,
    EyeEvent,
    Eyelid,
    EyeState,
    Fixation,
    GazeDatum,
    ImuDatum,
    Onset,
    Saccade,
)

__all__ = [
    "EYE_EVENT_DTYPE",
    "GAZE_DTYPE",
    "IMU_DTYPE",
    "NOT_ENDED",
    "RecordArray",
    "eye_event_array",
    "gaze_array",
    "imu_array",
]

RecordArray = npt.NDArray[np.void]
"""(N,) rows of one of the layouts below."""

NOT_ENDED = -1
"""Stands for the end of an eye event that had only begun."""

_INT64_MAX = (1 << 63) - 1


def _eye_state_columns(side: str) -> list[str]:
    return [
        f"pupil_diameter_{side}_mm",
        *(f"eyeball_center_{side}_{axis}_mm" for axis in "xyz"),
        *(f"optical_axis_{side}_{axis}" for axis in "xyz"),
    ]


def _eyelid_columns(side: str) -> list[str]:
    return [
        f"eyelid_angle_top_{side}_rad",
        f"eyelid_angle_bottom_{side}_rad",
        f"eyelid_aperture_{side}_mm",
    ]


# The numbers stand together and in the order of the longest payload, so that packets can be read
# into them by the block; the flag is last, to keep them aligned.
GAZE_DTYPE = np.dtype(
    [
        ("timestamp_unix_ns", np.int64),
        *(
            (column, np.float64)
            for column in (
                "x_px",
                "y_px",
                *_eye_state_columns("left"),
                *_eye_state_columns("right"),
                *_eyelid_columns("left"),
                *_eyelid_columns("right"),
                "left_x_px",
                "left_y_px",
                "right_x_px",
                "right_y_px",
            )
        ),
        ("worn", np.bool_),
    ],
    align=True,
)
"""Columns of gaze: those of `GazeDatum`, with its parts spelled out."""

IMU_DTYPE = np.dtype(
    [
        ("timestamp_unix_ns", np.int64),
        *((f"accel_{axis}_g", np.float64) for axis in "xyz"),
        *((f"gyro_{axis}_deg_s", np.float64) for axis in "xyz"),
        *((f"quaternion_{part}", np.float64) for part in "wxyz"),
    ]
)
"""Columns of the inertial measurement unit: those of `ImuDatum`, with its parts spelled out."""

EYE_EVENT_DTYPE = np.dtype(
    [
        ("timestamp_unix_ns", np.int64),
        ("kind", "U14"),
        ("start_unix_ns", np.int64),
        ("end_unix_ns", np.int64),
        *(
            (column, np.float64)
            for column in (
                "start_gaze_x_px",
                "start_gaze_y_px",
                "end_gaze_x_px",
                "end_gaze_y_px",
                "mean_gaze_x_px",
                "mean_gaze_y_px",
                "amplitude_px",
                "amplitude_deg",
                "mean_velocity_px_s",
                "max_velocity_px_s",
            )
        ),
    ]
)
"""Columns of eye events. The kind is ``fixation``, ``saccade``, ``blink``, ``fixation onset`` or
``saccade onset``; an onset ends at `NOT_ENDED`."""

_NO_POINT = (math.nan,) * 2
_NO_EYE_STATE = (math.nan,) * 7
_NO_EYELID = (math.nan,) * 3
_NO_MOVEMENT = (math.nan,) * 10


def gaze_array(data: Iterable[GazeDatum]) -> RecordArray:
    """Lay out gaze.

    Returns:
        (N,) of `GAZE_DTYPE`, in the order given; the caller's own.
    """
    return np.array([_gaze_row(datum) for datum in data], GAZE_DTYPE)


def imu_array(data: Iterable[ImuDatum]) -> RecordArray:
    """Lay out samples of the inertial measurement unit.

    Returns:
        (N,) of `IMU_DTYPE`, in the order given; the caller's own.
    """
    rows = [
        (
            # Devices write 64 bits without a sign. What needs them all is no time of this world.
            min(datum.timestamp_unix_ns, _INT64_MAX),
            *datum.accel_g,
            *datum.gyro_deg_s,
            *datum.quaternion_wxyz,
        )
        for datum in data
    ]
    return np.array(rows, IMU_DTYPE)


def eye_event_array(events: Iterable[EyeEvent]) -> RecordArray:
    """Lay out eye events.

    Returns:
        (N,) of `EYE_EVENT_DTYPE`, in the order given; the caller's own.
    """
    return np.array([_eye_event_row(event) for event in events], EYE_EVENT_DTYPE)


def _gaze_row(datum: GazeDatum) -> tuple[float, ...]:
    return (
        datum.timestamp_unix_ns,
        datum.x_px,
        datum.y_px,
        *_eye_state(datum.eye_state_left),
        *_eye_state(datum.eye_state_right),
        *_eyelid(datum.eyelid_left),
        *_eyelid(datum.eyelid_right),
        *(datum.left_px or _NO_POINT),
        *(datum.right_px or _NO_POINT),
        datum.worn,
    )


def _eye_state(eye: EyeState | None) -> tuple[float, ...]:
    if eye is None:
        return _NO_EYE_STATE
    return (eye.pupil_diameter_mm, *eye.eyeball_center_mm, *eye.optical_axis)


def _eyelid(lid: Eyelid | None) -> tuple[float, ...]:
    if lid is None:
        return _NO_EYELID
    return (lid.angle_top_rad, lid.angle_bottom_rad, lid.aperture_mm)


def _eye_event_row(event: EyeEvent) -> tuple[int | str | float, ...]:
    known_ns, begin_ns = event.timestamp_unix_ns, event.start_unix_ns
    match event:
        case Onset():
            return (known_ns, f"{event.kind} onset", begin_ns, NOT_ENDED, *_NO_MOVEMENT)
        case Blink():
            return (known_ns, "blink", begin_ns, event.end_unix_ns, *_NO_MOVEMENT)
        case Fixation() | Saccade():
            return (
                known_ns,
                "fixation" if isinstance(event, Fixation) else "saccade",
                begin_ns,
                event.end_unix_ns,
                *event.start_gaze_px,
                *event.end_gaze_px,
                *event.mean_gaze_px,
                event.amplitude_px,
                event.amplitude_deg,
                event.mean_velocity_px_s,
                event.max_velocity_px_s,
            )
