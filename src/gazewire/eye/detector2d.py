"""The 2-D pupil detector.

Dark blobs of the image are candidates. Each is moved to the edges around it, the best ones are laid
on them to a fraction of a pixel, and the one that looks most like a pupil is the answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.candidates import dark_blobs
from gazewire.eye.confidence import AGREEMENT, doubt, evidence, probability
from gazewire.eye.ellipses import Ellipses, Floats
from gazewire.eye.lids import uncovered
from gazewire.eye.outline import refine, snap
from gazewire.eye.picture import EyePicture
from gazewire.eye.pupil2d import Pupil2d
from gazewire.model import DetectorSettings2d

__all__ = ["Detector2d", "Roi", "detect"]

Roi = tuple[int, int, int, int]
"""First column, first row, last column and last row of a region of an image."""

_DEFAULTS = DetectorSettings2d()

# Smaller images hold no pupil that could be told from a speck.
_LEAST_SIZE_PX = 16
# Widths of images for which the settings are made.
_SETTINGS_WIDTH_PX = 192
# So many candidates are refined, if they differ by this part of their radius in place or size.
_REFINED = 2
_DISTINCT = 0.2
# What is less likely is not worth telling.
_LEAST_CONFIDENCE = 0.01


class Detector2d:
    """Finds the pupil in the images of one eye, which come one after the other.

    It looks for the pupil anywhere, and where it was before. What it found before is one candidate
    more and is judged as the others are, so that a wrong one is forgotten with the next image.

    Args:
        settings: what can be set; may be replaced at any time.
    """

    def __init__(self, settings: DetectorSettings2d = _DEFAULTS) -> None:
        self.settings = settings
        self._before: Ellipses | None = None

    def detect(self, gray: NDArray[np.uint8], roi: Roi | None = None) -> Pupil2d | None:
        """Find the pupil in the next image.

        Args:
            gray: (H, W) uint8, near infrared, in which pupils are dark; not kept.
            roi: region in which the whole pupil is; the whole image without one. What of it is
                outside of the image does not count.

        Returns:
            The pupil in pixels of the whole image, or None where nothing looks like one.

        Raises:
            TypeError: the image is no array of uint8.
            ValueError: it has not two dimensions.
        """
        found = _detect(gray, roi, self.settings, self._before)
        self._before = None
        if found is not None:
            self._before = Ellipses.of_axes(found.center_px, found.axes_px, found.angle_deg)
        return found


def detect(gray: NDArray[np.uint8]) -> Pupil2d | None:
    """Find the pupil in one image of an eye.

    Args:
        gray: (H, W) uint8, near infrared, in which pupils are dark; 100 to 640 pixels wide, others
            are accepted; not kept.

    Returns:
        The pupil, or None where nothing looks like one.

    Raises:
        TypeError: the image is no array of uint8.
        ValueError: it has not two dimensions.
    """
    return _detect(gray, None, _DEFAULTS, None)


def _detect(
    gray: NDArray[np.uint8],
    roi: Roi | None,
    settings: DetectorSettings2d,
    before: Ellipses | None,
) -> Pupil2d | None:
    _check(gray)
    width = gray.shape[1]
    left = top = 0
    if roi is not None:
        left, top = max(roi[0], 0), max(roi[1], 0)
        gray = gray[top : max(roi[3] + 1, 0), left : max(roi[2] + 1, 0)]
    if min(gray.shape) < _LEAST_SIZE_PX:
        return None
    picture = EyePicture.of(gray, coarse_detection=settings.coarse_detection)
    factor = picture.shrunk * picture.coarsened
    wider = max(width / _SETTINGS_WIDTH_PX, 1.0)
    min_px, max_px = settings.pupil_size_min, settings.pupil_size_max * wider

    candidates = dark_blobs(picture, settings, min_px=min_px / factor, max_px=max_px / factor)
    if before is not None:
        origin = np.array([left, top], np.float32)
        moved = Ellipses(before.centers - origin, before.shapes)
        candidates = candidates.joined(moved.scaled(1 / factor))
    if not len(candidates):
        return None

    tones, width_coarse = picture.tones(), width / factor
    snapped = snap(tones, candidates)
    best = _distinct(snapped, evidence(tones, snapped, width_coarse))
    support_px = settings.ellipse_true_support_min_dist * wider / picture.shrunk
    levels = picture.levels()
    refined = refine(levels, snapped[best].scaled(picture.coarsened))
    odds = evidence(tones, refined.ellipses.scaled(1 / picture.coarsened), width_coarse)
    odds += AGREEMENT * refined.agreement(support_px)

    for index in np.argsort(-odds).tolist():
        outline = uncovered(levels, refined[index])
        center, (smaller, larger), angle = outline.ellipses.scaled(picture.shrunk).outline(0)
        confidence = probability(float(odds[index]) - doubt(outline))
        if (
            confidence >= _LEAST_CONFIDENCE
            and 0 <= center[0] <= gray.shape[1] - 1
            and 0 <= center[1] <= gray.shape[0] - 1
            and min_px <= larger <= max_px
            and smaller >= settings.ellipse_roundness_ratio * larger
        ):
            return Pupil2d(
                center_px=(center[0] + left, center[1] + top),
                axes_px=(smaller, larger),
                angle_deg=angle,
                confidence=confidence,
            )
    return None


def _distinct(ellipses: Ellipses, odds: Floats) -> NDArray[np.integer]:
    # The likeliest, and the next ones that are no copies of it.
    centers, radii = ellipses.centers.tolist(), ellipses.radii.tolist()
    chosen: list[int] = []
    for index in np.argsort(-odds).tolist():
        (x, y), radius = centers[index], radii[index]
        if all(
            abs(x - centers[other][0]) + abs(y - centers[other][1]) > _DISTINCT * radii[other]
            or abs(radius - radii[other]) > _DISTINCT * radii[other]
            for other in chosen
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
