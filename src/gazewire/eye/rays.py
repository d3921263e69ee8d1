"""Grey levels along rays from the middles of ellipses."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Ellipses, Floats
from gazewire.eye.picture import GREY_LEVELS

__all__ = ["Rays", "clean_along", "quantile", "sampled", "with_neighbours"]


class Rays:
    """Directions spread evenly over the unit circle, and what moves an ellipse along them.

    Attributes:
        directions: (N, 2) unit vectors.
        modes: (N, 5), how far each of five small changes of the unit circle moves its outline
            outward: growing, moving along x, along y, stretching along x, along the diagonal.
        products: (N, 25), all products of two modes, of which normal equations are summed.

    Args:
        count: N.
    """

    def __init__(self, count: int) -> None:
        turn = np.arange(count) * (2 * np.pi / count)
        cos, sin = np.cos(turn), np.sin(turn)
        self.directions: Floats = np.stack([cos, sin], axis=1).astype(np.float32)
        modes = [np.ones(count), cos, sin, np.cos(2 * turn), np.sin(2 * turn)]
        self.modes: Floats = np.stack(modes, axis=1).astype(np.float32)
        self.products: Floats = np.einsum("ni,nj->nij", self.modes, self.modes).reshape(count, 25)

    def __len__(self) -> int:
        """N."""
        return len(self.directions)


def sampled(image: NDArray[np.float32], ellipses: Ellipses, rays: Rays, radii: Floats) -> Floats:
    """Look up an image along rays, between its pixels and beyond its border.

    Args:
        image: (h, w).
        ellipses: K of them.
        rays: N directions from the middle of each.
        radii: R places along each ray, 1 on the outline; (R,), or (K, N, R).

    Returns:
        (K, N, R) float32, the caller's to change.
    """
    across = rays.directions @ ellipses.shapes.transpose(0, 2, 1)
    x = across[:, :, :1] * radii
    x += ellipses.centers[:, None, :1]
    y = across[:, :, 1:] * radii
    y += ellipses.centers[:, None, 1:]
    count, turns, steps = x.shape
    values = cv2.remap(
        image,
        x.reshape(-1, steps),
        y.reshape(-1, steps),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(values, np.float32).reshape(count, turns, steps)


def clean_along(along: Floats, reach: int) -> NDArray[np.bool_]:
    """Whether no glint lies within so many steps of a place.

    Args:
        along: (K, N, R), see `sampled`.
        reach: steps to either side.

    Returns:
        (K, N, R - 2 * reach), without the places near the ends of a ray.
    """
    count, turns, steps = along.shape
    spoilt = (along >= GREY_LEVELS).view(np.uint8).reshape(-1, steps)
    spoilt = np.asarray(cv2.dilate(spoilt, np.ones((1, 2 * reach + 1), np.uint8)), np.uint8)
    clean: NDArray[np.bool_] = (spoilt == 0).reshape(count, turns, steps)
    return clean[:, :, reach:-reach]


def with_neighbours(values: Floats) -> Floats:
    """(K, N, R) values of each ray and half of those beside it."""
    halves = 0.5 * values
    summed = values.copy()
    summed[:, 1:] += halves[:, :-1]
    summed[:, :-1] += halves[:, 1:]
    summed[:, 0] += halves[:, -1]
    summed[:, -1] += halves[:, 0]
    return summed


def quantile(values: Floats, share: float = 0.5) -> Floats:
    """(K,) the value in each row of values, (K, ...), below which this share of them lies.

    NumPy's own takes ten times as long for few numbers, and looks for NaN.
    """
    rows = values.reshape(len(values), -1)
    place = int(rows.shape[1] * share)
    return np.partition(rows, place, axis=1)[:, place]
