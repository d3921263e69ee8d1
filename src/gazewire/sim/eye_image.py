"""Near-infrared pictures of one eye of somebody who does not exist.

    person = Person.from_seed(7)
    renderer = EyeRenderer(person, "right")
    pose = EyePose(optical_axis=(0.0, 0.0, 1.0), pupil_diameter_mm=3.5, lid_opening=0.8)
    picture = renderer.render(pose, noise_seed=0)
    truth = renderer.truth(pose)

A picture is a pure function of the person, the side, the pose and the seed of the noise.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX, Side
from gazewire.sim.eye_face import Face
from gazewire.sim.eye_globe import Globe
from gazewire.sim.eye_lids import LidCurves
from gazewire.sim.eye_pose import EyePose, PosedEye
from gazewire.sim.eye_skin import LidPictures
from gazewire.sim.eye_truth import PupilTruth, pupil_truth
from gazewire.sim.person import Person

__all__ = ["EyeRenderer"]

# The lens is sharp to about a pixel, here as the deviation of a Gaussian.
_BLUR_PX = 0.75
# Noise of the sensor, in grey levels: what reading out adds, and how the variance of counted
# photons grows with light. At 8 bits and full wells of some thousand electrons.
_READ_NOISE, _SHOT_NOISE = 0.6, 0.009
_NOISE_SIZE = 640


class EyeRenderer:
    """Draws one eye, and knows what it has drawn.

    Making one takes about a second, because all that does not depend on the pose is prepared.
    It is not to be shared between threads.

    Attributes:
        person: whose eye.
        eye: which, with its camera.

    Args:
        person: whose eye.
        side: which of the two.
    """

    def __init__(self, person: Person, side: Side) -> None:
        self.person = person
        self.eye = person.eye(side)
        self._lids = LidCurves(person.lids)
        self._face = face = Face.of(self.eye)
        self._globe = Globe(person, self.eye, face, blur_px=_BLUR_PX)
        self._upper = LidPictures(person, self.eye, face, upper=True, blur_px=_BLUR_PX)
        self._lower = LidPictures(person, self.eye, face, upper=False, blur_px=_BLUR_PX)
        rng = np.random.default_rng([person.seed, side == "right", 0x401])
        self._noise = rng.standard_normal((_NOISE_SIZE, _NOISE_SIZE)).astype(np.float32)
        levels = np.arange(256, dtype=np.float32)
        self._noise_of_level = np.sqrt(_READ_NOISE**2 + _SHOT_NOISE * levels)[None]

    def render(self, pose: EyePose, noise_seed: int) -> NDArray[np.uint8]:
        """Draw the eye.

        Args:
            pose: of the eye.
            noise_seed: decides the sensor's noise; a different one for each picture, 0 or more.

        Returns:
            (192, 192) uint8, C-contiguous, the caller's to keep.
        """
        posed = PosedEye.of(self.eye, pose)
        rise = self._lids.rise(pose.lid_opening, pose.elevation_deg)
        upper, lower = self._upper.at(rise.upper), self._lower.at(rise.lower)
        picture = lower.light.copy()
        box = self._globe.rows, self._globe.columns
        globe = cv2.convertScaleAbs(self._globe.paint(pose, posed))
        open_share = cv2.bitwise_not(lower.cover[box])
        cv2.add(picture[box], cv2.multiply(globe, open_share, scale=1 / 255), picture[box])
        below = cv2.multiply(picture, cv2.bitwise_not(upper.cover), scale=1 / 255)
        return self._noisy(np.asarray(cv2.add(below, upper.light), np.uint8), noise_seed)

    def truth(self, pose: EyePose) -> PupilTruth:
        """What is true of the picture of this pose, whatever its noise."""
        return pupil_truth(self.eye, self._face, self._lids, pose)

    def _noisy(self, picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
        # A sheet of noise is made once; every picture gets another place of it (Knuth's
        # multiplicative hash, so that neighbours in time are no neighbours on the sheet).
        places = _NOISE_SIZE - EYE_IMAGE_SIZE_PX
        down, across = divmod(seed * 2654435761 % 2**32 % (places * places), places)
        size = EYE_IMAGE_SIZE_PX
        grain = self._noise[down : down + size, across : across + size]
        deviation = cv2.LUT(picture, self._noise_of_level)
        noise = cv2.multiply(deviation, grain, deviation)
        return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)
