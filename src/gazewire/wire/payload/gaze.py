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
from collections.abc import Callable, Mapping
from enum import IntEnum

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Eyelid, EyeState, GazeDatum

__all__ = [
    "GAZE_READERS",
    "GazeFormat",
    "GazePayload",
    "format_for",
    "parse_gaze",
    "serialize_gaze",
]

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


_POINT = struct.Struct("!ffB")
_DUAL_MONOCULAR = struct.Struct("!ffB2f")
_POINT_DUAL_MONOCULAR = struct.Struct("!ffB4f")
_EYE_STATE = struct.Struct("!ffB14f")
_EYE_STATE_EYELID = struct.Struct("!ffB20f")
_EVERYTHING = struct.Struct("!ffB24f")
_LAYOUTS = {
    layout.size: layout
    for layout in (
        _POINT,
        _DUAL_MONOCULAR,
        _POINT_DUAL_MONOCULAR,
        _EYE_STATE,
        _EYE_STATE_EYELID,
        _EVERYTHING,
    )
}
# By plain numbers, because a member of an enumeration is slow to hash and slow to find.
_FORMATS = {int(format): format for format in GazeFormat}
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
    size = len(payload)
    read = GAZE_READERS.get(size)
    if read is not None:
        return GazePayload(read(payload, 0, timestamp_unix_ns), _FORMATS[size])
    for format in reversed(GazeFormat):
        if format < size:
            datum = GAZE_READERS[int(format)](payload, 0, timestamp_unix_ns)
            return GazePayload(datum, format, bytes(payload[format:]))
    raise RemoteProtocolError(f"a gaze payload has at least 9 bytes, but {size} came")


# One reader for each format, from any place in a packet. They spell everything out, because this is
# where a client spends its time: a call or a slice more is a tenth of the whole.


def _read_point(data: bytes, offset: int, timestamp_unix_ns: int) -> GazeDatum:
    x, y, worn = _POINT.unpack_from(data, offset)
    return GazeDatum(timestamp_unix_ns=timestamp_unix_ns, x_px=x, y_px=y, worn=worn == _WORN)


def _read_dual_monocular(data: bytes, offset: int, timestamp_unix_ns: int) -> GazeDatum:
    f = _DUAL_MONOCULAR.unpack_from(data, offset)
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=math.nan,
        y_px=math.nan,
        worn=f[2] == _WORN,
        left_px=(f[0], f[1]),
        right_px=(f[3], f[4]),
    )


def _read_point_dual_monocular(data: bytes, offset: int, timestamp_unix_ns: int) -> GazeDatum:
    f = _POINT_DUAL_MONOCULAR.unpack_from(data, offset)
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=f[0],
        y_px=f[1],
        worn=f[2] == _WORN,
        left_px=(f[3], f[4]),
        right_px=(f[5], f[6]),
    )


def _read_eye_state(data: bytes, offset: int, timestamp_unix_ns: int) -> GazeDatum:
    f = _EYE_STATE.unpack_from(data, offset)
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=f[0],
        y_px=f[1],
        worn=f[2] == _WORN,
        eye_state_left=EyeState(
            pupil_diameter_mm=f[3],
            eyeball_center_mm=(f[4], f[5], f[6]),
            optical_axis=(f[7], f[8], f[9]),
        ),
        eye_state_right=EyeState(
            pupil_diameter_mm=f[10],
            eyeball_center_mm=(f[11], f[12], f[13]),
            optical_axis=(f[14], f[15], f[16]),
        ),
    )


def _read_eye_state_eyelid(data: bytes, offset: int, timestamp_unix_ns: int) -> GazeDatum:
    f = _EYE_STATE_EYELID.unpack_from(data, offset)
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=f[0],
        y_px=f[1],
        worn=f[2] == _WORN,
        eye_state_left=EyeState(
            pupil_diameter_mm=f[3],
            eyeball_center_mm=(f[4], f[5], f[6]),
            optical_axis=(f[7], f[8], f[9]),
        ),
        eye_state_right=EyeState(
            pupil_diameter_mm=f[10],
            eyeball_center_mm=(f[11], f[12], f[13]),
            optical_axis=(f[14], f[15], f[16]),
        ),
        eyelid_left=Eyelid(angle_top_rad=f[17], angle_bottom_rad=f[18], aperture_mm=f[19]),
        eyelid_right=Eyelid(angle_top_rad=f[20], angle_bottom_rad=f[21], aperture_mm=f[22]),
    )


def _read_everything(data: bytes, offset: int, timestamp_unix_ns: int) -> GazeDatum:
    f = _EVERYTHING.unpack_from(data, offset)
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=f[0],
        y_px=f[1],
        worn=f[2] == _WORN,
        eye_state_left=EyeState(
            pupil_diameter_mm=f[3],
            eyeball_center_mm=(f[4], f[5], f[6]),
            optical_axis=(f[7], f[8], f[9]),
        ),
        eye_state_right=EyeState(
            pupil_diameter_mm=f[10],
            eyeball_center_mm=(f[11], f[12], f[13]),
            optical_axis=(f[14], f[15], f[16]),
        ),
        eyelid_left=Eyelid(angle_top_rad=f[17], angle_bottom_rad=f[18], aperture_mm=f[19]),
        eyelid_right=Eyelid(angle_top_rad=f[20], angle_bottom_rad=f[21], aperture_mm=f[22]),
        left_px=(f[23], f[24]),
        right_px=(f[25], f[26]),
    )


GAZE_READERS: Mapping[int, Callable[[bytes, int, int], GazeDatum]] = {
    int(GazeFormat.POINT): _read_point,
    int(GazeFormat.DUAL_MONOCULAR): _read_dual_monocular,
    int(GazeFormat.POINT_DUAL_MONOCULAR): _read_point_dual_monocular,
    int(GazeFormat.EYE_STATE): _read_eye_state,
    int(GazeFormat.EYE_STATE_EYELID): _read_eye_state_eyelid,
    int(GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR): _read_everything,
}
"""By the length of a payload, what reads it: bytes, where in them it begins, and its instant."""


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
