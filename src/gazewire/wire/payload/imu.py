"""Inertial samples, one a packet: a protobuf message with a schema of three parts.

::

    message ImuPacket {
        uint64 tsNs = 1; Vec3 accelData = 2; Vec3 gyroData = 3; Quat rotVecData = 4;
    }
    message Vec3 { float x = 1; float y = 2; float z = 3; int32 reserved = 4; }
    message Quat { float w = 1; float x = 2; float y = 3; float z = 4; float reserved = 5; }

So little of protobuf is needed that a library would be the larger part of it. What is needed is
exact: fields in any order, the last one of several wins and sub-messages merge, fields we do not
know are stepped over, and zeros may be absent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import ImuDatum

__all__ = ["parse_imu", "serialize_imu"]


class _WireType(IntEnum):
    # https://protobuf.dev/programming-guides/encoding/. Groups (3 and 4) are retired; nothing that
    # speaks proto3 sends them.
    VARINT = 0
    FIXED64 = 1
    LENGTH_PREFIXED = 2
    FIXED32 = 5


_TIMESTAMP, _ACCEL, _GYRO, _ROTATION = 1, 2, 3, 4

# A whole sample as all devices write it in our time: no number is zero, and the instant takes nine
# bytes, as it does from 1972 to 2262.
_WHOLE = struct.Struct("<B9s3sfBfBf3sfBfBf3sfBfBfBf")
_WHOLE_TAGS = (
    *(0x08, b"\x12\x0f\x0d", 0x15, 0x1D, b"\x1a\x0f\x0d", 0x15, 0x1D),
    *(b"\x22\x14\x0d", 0x15, 0x1D, 0x25),
)

_FLOAT = struct.Struct("<f")
_FLOAT_ZERO = bytes(4)
_MAX_UINT64 = (1 << 64) - 1
_MAX_VARINT_BYTES = 10


def serialize_imu(datum: ImuDatum) -> bytes:
    """Write one sample as proto3 does: fields in order, zeros left out.

    Raises:
        LocalProtocolError: the instant lies before 1970, or a number is too large for 32-bit
            floating point.
    """
    if not 0 <= datum.timestamp_unix_ns <= _MAX_UINT64:
        raise LocalProtocolError(f"an IMU instant has 64 bits: {datum.timestamp_unix_ns} ns")
    message = bytearray()
    if datum.timestamp_unix_ns:
        message.append(_TIMESTAMP << 3 | _WireType.VARINT)
        message += _serialize_varint(datum.timestamp_unix_ns)
    for number, floats in (
        (_ACCEL, datum.accel_g),
        (_GYRO, datum.gyro_deg_s),
        (_ROTATION, datum.quaternion_wxyz),
    ):
        part = _serialize_floats(floats)
        if part:
            message += bytes((number << 3 | _WireType.LENGTH_PREFIXED, len(part)))
            message += part
    return bytes(message)


def parse_imu(payload: bytes) -> ImuDatum:
    """Read one sample.

    Args:
        payload: the RTP payload.

    Returns:
        The sample, stamped with its own time: RTP time is not needed.

    Raises:
        RemoteProtocolError: not a protobuf message.
    """
    if len(payload) == _WHOLE.size and (whole := _read_whole(payload)) is not None:
        return whole
    timestamp_unix_ns = 0
    # Numbered from one: field n of a sub-message goes to place n - 1.
    accel, gyro, rotation = [0.0] * 3, [0.0] * 3, [0.0] * 4
    parts = {_ACCEL: accel, _GYRO: gyro, _ROTATION: rotation}
    for number, value in _fields(bytes(payload)):
        if number == _TIMESTAMP and isinstance(value, int):
            timestamp_unix_ns = value
        elif number in parts and isinstance(value, bytes):
            _merge_floats(value, parts[number])
    return ImuDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        accel_g=(accel[0], accel[1], accel[2]),
        gyro_deg_s=(gyro[0], gyro[1], gyro[2]),
        quaternion_wxyz=(rotation[0], rotation[1], rotation[2], rotation[3]),
    )


def _read_whole(payload: bytes) -> ImuDatum | None:
    """Read a sample in the usual layout, and much more quickly; None where it is another."""
    f = _WHOLE.unpack(payload)
    if (f[0], *f[2::2]) != _WHOLE_TAGS:
        return None
    timestamp_unix_ns, end = _parse_varint(payload, 1)
    if end != 1 + len(f[1]):
        return None
    return ImuDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        accel_g=(f[3], f[5], f[7]),
        gyro_deg_s=(f[9], f[11], f[13]),
        quaternion_wxyz=(f[15], f[17], f[19], f[21]),
    )


def _merge_floats(message: bytes, floats: list[float]) -> None:
    for number, value in _fields(message):
        if isinstance(value, float) and 1 <= number <= len(floats):
            floats[number - 1] = value


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes | None]]:
    """Walk over the fields of one message.

    Yields:
        The number of each field, and by its wire type an int, a float or bytes; None for the
        64-bit type, which this schema does not have.
    """
    offset = 0
    while offset < len(message):
        tag, offset = _parse_varint(message, offset)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise RemoteProtocolError("a protobuf field has the number 0")
        value: int | float | bytes | None
        match wire_type:
            case _WireType.VARINT:
                value, offset = _parse_varint(message, offset)
            case _WireType.FIXED64:
                value, offset = None, offset + 8
            case _WireType.LENGTH_PREFIXED:
                size, offset = _parse_varint(message, offset)
                value = message[offset : offset + size]
                offset += size
            case _WireType.FIXED32:
                value = _FLOAT.unpack(message[offset : offset + 4].ljust(4, b"\0"))[0]
                offset += 4
            case _:
                raise RemoteProtocolError(f"a protobuf field has the wire type {wire_type}")
        if offset > len(message):
            raise RemoteProtocolError(
                f"a protobuf field ends {offset - len(message)} bytes after its message"
            )
        yield number, value


def _parse_varint(message: bytes, offset: int) -> tuple[int, int]:
    """Read a base-128 number; the second value is where the next field begins."""
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        if offset + index >= len(message):
            raise RemoteProtocolError("a protobuf number is cut off")
        byte = message[offset + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            # The tenth byte may hold more than the one bit that is left; protobuf drops it.
            return value & _MAX_UINT64, offset + index + 1
    raise RemoteProtocolError(f"a protobuf number has more than {_MAX_VARINT_BYTES} bytes")


def _serialize_varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _serialize_floats(floats: tuple[float, ...]) -> bytes:
    message = bytearray()
    for number, value in enumerate(floats, start=1):
        try:
            encoded = _FLOAT.pack(value)
        except OverflowError as error:
            raise LocalProtocolError(f"not within 32-bit floating point: {value}") from error
        # Compared as bytes, because proto3 leaves out +0.0 but writes -0.0.
        if encoded != _FLOAT_ZERO:
            message.append(number << 3 | _WireType.FIXED32)
            message += encoded
    return bytes(message)
