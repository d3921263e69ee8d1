"""Which lens the scene camera has, as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gazewire.camera.v4l2 import camera_name
from gazewire.compose.footage_camera import find_footage
from gazewire.compose.recorded_optics import recorded_optics
from gazewire.compose.spec import NO_SOURCE, SYNTHETIC, VIDEO4LINUX
from gazewire.model import EyeId
from gazewire.optics import Camera, known_camera, nominal_camera
from gazewire.recording import open_source
from gazewire.sim import scene_camera

__all__ = ["SCENE_SIZE_PX", "scene_optics"]

SCENE_SIZE_PX = (1280, 720)
"""Width and height that cameras of this machine are asked for."""


def scene_optics(scene: str, eyes: Mapping[EyeId, str]) -> Camera | None:
    """Tell the camera in whose image gaze is.

    Args:
        scene: what the scene camera sees.
        eyes: what each eye sees: the wearer's look at what the wearer's scene camera would see,
            also where that is not there.

    Returns:
        The lens of a camera of the Core headset, which goes by its name; of footage what is told
        beside it; one without distortion of any other; None where nothing is known, not even a
        size.
    """
    if scene == SYNTHETIC or (scene == NO_SOURCE and SYNTHETIC in eyes.values()):
        pinhole = scene_camera("neon")
        focal_px = (pinhole.focal_px, pinhole.focal_px)
        return Camera(pinhole.width, pinhole.height, focal_px, pinhole.middle_px)
    if scene == NO_SOURCE:
        return None
    if scene.startswith(VIDEO4LINUX):
        name = camera_name(Path(scene.removeprefix(VIDEO4LINUX)))
        return known_camera(name, *SCENE_SIZE_PX) or nominal_camera(*SCENE_SIZE_PX)
    shape = open_source(find_footage(Path(scene), "world")).info.scene
    if shape is None:
        return None
    told = recorded_optics(Path(scene), "world")
    size = shape.width, shape.height
    known = (camera for camera in told if (camera.width, camera.height) == size)
    return next(known, None) or nominal_camera(*size)
