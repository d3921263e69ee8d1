"""Gaze, one datum a packet: ``com.pupillabs.gaze1``.

There is no type field: the length of the payload tells what is in it. All formats begin with a
point and the worn flag. A device chooses one by its settings; a reader that meets a length it does
not know decodes the longest format that fits and keeps the rest.

    >>> gaze = parse_gaze(bytes.fromhex("444403fe44065cf5ff"), timestamp_unix_ns=0)
    >>> gaze.format.name, gaze.datum.x_px, gaze.datum.worn
    ('POINT', 784.0623779296875, True)
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from enum import IntEnum

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Eyelid, EyeState, GazeDatum

__all__ = ["GazeFormat", "GazePayload", "format_for", "parse_gaze", "serialize_gaze"]

_WORN = 255


class GazeFormat(IntEnum):
    """What a gaze payload holds; the value is its length in bytes."""

    POINT = 9
    """The point from both eyes, and whether the glasses are worn. All that Invisible sends."""

    DUAL_MONOCULAR = 17
    """A point from each eye alone, none from both."""

    POINT_DUAL_MONOCULAR = 25
    """The point, and a point from each eye alone."""

    EYE_STATE = 65
    """The point, and the 3-D state of both eyes."""

    EYE_STATE_EYELID = 89
    """The same, and the eyelids."""

    EYE_STATE_EYELID_DUAL_MONOCULAR = 105
    """Everything."""


_LAYOUTS = {
    format: struct.Struct(f"!ffB{(format - GazeFormat.POINT) // 4}f") for format in GazeFormat
}
_WITH_EYE_STATE = frozenset(format for format in GazeFormat if format >= GazeFormat.EYE_STATE)
_WITH_EYELID = frozenset(format for format in GazeFormat if format >= GazeFormat.EYE_STATE_EYELID)


class GazePayload(msgspec.Struct, frozen=True):
    """A gaze payload as it was read.

    Attributes:
        datum: what is known of the gaze; what the format does not hold is None.
        format: the format that was decoded.
        tail: bytes after it, which no format we know explains; empty where the length is known.
    """

    datum: GazeDatum
    format: GazeFormat
    tail: bytes = b""


def format_for(datum: GazeDatum) -> GazeFormat:
    """The richest format that a datum can fill."""
    has_monocular = datum.left_px is not None and datum.right_px is not None
    has_eye_state = datum.eye_state_left is not None and datum.eye_state_right is not None
    has_eyelid = datum.eyelid_left is not None and datum.eyelid_right is not None
    if has_eye_state and has_eyelid:
        if has_monocular:
            return GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR
        return GazeFormat.EYE_STATE_EYELID
    if has_eye_state:
        return GazeFormat.EYE_STATE
    if has_monocular:
        if math.isnan(datum.x_px) and math.isnan(datum.y_px):
            return GazeFormat.DUAL_MONOCULAR
        return GazeFormat.POINT_DUAL_MONOCULAR
    return GazeFormat.POINT


def serialize_gaze(datum: GazeDatum, format: GazeFormat) -> bytes:
    """Write a datum in a format; what the format has no place for is left out.

    Args:
        datum: NaN anywhere is written as NaN.
        format: a length of the table, also as a plain number.

    Returns:
        The RTP payload, `format` bytes.

    Raises:
        LocalProtocolError: the datum lacks what the format needs, or a number is too large for
            32-bit floating point.
    """
    worn = _WORN if datum.worn else 0
    try:
        if format == GazeFormat.DUAL_MONOCULAR:
            left, right = _monocular(datum, format)
            return _LAYOUTS[format].pack(*left, worn, *right)
        rest: list[float] = []
        if format in _WITH_EYE_STATE:
            rest += _eye_states(datum, format)
        if format in _WITH_EYELID:
            rest += _eyelids(datum, format)
        if format in (
            GazeFormat.POINT_DUAL_MONOCULAR,
            GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR,
        ):
            left, right = _monocular(datum, format)
            rest += (*left, *right)
        return _LAYOUTS[format].pack(datum.x_px, datum.y_px, worn, *rest)
    except OverflowError as error:
        raise LocalProtocolError(f"not within 32-bit floating point: {datum}") from error


def parse_gaze(payload: bytes, timestamp_unix_ns: int) -> GazePayload:
    """Read a gaze payload.

    Args:
        payload: the RTP payload.
        timestamp_unix_ns: the instant of its RTP timestamp; the payload holds none.

    Returns:
        The datum, which format it was and what was left over. In `GazeFormat.DUAL_MONOCULAR` the
        point is NaN.

    Raises:
        RemoteProtocolError: shorter than the shortest format.
    """
    reader = _READERS.get(len(payload))
    if reader is not None:
        format, layout, read = reader
        return GazePayload(read(timestamp_unix_ns, *layout.unpack(payload)), format)
    for format, layout, read in _LONGEST_FIRST:
        if layout.size < len(payload):
            datum = read(timestamp_unix_ns, *layout.unpack_from(payload))
            return GazePayload(datum, format, bytes(payload[layout.size :]))
    raise RemoteProtocolError(f"a gaze payload has at least 9 bytes, but {len(payload)} came")


def _point(timestamp_unix_ns: int, x_px: float, y_px: float, worn: int) -> GazeDatum:
    return GazeDatum(timestamp_unix_ns=timestamp_unix_ns, x_px=x_px, y_px=y_px, worn=worn == _WORN)


def _dual_monocular(
    timestamp_unix_ns: int, left_x: float, left_y: float, worn: int, *right: float
) -> GazeDatum:
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=math.nan,
        y_px=math.nan,
        worn=worn == _WORN,
        left_px=(left_x, left_y),
        right_px=(right[0], right[1]),
    )


def _point_dual_monocular(
    timestamp_unix_ns: int, x_px: float, y_px: float, worn: int, *monocular: float
) -> GazeDatum:
    left_x, left_y, right_x, right_y = monocular
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=x_px,
        y_px=y_px,
        worn=worn == _WORN,
        left_px=(left_x, left_y),
        right_px=(right_x, right_y),
    )


def _eye_state(
    timestamp_unix_ns: int, x_px: float, y_px: float, worn: int, *eyes: float
) -> GazeDatum:
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=x_px,
        y_px=y_px,
        worn=worn == _WORN,
        eye_state_left=_one_eye(*eyes[:7]),
        eye_state_right=_one_eye(*eyes[7:]),
    )


def _eye_state_eyelid(
    timestamp_unix_ns: int, x_px: float, y_px: float, worn: int, *eyes: float
) -> GazeDatum:
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=x_px,
        y_px=y_px,
        worn=worn == _WORN,
        eye_state_left=_one_eye(*eyes[:7]),
        eye_state_right=_one_eye(*eyes[7:14]),
        eyelid_left=_one_lid(*eyes[14:17]),
        eyelid_right=_one_lid(*eyes[17:]),
    )


def _everything(
    timestamp_unix_ns: int, x_px: float, y_px: float, worn: int, *eyes: float
) -> GazeDatum:
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=x_px,
        y_px=y_px,
        worn=worn == _WORN,
        left_px=(eyes[20], eyes[21]),
        right_px=(eyes[22], eyes[23]),
        eye_state_left=_one_eye(*eyes[:7]),
        eye_state_right=_one_eye(*eyes[7:14]),
        eyelid_left=_one_lid(*eyes[14:17]),
        eyelid_right=_one_lid(*eyes[17:20]),
    )


def _one_eye(
    diameter: float,
    center_x: float,
    center_y: float,
    center_z: float,
    axis_x: float,
    axis_y: float,
    axis_z: float,
) -> EyeState:
    return EyeState(
        pupil_diameter_mm=diameter,
        eyeball_center_mm=(center_x, center_y, center_z),
        optical_axis=(axis_x, axis_y, axis_z),
    )


def _one_lid(top: float, bottom: float, aperture: float) -> Eyelid:
    return Eyelid(angle_top_rad=top, angle_bottom_rad=bottom, aperture_mm=aperture)


# One reader for each format, found by the length of the payload.
_READERS: dict[int, tuple[GazeFormat, struct.Struct, Callable[..., GazeDatum]]] = {
    int(format): (format, _LAYOUTS[format], read)
    for format, read in (
        (GazeFormat.POINT, _point),
        (GazeFormat.DUAL_MONOCULAR, _dual_monocular),
        (GazeFormat.POINT_DUAL_MONOCULAR, _point_dual_monocular),
        (GazeFormat.EYE_STATE, _eye_state),
        (GazeFormat.EYE_STATE_EYELID, _eye_state_eyelid),
        (GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR, _everything),
    )
}
_LONGEST_FIRST = tuple(_READERS[size] for size in sorted(_READERS, reverse=True))


def _eye_states(datum: GazeDatum, format: GazeFormat) -> list[float]:
    floats: list[float] = []
    for eye in (datum.eye_state_left, datum.eye_state_right):
        if eye is None:
            raise _lacks("the state of both eyes", format)
        floats += (eye.pupil_diameter_mm, *eye.eyeball_center_mm, *eye.optical_axis)
    return floats


def _eyelids(datum: GazeDatum, format: GazeFormat) -> list[float]:
    floats: list[float] = []
    for lid in (datum.eyelid_left, datum.eyelid_right):
        if lid is None:
            raise _lacks("both eyelids", format)
        floats += (lid.angle_top_rad, lid.angle_bottom_rad, lid.aperture_mm)
    return floats


def _monocular(
    datum: GazeDatum, format: GazeFormat
) -> tuple[tuple[float, float], tuple[float, float]]:
    if datum.left_px is None or datum.right_px is None:
        raise _lacks("a point from each eye alone", format)
    return datum.left_px, datum.right_px


def _lacks(what: str, format: GazeFormat) -> LocalProtocolError:
    return LocalProtocolError(f"gaze of {int(format)} bytes needs {what}; the datum has none")
