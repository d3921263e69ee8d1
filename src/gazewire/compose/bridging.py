"""What a bridge measures by itself: surfaces, and fixations for glasses that tell none."""

from __future__ import annotations

from gazewire.bridge import MeasuringParts
from gazewire.compose.movement import fixation_detector
from gazewire.compose.surface_locator import camera_surfaces
from gazewire.optics import Camera, nominal_camera
from gazewire.service import Exposure, FixationArgs, FixationDetector, SurfaceLocator

__all__ = ["bridging_parts"]


def bridging_parts() -> MeasuringParts:
    """Make them."""
    return MeasuringParts(surfaces=_surfaces, fixations=_fixations)


def _surfaces(lens: Camera | None) -> SurfaceLocator:
    def camera(exposure: Exposure) -> Camera:
        if lens is not None and (exposure.width, exposure.height) == (lens.width, lens.height):
            return lens
        return nominal_camera(exposure.width, exposure.height)

    return camera_surfaces(camera)


def _fixations(args: FixationArgs, lens: Camera | None) -> FixationDetector:
    return fixation_detector(args, lambda: lens or nominal_camera(1088, 1080))
