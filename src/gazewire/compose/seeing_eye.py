"""An eye that is really looked at: from each image to its pupil, in the plane and in space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.eye_optics import CameraOfSize
from gazewire.eye import Detector2d, Pupil2d
from gazewire.eye.model3d import Detector3dProperties, EyeModel3d
from gazewire.model import EyeId, Frame, PupilDatum
from gazewire.optics import Camera
from gazewire.service import (
    METHOD_2D,
    METHOD_3D,
    DetectorSettings,
    Exposure,
    FrameExposure,
    nothing_found,
)
from gazewire.service.frames import image_bytes

__all__ = ["SeeingEye"]


class SeeingEye:
    """Finds the pupil in each image, and the eyeball behind: a `gazewire.service.PupilSource`.

    Where an exposure knows its camera, as those do that a headset sends, that one counts. The model
    of the eyeball begins anew with another camera or size of image.

    Args:
        eye_id: whose images.
        camera_of_size: tells the camera of all others.
        distance_mm: of the eyeball from the camera in frames of this kind, on most faces; None
            where it can be put anywhere.
    """

    def __init__(
        self, eye_id: EyeId, camera_of_size: CameraOfSize, *, distance_mm: float | None = None
    ) -> None:
        self._eye_id = eye_id
        self._camera_of_size = camera_of_size
        self._properties_3d = Detector3dProperties(distance_mm=distance_mm)
        self._detector = Detector2d()
        self._camera: Camera | None = None
        self._model: EyeModel3d | None = None
        self._is_to_forget = False

    def pupils(self, exposure: Exposure, settings: DetectorSettings) -> Sequence[PupilDatum]:
        """The 2-D datum; then, where a pupil is found and the eyeball is known, the 3-D one."""
        found = self._look(exposure, settings)
        if found is None:
            return [nothing_found(self._eye_id, exposure.timestamp_unix_ns)]
        width, height = exposure.width, exposure.height
        flat = found.datum(
            eye_id=self._eye_id,
            method=METHOD_2D,
            timestamp_unix_ns=exposure.timestamp_unix_ns,
            width=width,
            height=height,
        )
        model = self._model_for(exposure)
        model.is_long_term_model_frozen = settings.detector_3d.is_long_term_model_frozen
        solid = model.observe(
            exposure.timestamp_unix_ns,
            found.center_px,
            found.axes_px,
            found.angle_deg,
            found.confidence,
        )
        if solid is None:
            return [flat]
        return [
            flat,
            solid.datum(eye_id=self._eye_id, method=METHOD_3D, width=width, height=height),
        ]

    def reset_model(self) -> None:
        """Forget the eyeball; any thread may ask for it."""
        self._is_to_forget = True

    def _look(self, exposure: Exposure, settings: DetectorSettings) -> Pupil2d | None:
        self._detector.settings = settings.detector_2d
        roi = settings.roi
        bounds = None if roi is None else (roi.min_x, roi.min_y, roi.max_x, roi.max_y)
        return self._detector.detect(_gray(exposure.frame()), bounds)

    def _model_for(self, exposure: Exposure) -> EyeModel3d:
        camera = exposure.camera if isinstance(exposure, FrameExposure) else None
        if camera is None:
            size = exposure.width, exposure.height
            if self._camera is None or (self._camera.width, self._camera.height) != size:
                camera = self._camera_of_size(*size)
            else:
                camera = self._camera
        if self._model is None or camera != self._camera:
            self._camera = camera
            self._model = EyeModel3d(camera, self._properties_3d)
            self._is_to_forget = False
        if self._is_to_forget:
            self._is_to_forget = False
            self._model.reset()
        return self._model


def _gray(frame: Frame) -> NDArray[np.uint8]:
    pixels = np.frombuffer(image_bytes(frame, "gray"), np.uint8)
    return pixels.reshape(frame.height, frame.width)
