"""What the eyes did, one event a packet: a 32-bit type, then a layout for each type.

The instants of an event are inside the payload. RTP time does not agree with them on real devices
and tells arrival order only.

    >>> parse_eye_event(bytes.fromhex("000000031836284641f62a0a"))
    Onset(kind='fixation', start_unix_ns=1744626187872119306)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Blink, EyeEvent, Fixation, Onset, Saccade

__all__ = ["KEEPALIVE", "Keepalive", "UnknownEyeEvent", "parse_eye_event", "serialize_eye_event"]


class _Type(IntEnum):
    SACCADE = 0
    FIXATION = 1
    SACCADE_ONSET = 2
    FIXATION_ONSET = 3
    BLINK = 4
    KEEPALIVE = 5


_M = TypeVar("_M", Fixation, Saccade)

_TYPE = struct.Struct("!i")
_MOVEMENT = struct.Struct("!iqq10f")
_ONSET = struct.Struct("!iq")
_INTERVAL = struct.Struct("!iqq")

KEEPALIVE = _TYPE.pack(_Type.KEEPALIVE)
"""Payload that says only that the device is there. The official client closes a stream after ten
seconds without a packet, and eyes can be still for longer."""


@dataclass(frozen=True, slots=True)
class Keepalive:
    """The device is there and nothing happened."""


@dataclass(frozen=True, slots=True)
class UnknownEyeEvent:
    """An event of a type that is newer than we are.

    Attributes:
        type: its number.
        raw: the whole payload, type included.
    """

    type: int
    raw: bytes


def serialize_eye_event(event: EyeEvent) -> bytes:
    """Write one event.

    Returns:
        The RTP payload: 60 bytes for a movement, 12 for an onset, 20 for a blink.

    Raises:
        LocalProtocolError: an instant does not fit 64 bits, or a number 32-bit floating point.
    """
    try:
        match event:
            case Fixation():
                return _serialize_movement(_Type.FIXATION, event)
            case Saccade():
                return _serialize_movement(_Type.SACCADE, event)
            case Onset(kind="fixation"):
                return _ONSET.pack(_Type.FIXATION_ONSET, event.start_unix_ns)
            case Onset():
                return _ONSET.pack(_Type.SACCADE_ONSET, event.start_unix_ns)
            case Blink():
                return _INTERVAL.pack(_Type.BLINK, event.start_unix_ns, event.end_unix_ns)
    except (OverflowError, struct.error) as error:
        raise LocalProtocolError(f"a number does not fit its place: {event}") from error


def parse_eye_event(payload: bytes) -> EyeEvent | Keepalive | UnknownEyeEvent:
    """Read one event; bytes after the layout of its type are ignored.

    Args:
        payload: the RTP payload.

    Raises:
        RemoteProtocolError: shorter than its type needs.
    """
    (type_,) = _unpack(_TYPE, payload)
    match type_:
        case _Type.SACCADE:
            return _parse_movement(Saccade, payload)
        case _Type.FIXATION:
            return _parse_movement(Fixation, payload)
        case _Type.SACCADE_ONSET:
            _, start_unix_ns = _unpack(_ONSET, payload)
            return Onset(kind="saccade", start_unix_ns=start_unix_ns)
        case _Type.FIXATION_ONSET:
            _, start_unix_ns = _unpack(_ONSET, payload)
            return Onset(kind="fixation", start_unix_ns=start_unix_ns)
        case _Type.BLINK:
            _, start_unix_ns, end_unix_ns = _unpack(_INTERVAL, payload)
            return Blink(start_unix_ns=start_unix_ns, end_unix_ns=end_unix_ns)
        case _Type.KEEPALIVE:
            return Keepalive()
        case _:
            return UnknownEyeEvent(type_, bytes(payload))


def _serialize_movement(type_: _Type, movement: Fixation | Saccade) -> bytes:
    return _MOVEMENT.pack(
        type_,
        movement.start_unix_ns,
        movement.end_unix_ns,
        *movement.start_gaze_px,
        *movement.end_gaze_px,
        *movement.mean_gaze_px,
        movement.amplitude_px,
        movement.amplitude_deg,
        movement.mean_velocity_px_s,
        movement.max_velocity_px_s,
    )


def _parse_movement(kind: type[_M], payload: bytes) -> _M:
    _, start_unix_ns, end_unix_ns, *floats = _unpack(_MOVEMENT, payload)
    return kind(
        start_unix_ns=start_unix_ns,
        end_unix_ns=end_unix_ns,
        start_gaze_px=(floats[0], floats[1]),
        end_gaze_px=(floats[2], floats[3]),
        mean_gaze_px=(floats[4], floats[5]),
        amplitude_px=floats[6],
        amplitude_deg=floats[7],
        mean_velocity_px_s=floats[8],
        max_velocity_px_s=floats[9],
    )


def _unpack(layout: struct.Struct, payload: bytes) -> tuple[Any, ...]:
    # Any, because what a layout yields is known to its format string alone.
    if len(payload) < layout.size:
        raise RemoteProtocolError(f"an eye event is cut off: {len(payload)} bytes of {layout.size}")
    return layout.unpack_from(payload)
