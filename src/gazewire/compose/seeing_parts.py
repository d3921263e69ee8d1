"""From what an eye sees to the parts that find its pupil."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gazewire.compose.looking_request import follow_requests
from gazewire.compose.rehearsal import rehearse
from gazewire.compose.seeing_eye import CameraOfSize, SeeingEye
from gazewire.compose.synthetic_eye import SyntheticEye, side_of, synthetic_wearer
from gazewire.model import EyeId, PupilDatum
from gazewire.optics import Camera, known_camera, nominal_camera
from gazewire.service import (
    Camera as ServiceCamera,
)
from gazewire.service import (
    DetectorSettings,
    EyeParts,
    FrameExposure,
    Reference,
    Rehearsal,
)
from gazewire.sim import Attention
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX

__all__ = ["seeing_parts", "synthetic_parts"]

# In frames as the synthetic wearer's, from the camera to the middle of the eyeball of most people.
_DISTANCE_MM = 32.6


def synthetic_parts(seed: int, eye_id: EyeId, rate_hz: int) -> EyeParts:
    """What an eye of the synthetic wearer is made of: its images are drawn, and looked at.

    Args:
        seed: who the wearer is.
        eye_id: which eye.
        rate_hz: exposures a second, a divisor of 200.
    """
    focal_px = synthetic_wearer(seed).person.eye(side_of(eye_id)).camera.focal_px
    middle_px = (EYE_IMAGE_SIZE_PX - 1) / 2
    optics = Camera(
        EYE_IMAGE_SIZE_PX, EYE_IMAGE_SIZE_PX, (focal_px, focal_px), (middle_px, middle_px)
    )
    attention = Attention()
    camera = SyntheticEye(seed, eye_id, rate_hz, attention)
    pupils = SeeingEye(eye_id, lambda width, height: optics, distance_mm=_DISTANCE_MM)
    return EyeParts(
        camera,
        pupils,
        _foreign(eye_id),
        rehearse=_rehearsal(seed, eye_id, camera, pupils),
        hears=follow_requests(attention),
    )


def seeing_parts(camera: ServiceCamera, eye_id: EyeId, name: str | None) -> EyeParts:
    """What an eye is made of that a camera looks at.

    Args:
        camera: that looks at it.
        eye_id: which eye.
        name: of the camera, as the operating system tells it; None where there is none.
    """
    return EyeParts(camera, SeeingEye(eye_id, _known_by(name)), _foreign(eye_id))


def _foreign(eye_id: EyeId) -> SeeingEye:
    return SeeingEye(eye_id, nominal_camera)


def _known_by(name: str | None) -> CameraOfSize:
    def camera_of_size(width: int, height: int) -> Camera:
        known = None if name is None else known_camera(name, width, height)
        return known or nominal_camera(width, height)

    return camera_of_size


def _rehearsal(seed: int, eye_id: EyeId, camera: SyntheticEye, pupils: SeeingEye) -> Rehearsal:
    def run(until_unix_ns: int) -> Iterator[tuple[Reference, Sequence[PupilDatum]]]:
        settings = DetectorSettings()
        return (
            (
                Reference(
                    timestamp_unix_ns=image.frame.timestamp_unix_ns,
                    norm_pos=image.norm_pos,
                    target=image.target,
                ),
                pupils.pupils(FrameExposure(image.frame), settings),
            )
            for image in rehearse(seed, eye_id, lambda: camera.renderer, until_unix_ns)
        )

    return run
