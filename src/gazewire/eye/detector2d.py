"""The 2-D pupil detector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.candidates import dark_blobs
from gazewire.eye.confidence import confidence, evidence
from gazewire.eye.ellipses import Ellipses
from gazewire.eye.outline import refine, snap
from gazewire.eye.picture import EyePicture
from gazewire.eye.pupil2d import Pupil2d
from gazewire.eye.settings import DetectorSettings2d

__all__ = ["Detector2d", "detect"]

_LEAST_SIZE_PX = 16
_REFINED = 3
_SAME = 0.2


class Detector2d:
    """Finds the pupil in images of one eye."""

    def __init__(self, settings: DetectorSettings2d | None = None) -> None:
        self.settings = settings or DetectorSettings2d()

    def detect(
        self, gray: NDArray[np.uint8], roi: tuple[int, int, int, int] | None = None
    ) -> Pupil2d | None:
        """Find the pupil.

        Args:
            gray: (H, W) uint8.
            roi: first column, first row, last column, last row, all within.
        """
        _check(gray)
        width = gray.shape[1]
        left, top = 0, 0
        if roi is not None:
            left, top = max(roi[0], 0), max(roi[1], 0)
            gray = gray[top : roi[3] + 1, left : roi[2] + 1]
        if min(gray.shape) < _LEAST_SIZE_PX:
            return None
        settings = self.settings
        picture = EyePicture.of(gray, coarse_detection=settings.coarse_detection)
        factor = picture.shrunk * picture.coarsened
        min_px = settings.pupil_size_min / factor
        max_px = settings.pupil_size_max * max(1.0, width / 192) / factor
        blobs = dark_blobs(picture, settings, min_px=min_px, max_px=max_px)
        if not len(blobs):
            return None
        tones = picture.tones()
        snapped = snap(tones, blobs)
        best = _distinct(snapped, evidence(tones, snapped, width / factor))
        refined, agreement = refine(picture.levels(), snapped[best].scaled(picture.coarsened))
        proof = evidence(tones, refined.scaled(1 / picture.coarsened), width / factor)
        place = int((proof + 6.5 * agreement).argmax())
        chosen = refined[np.array([place])].scaled(picture.shrunk)
        axes, angle = chosen.axes()
        return Pupil2d(
            center_px=(float(chosen.centers[0, 0]) + left, float(chosen.centers[0, 1]) + top),
            axes_px=(float(axes[0, 0]), float(axes[0, 1])),
            angle_deg=float(angle[0]),
            confidence=confidence(float(proof[place]), float(agreement[place])),
        )


def detect(gray: NDArray[np.uint8]) -> Pupil2d | None:
    """Find the pupil in one image."""
    return Detector2d().detect(gray)


def _distinct(ellipses: Ellipses, score: NDArray[np.floating]) -> NDArray[np.integer]:
    # The best, and the next ones that are no copies of it.
    centers, radii = ellipses.centers.tolist(), ellipses.radii.tolist()
    chosen: list[int] = []
    for index in np.argsort(-score).tolist():
        (x, y), radius = centers[index], radii[index]
        if all(
            abs(x - centers[c][0]) + abs(y - centers[c][1]) > _SAME * radii[c]
            or abs(radius - radii[c]) > _SAME * radii[c]
            for c in chosen
        ):
            chosen.append(index)
            if len(chosen) == _REFINED:
                break
    return np.array(chosen)


def _check(gray: NDArray[np.uint8]) -> None:
    if not isinstance(gray, np.ndarray):
        raise TypeError(f"an image is an array, not {type(gray).__name__}")
    if gray.ndim != 2:
        raise ValueError(f"an image of an eye is (H, W), not of shape {gray.shape}")
    if gray.dtype != np.uint8:
        raise TypeError(f"an image of an eye is uint8, not {gray.dtype} of shape {gray.shape}")
