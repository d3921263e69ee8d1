"""A synthetic wearer looks at known places before looking about: data for a calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.synthetic_eye import side_of, synthetic_wearer
from gazewire.model import EyeId, Frame, Point2
from gazewire.sim import EyePose, EyeRenderer, Wearer
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX
from gazewire.sim.eyes import Eyes

__all__ = ["RehearsedImage", "rehearse"]

# Targets in rows and columns, as parts of the scene image; beyond, lids and nose are in the way.
_ACROSS = np.linspace(0.14, 0.86, 5)
_DOWN = np.linspace(0.16, 0.84, 5)
# In the first round the eyeball becomes known, in the second all is seen in space, too.
_ROUNDS = 2
_IMAGES_PER_TARGET = 3
# From one image to the next the pupil's width changes, and is not that of the images before.
_BETWEEN_S = 0.35
# Lids this near to how far they are open at rest do not blink.
_OPEN = 0.95
_INTERVAL_NS = 20_000_000
# Images of the wearer's life have smaller numbers.
_FIRST_NOISE = 1_000_000


@dataclass(frozen=True, slots=True)
class RehearsedImage:
    """One image of an eye that looks at a known place.

    Attributes:
        target: number of the place.
        norm_pos: where it is in the scene image, origin bottom left.
        frame: of the eye.
    """

    target: int
    norm_pos: Point2
    frame: Frame


def rehearse(
    seed: int, eye_id: EyeId, renderer: Callable[[], EyeRenderer], until_unix_ns: int
) -> Iterator[RehearsedImage]:
    """Draw an eye that looks at 25 places of the scene image in turn, and at all of them again.

    The images of both eyes correspond one by one.

    Args:
        seed: who the wearer is.
        eye_id: whose images.
        renderer: gives that of this eye, in the thread that draws.
        until_unix_ns: the images are stamped as if they had been taken before.
    """
    wearer = synthetic_wearer(seed)
    places = np.array([(x, y) for y in _DOWN for x in _ACROSS])
    numbers = np.tile(np.repeat(np.arange(len(places)), _IMAGES_PER_TARGET), _ROUNDS)
    poses = _poses(wearer, seed, places[numbers], eye_id)
    begin_ns = until_unix_ns - len(numbers) * _INTERVAL_NS
    for index, (number, pose) in enumerate(zip(numbers.tolist(), poses, strict=True)):
        x, y = places[number].tolist()
        pixels = renderer().render(pose, noise_seed=_FIRST_NOISE + index)
        yield RehearsedImage(
            target=number,
            norm_pos=(x, 1.0 - y),
            frame=Frame(
                camera=f"eye{eye_id}",
                index=index,
                timestamp_unix_ns=begin_ns + index * _INTERVAL_NS,
                width=EYE_IMAGE_SIZE_PX,
                height=EYE_IMAGE_SIZE_PX,
                pixel_format="gray",
                data=pixels.reshape(-1).data,
            ),
        )


def _poses(wearer: Wearer, seed: int, places: NDArray[np.float64], eye_id: EyeId) -> list[EyePose]:
    camera, eyes = wearer.scene.camera, Eyes(wearer.person, seed)
    tangents = camera.unproject(places * [camera.width, camera.height])
    # Twice as many instants as are needed, to leave out those in a blink; of both eyes the same.
    instants: NDArray[np.float64] = _BETWEEN_S * np.arange(2 * len(places), dtype=np.float64)
    courses = eyes.at(instants, np.repeat(tangents[:1], len(instants), axis=0))
    is_open = np.all([course.lid_openings for course in courses], axis=0)
    for course in courses:
        is_open &= course.lid_openings >= _OPEN * np.median(course.lid_openings)
    instants = instants[is_open][: len(places)]
    courses = eyes.at(instants, tangents[: len(instants)])
    return next(course for course in courses if course.eye.side == side_of(eye_id)).poses()
