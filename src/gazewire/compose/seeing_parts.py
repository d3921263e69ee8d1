"""From what an eye sees to the parts that find its pupil."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gazewire.compose.eye_optics import CameraOfSize, eye_optics
from gazewire.compose.looking_request import follow_requests
from gazewire.compose.rehearsal import rehearse
from gazewire.compose.seeing_eye import SeeingEye
from gazewire.compose.spec import SYNTHETIC
from gazewire.compose.synthetic_eye import SyntheticEye
from gazewire.model import EyeId, PupilDatum
from gazewire.optics import nominal_camera
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
    attention = Attention()
    camera = SyntheticEye(seed, eye_id, rate_hz, attention)
    pupils = SeeingEye(eye_id, eye_optics(SYNTHETIC, eye_id, seed), distance_mm=_DISTANCE_MM)
    return EyeParts(
        camera,
        pupils,
        _foreign(eye_id),
        rehearse=_rehearsal(seed, eye_id, camera, pupils),
        hears=follow_requests(attention),
    )


def seeing_parts(camera: ServiceCamera, eye_id: EyeId, optics: CameraOfSize) -> EyeParts:
    """What an eye is made of that a camera looks at.

    Args:
        camera: that looks at it.
        eye_id: which eye.
        optics: of the camera.
    """
    return EyeParts(camera, SeeingEye(eye_id, optics), _foreign(eye_id))


def _foreign(eye_id: EyeId) -> SeeingEye:
    return SeeingEye(eye_id, nominal_camera)


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
