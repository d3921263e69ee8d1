"""The calibration file of glasses whose source has none: cameras as they are designed."""

from __future__ import annotations

from gazewire.camera import GlassesInfo
from gazewire.device.product import Product
from gazewire.wire.calibration_bin import Calibration, CameraCalibration

__all__ = ["calibration_file"]

# Typical of real modules.
_SCENE_FOCAL_PX = 896.0
_SCENE_SIZE_PX = (1600, 1200)
_EYE_FOCAL_PX = 140.0
_EYE_SIZE_PX = (192, 192)

_NO_DISTORTION = (0.0,) * 8
_IDENTITY = (
    (1.0, 0.0, 0.0, 0.0),
    (0.0, 1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0, 0.0),
    (0.0, 0.0, 0.0, 1.0),
)


def calibration_file(product: Product, info: GlassesInfo, serial: str) -> bytes | None:
    """Return what ``/calibration.bin`` serves.

    Args:
        product: only some have such a file.
        info: a source that knows its calibration has the last word.
        serial: serial number of the module.

    Returns:
        The file of the source, else one of ideal cameras without distortion, in one frame; None
        for a product without such a file.
    """
    if info.calibration is not None or not product.has_calibration:
        return info.calibration
    eye = _ideal(_EYE_FOCAL_PX, _EYE_SIZE_PX)
    scene = _ideal(_SCENE_FOCAL_PX, _SCENE_SIZE_PX)
    return Calibration(version=1, serial=serial, scene=scene, right=eye, left=eye).serialize()


def _ideal(focal_px: float, size_px: tuple[int, int]) -> CameraCalibration:
    center_x_px, center_y_px = ((length - 1) / 2 for length in size_px)
    return CameraCalibration(
        camera_matrix=((focal_px, 0.0, center_x_px), (0.0, focal_px, center_y_px), (0.0, 0.0, 1.0)),
        distortion_coefficients=_NO_DISTORTION,
        extrinsics_affine_matrix=_IDENTITY,
    )
