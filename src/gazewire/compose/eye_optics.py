"""Which lens an eye camera has, as far as it is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gazewire.camera.v4l2 import camera_name
from gazewire.compose.recorded_optics import recorded_optics
from gazewire.compose.spec import NO_SOURCE, SYNTHETIC, VIDEO4LINUX
from gazewire.compose.synthetic_eye import side_of, synthetic_wearer
from gazewire.model import EyeId
from gazewire.optics import Camera, known_camera, nominal_camera
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX

__all__ = ["CameraOfSize", "eye_optics"]

CameraOfSize = Callable[[int, int], Camera]
"""The camera that takes images of this width and height."""


def eye_optics(spec: str, eye_id: EyeId, seed: int) -> CameraOfSize:
    """Tell the camera that looks at an eye.

    Args:
        spec: what the eye sees, as for `gazewire.compose.service_parts.eye_parts`.
        eye_id: which eye.
        seed: who the synthetic wearer is.

    Returns:
        A camera of the Core headset goes by its name, footage by the intrinsics beside it; of any
        other what Core assumes is told.
    """
    if spec == SYNTHETIC:
        camera = _wearers(eye_id, seed)
        return lambda width, height: camera
    if spec == NO_SOURCE:
        return nominal_camera
    if spec.startswith(VIDEO4LINUX):
        name = camera_name(Path(spec.removeprefix(VIDEO4LINUX)))
        return lambda width, height: (
            known_camera(name, width, height) or nominal_camera(width, height)
        )
    told = {
        (one.width, one.height): one
        for one in recorded_optics(Path(spec), "eye1" if eye_id else "eye0")
    }
    return lambda width, height: told.get((width, height)) or nominal_camera(width, height)


def _wearers(eye_id: EyeId, seed: int) -> Camera:
    focal_px = synthetic_wearer(seed).person.eye(side_of(eye_id)).camera.focal_px
    size_px, middle_px = EYE_IMAGE_SIZE_PX, (EYE_IMAGE_SIZE_PX - 1) / 2
    return Camera(size_px, size_px, (focal_px, focal_px), (middle_px, middle_px))
