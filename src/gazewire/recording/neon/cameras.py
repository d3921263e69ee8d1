"""The cameras that ``calibration.bin`` tells of."""

from __future__ import annotations

from gazewire.errors import RemoteProtocolError
from gazewire.optics import Camera
from gazewire.recording.neon.layout import NEON_SIZES_PX
from gazewire.wire.calibration_bin import Calibration

__all__ = ["calibrated_cameras"]


def calibrated_cameras(content: bytes) -> dict[str, Camera]:
    """Read the intrinsics of ``world``, ``eye0`` (right) and ``eye1`` of a Neon module.

    Args:
        content: of the file.

    Raises:
        ValueError: it does not describe cameras.
    """
    try:
        told = Calibration.parse(content)
    except RemoteProtocolError as error:
        raise ValueError(str(error)) from error
    cameras = {"world": told.scene, "eye0": told.right, "eye1": told.left}
    return {
        name: Camera.from_core(
            {
                "resolution": NEON_SIZES_PX[name],
                "camera_matrix": camera.camera_matrix,
                "dist_coefs": camera.distortion_coefficients,
            }
        )
        for name, camera in cameras.items()
    }
