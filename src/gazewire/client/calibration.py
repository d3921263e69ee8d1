"""The factory calibration of the cameras, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from gazewire.wire import calibration_bin

__all__ = ["Calibration"]

_CAMERAS = ("scene", "right", "left")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Calibration:
    """How the cameras of a pair of glasses map the world to their pixels.

    Each field is to be had as an item too, by its name: ``calibration["scene_camera_matrix"]``.
    Arrays are float64 and read-only.

    Attributes:
        version: of the format.
        serial: of the module. As an item it is bytes, as it stands in the file.
        scene_camera_matrix: (3, 3), pixels.
        scene_distortion_coefficients: (8,), in OpenCV's order: k1 k2 p1 p2 k3 k4 k5 k6.
        scene_extrinsics_affine_matrix: (4, 4), mm, to the frame of the scene camera.
        right_camera_matrix: of the camera that looks at the right eye.
        right_distortion_coefficients: of the same.
        right_extrinsics_affine_matrix: of the same.
        left_camera_matrix: of the camera that looks at the left eye.
        left_distortion_coefficients: of the same.
        left_extrinsics_affine_matrix: of the same.
        crc: as it was read, for information.
    """

    dtype: ClassVar[np.dtype[np.void]] = np.dtype(
        [
            ("version", "u1"),
            ("serial", "S6"),
            *(
                (f"{camera}_{name}", "<f8", shape)
                for camera in _CAMERAS
                for name, shape in (
                    ("camera_matrix", (3, 3)),
                    ("distortion_coefficients", (8,)),
                    ("extrinsics_affine_matrix", (4, 4)),
                )
            ),
            ("crc", "<u4"),
        ]
    )
    """The file as one record, packed."""

    version: int
    serial: str
    scene_camera_matrix: npt.NDArray[np.float64]
    scene_distortion_coefficients: npt.NDArray[np.float64]
    scene_extrinsics_affine_matrix: npt.NDArray[np.float64]
    right_camera_matrix: npt.NDArray[np.float64]
    right_distortion_coefficients: npt.NDArray[np.float64]
    right_extrinsics_affine_matrix: npt.NDArray[np.float64]
    left_camera_matrix: npt.NDArray[np.float64]
    left_distortion_coefficients: npt.NDArray[np.float64]
    left_extrinsics_affine_matrix: npt.NDArray[np.float64]
    crc: int
    source: np.void = field(repr=False)

    @classmethod
    def from_buffer(cls, buffer: bytes) -> Calibration:
        """Read the content of a calibration file.

        Raises:
            RemoteProtocolError: it has another size, or a serial that is no text.
        """
        checked = calibration_bin.Calibration.parse(buffer)
        record: np.void = np.frombuffer(buffer, cls.dtype)[0]
        # Any: not every argument is an array.
        arrays: dict[str, Any] = {
            name: _aligned(record[name]) for name in record.dtype.names or () if record[name].ndim
        }
        return cls(
            version=checked.version,
            serial=checked.serial,
            crc=int(record["crc"]),
            source=record,
            **arrays,
        )

    @classmethod
    def from_file(cls, path: str | Path) -> Calibration:
        """Read a calibration file.

        Raises:
            RemoteProtocolError: it is none.
            OSError: it cannot be read.
        """
        return cls.from_buffer(Path(path).read_bytes())

    def __getitem__(self, key: str) -> Any:
        # Any: a number, bytes or an array, by the key.
        return self.source[key]

    def keys(self) -> list[str]:
        """The names of the fields, in the order of the file."""
        return list(self.dtype.names or ())

    def items(self) -> list[tuple[str, Any]]:
        """The fields, as they are to be had as attributes."""
        return [(key, getattr(self, key)) for key in self.keys()]


def _aligned(packed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Copy an array out of the packed record, where OpenCV could not use it in place."""
    array = packed.astype(np.float64)
    array.flags.writeable = False
    return array
