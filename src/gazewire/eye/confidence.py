"""How much an ellipse looks like a pupil.

The evidence is the logarithm of odds, and a weighted sum: of how many rays leave the ellipse into
something brighter and by how much, of how even its inside is, how round it is and how large, and of
how well the edges that were found agree with it. The weights were started from a logistic
regression on rendered eyes, as they are and darkened, and rounded and balanced by hand, so that
they hold for real images of little contrast too.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Ellipses, Floats
from gazewire.eye.outline import FINE_RAYS, Outlines
from gazewire.eye.picture import GREY_LEVELS
from gazewire.eye.rays import Rays, quantile, sampled

__all__ = ["AGREEMENT", "doubt", "evidence", "probability"]

_RAYS = Rays(24)
_RADII = np.array([0.3, 0.55, 0.75, 0.88, 1.12, 1.25], np.float32)
# A step of this many tones (see `EyePicture.tones`) counts half, and is one.
_STEP_TONES = 6.0
_MOST_UNEVEN_TONES = 20.0

# Rays that are added to those without an edge, so that few visible ones convince less.
_DOUBTFUL_RAYS = 2

_BIAS = -15.0
_CONTRAST = 14.0
_STEPS = 3.5
_UNEVENNESS = -0.2
_ROUNDNESS, _ROUND_ENOUGH = 2.0, 0.8
# Against irises: a pupil is seldom wider than a quarter of the image.
_LARGENESS, _LARGE = -3.0, 0.28
AGREEMENT = 6.5
"""What is added for edges that agree with an ellipse on all rays, see `refine`."""

# What is doubted: edges that disagree, by so many tolerances or more in full; outlines of which
# much is guessed; and more bright rays than skin beside a whole pupil makes. The last is what good
# outlines have of all these.
_DISAGREEMENT, _OFF = 12.0, 1.45
_FREEDOM, _LEAST_KNOWN = 0.5, 0.02 * np.eye(5, dtype=np.float32)
_GLARE, _USUAL_GLARE = 9.0, 0.3
_USUAL_DOUBT = 2.3


def evidence(tones: NDArray[np.float32], ellipses: Ellipses, width_px: float) -> Floats:
    """Judge ellipses by the coarse image alone.

    Args:
        tones: (h, w), see `EyePicture.tones`.
        ellipses: K of them.
        width_px: of the whole image, in pixels of the coarse one.

    Returns:
        (K,) logarithm of the odds that each is the pupil, without `AGREEMENT`.
    """
    along = sampled(tones, ellipses, _RAYS, _RADII)
    clean = along < GREY_LEVELS
    level = np.minimum(quantile(along[:, :, :4]), GREY_LEVELS)
    np.minimum(along, GREY_LEVELS, out=along)

    whole = clean[:, :, 2:].all(axis=2)
    step = along[:, :, 4] + along[:, :, 5]
    step -= along[:, :, 2]
    step -= along[:, :, 3]
    step *= whole
    np.maximum(step, 0, out=step)
    rays = whole.sum(axis=1) + _DOUBTFUL_RAYS
    contrast = (step / (step + 2 * _STEP_TONES)).sum(axis=1) / rays
    steps = (step > _STEP_TONES).sum(axis=1) / rays

    uneven = np.abs(along[:, :, :3] - level[:, None, None])
    np.minimum(uneven, _MOST_UNEVEN_TONES, out=uneven)
    uneven *= clean[:, :, :3]

    largeness = np.log(2 * ellipses.radii / (_LARGE * width_px))
    total: Floats = (
        _BIAS
        + _CONTRAST * contrast
        + _STEPS * steps
        + _UNEVENNESS * uneven.mean(axis=(1, 2))
        + _ROUNDNESS * np.minimum(ellipses.roundness, _ROUND_ENOUGH)
        + _LARGENESS * np.maximum(largeness, 0)
    )
    return total


def doubt(outline: Outlines) -> float:
    """Doubt that an ellipse is where the pupil is, and not only near it.

    Args:
        outline: a single one.

    Returns:
        What is to be taken from the logarithm of its odds.
    """
    edges = outline.edges
    weight = edges.weight[0]
    tolerance_px, glare = edges.surroundings()
    off = outline.missed_px[0] / (_OFF * tolerance_px)
    square = np.minimum(off * off, 1)
    disagreement = float(square @ weight) / max(float(weight.sum()), 1e-3)
    # The variance of the outline where it is largest, if each edge that agrees had one of 1.
    normal = ((weight * (square < 1)) @ FINE_RAYS.products).reshape(5, 5)
    covariance = np.linalg.inv(normal + _LEAST_KNOWN)
    variance = float((FINE_RAYS.products @ covariance.ravel()).max())
    return (
        _DISAGREEMENT * disagreement
        + _FREEDOM * math.log(variance) / 2
        + _GLARE * max(float(glare.mean()) - _USUAL_GLARE, 0.0)
        - _USUAL_DOUBT
    )


def probability(odds: float) -> float:
    """The probability that has this logarithm of odds."""
    return 1 / (1 + math.exp(-min(max(odds, -50.0), 50.0)))
