"""The pictures of both eye cameras, side by side as Neon sends them, and what is true of them."""

from __future__ import annotations

import numpy as np

from gazewire.model import Frame
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX, Side
from gazewire.sim.eye_image import EyeRenderer
from gazewire.sim.eye_pose import EyePose
from gazewire.sim.eye_truth import PupilTruth
from gazewire.sim.person import Person

__all__ = ["EYE_VIDEO_HEIGHT", "EYE_VIDEO_WIDTH", "EyeVideo"]

EYE_VIDEO_WIDTH = 2 * EYE_IMAGE_SIZE_PX
"""Pixels in a row: the left eye's picture, then the right one's."""

EYE_VIDEO_HEIGHT = EYE_IMAGE_SIZE_PX
"""Rows."""


class EyeVideo:
    """Draws both eyes of a person.

    Making one takes about two seconds. It is not to be shared between threads.
    """

    def __init__(self, person: Person) -> None:
        self._left = EyeRenderer(person, "left")
        self._right = EyeRenderer(person, "right")

    def frame(self, left: EyePose, right: EyePose, *, index: int, timestamp_unix_ns: int) -> Frame:
        """Draw one picture of both eyes; the pixels are the receiver's to keep.

        Args:
            left: of the left eye.
            right: of the right eye.
            index: counts the pictures; decides the noise of the sensors.
            timestamp_unix_ns: instant of exposure.
        """
        pixels = np.empty((EYE_VIDEO_HEIGHT, EYE_VIDEO_WIDTH), np.uint8)
        pixels[:, :EYE_IMAGE_SIZE_PX] = self._left.render(left, noise_seed=2 * index)
        pixels[:, EYE_IMAGE_SIZE_PX:] = self._right.render(right, noise_seed=2 * index + 1)
        return Frame(
            camera="eyes",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=EYE_VIDEO_WIDTH,
            height=EYE_VIDEO_HEIGHT,
            pixel_format="gray",
            data=pixels.reshape(-1).data,
        )

    def truth(self, side: Side, pose: EyePose) -> PupilTruth:
        """What is true of one eye's picture, in pixels of its own half."""
        return (self._left if side == "left" else self._right).truth(pose)
