"""The factory calibration of the glasses, as ``/calibration.bin`` serves it: 803 bytes.

Little-endian and packed: version, serial, then camera matrix, distortion coefficients and
extrinsics of the scene, **right** and **left** camera, then a checksum.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["Calibration", "CameraCalibration", "Matrix"]

Matrix = tuple[tuple[float, ...], ...]
"""Rows of float64."""

_HEAD = struct.Struct("<B6s")
_CAMERA = struct.Struct("<9d8d16d")
_CRC = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class CameraCalibration:
    """How one camera maps the world to its pixels.

    Attributes:
        camera_matrix: 3 x 3, pixels.
        distortion_coefficients: 8, in OpenCV's order: k1 k2 p1 p2 k3 k4 k5 k6.
        extrinsics_affine_matrix: 4 x 4, mm, from this camera's frame to the scene camera's. Read
            this way, recorded files put the eyes in front of their cameras.
    """

    camera_matrix: Matrix
    distortion_coefficients: tuple[float, ...]
    extrinsics_affine_matrix: Matrix

    def __post_init__(self) -> None:
        shapes = (
            [len(row) for row in self.camera_matrix],
            len(self.distortion_coefficients),
            [len(row) for row in self.extrinsics_affine_matrix],
        )
        if shapes != ([3, 3, 3], 8, [4, 4, 4, 4]):
            raise LocalProtocolError(
                f"a camera is a 3 x 3 matrix, 8 coefficients and a 4 x 4 matrix, not {shapes}"
            )


@dataclass(frozen=True, slots=True)
class Calibration:
    """The three cameras of a pair of glasses.

    Attributes:
        version: of the format; 1.
        serial: of the module; at most 6 ASCII characters.
        scene: the camera that looks where the wearer looks.
        right: the camera that looks at the right eye.
        left: the camera that looks at the left eye.
        crc: the checksum as it was read, for information: which polynomial devices use is not
            published, so nothing is concluded from it. None for a value that was not read.
    """

    SIZE: ClassVar[int] = _HEAD.size + 3 * _CAMERA.size + _CRC.size

    version: int
    serial: str
    scene: CameraCalibration
    right: CameraCalibration
    left: CameraCalibration
    crc: int | None = field(default=None, compare=False)

    @classmethod
    def parse(cls, data: bytes) -> Calibration:
        """Read 803 bytes, whatever their checksum.

        Raises:
            RemoteProtocolError: there are more or fewer, or the serial is not ASCII.
        """
        if len(data) != cls.SIZE:
            raise RemoteProtocolError(f"a calibration is {cls.SIZE} bytes, not {len(data)}")
        version, serial = _HEAD.unpack_from(data)
        cameras = (_parse_camera(data, _HEAD.size + index * _CAMERA.size) for index in range(3))
        scene, right, left = cameras
        (crc,) = _CRC.unpack_from(data, cls.SIZE - _CRC.size)
        try:
            text = serial.rstrip(b"\0").decode("ascii")
        except UnicodeDecodeError as error:
            raise RemoteProtocolError(f"a serial is ASCII, not {serial!r}") from error
        return cls(version, text, scene, right, left, crc)

    def serialize(self) -> bytes:
        """Write 803 bytes; the checksum is the CRC-32 of IEEE 802.3 over all that precedes it.

        Raises:
            LocalProtocolError: a field does not fit.
        """
        if not self.serial.isascii() or len(self.serial) > 6 or "\0" in self.serial:
            raise LocalProtocolError(f"a serial is at most 6 ASCII characters: {self.serial!r}")
        if not 0 <= self.version <= 0xFF:
            raise LocalProtocolError(f"a version is one byte: {self.version}")
        body = _HEAD.pack(self.version, self.serial.encode("ascii"))
        for camera in (self.scene, self.right, self.left):
            body += _CAMERA.pack(
                *itertools.chain.from_iterable(camera.camera_matrix),
                *camera.distortion_coefficients,
                *itertools.chain.from_iterable(camera.extrinsics_affine_matrix),
            )
        return body + _CRC.pack(zlib.crc32(body))


def _parse_camera(data: bytes, offset: int) -> CameraCalibration:
    values = _CAMERA.unpack_from(data, offset)
    return CameraCalibration(_rows(values[:9], 3), values[9:17], _rows(values[17:], 4))


def _rows(values: Sequence[float], columns: int) -> Matrix:
    return tuple(tuple(values[start : start + columns]) for start in range(0, len(values), columns))
