"""Ellipses laid on edges: along rays from its middle a pupil ends where dark turns bright."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Ellipses, Floats, Rays
from gazewire.eye.picture import GREY_LEVELS

__all__ = ["median", "refine", "sampled", "snap"]

# -- rough, in the coarse image, many candidates ---------------------------------------------------

_SNAP_RAYS = Rays(24)
_SNAP_RADII = np.arange(0.44, 1.7, 0.08).astype(np.float32)
_SNAP_TONES = 6.0
_SNAP_ROUNDS = 1
_SNAP_WIDTH = 0.35
_SNAP_STIFFNESS = np.array([0.05, 0.3, 0.3, 1.5, 1.5], np.float32)
_SNAP_ROUNDNESS = 1.5
_SNAP_SOLVES = 2
_SNAP_TOLERANCE = 0.06

# -- fine, at working size, few candidates ---------------------------------------------------------

_FINE_RAYS = Rays(48)
_FINE_REACH_PX = 9
_FINE_WIDTHS_PX = ((5.0,), (3.5,))
_FINE_CLIP = 2.0
_FINE_STEEPNESS = 1.0
_FINE_STIFFNESS = np.array([0.05, 0.1, 0.1, 1.5, 1.5], np.float32)
_FINE_ROUNDNESS = 1.5
_FINE_SOLVES = 2
_FINE_TOLERANCE_PX = 1.2
_LEAST_CONTRAST = 2.0


def snap(tones: NDArray[np.float32], ellipses: Ellipses) -> Ellipses:
    """Move each of many ellipses to the edges around it.

    Args:
        tones: (h, w), see `EyePicture.tones`.
        ellipses: K of them, roughly in place.

    Returns:
        K ellipses.
    """
    radii = _SNAP_RADII[1:-1]
    for turn in range(_SNAP_ROUNDS):
        along = sampled(tones, ellipses, _SNAP_RAYS, _SNAP_RADII)
        clean = _clean(along, 1)
        np.minimum(along, GREY_LEVELS, out=along)
        edge = _with_neighbours(along[:, :, 2:] - along[:, :, :-2])
        # A saturating measure, so that a lid beside a pupil has no more say than an iris.
        np.maximum(edge, 0, out=edge)
        edge *= clean
        edge /= edge + _SNAP_TONES
        if turn == 0:
            # Where most rays have an edge.
            share = edge.sum(axis=1) / (clean.sum(axis=1) + 4)
            share *= np.exp(-0.5 * ((radii - 1) / 0.3) ** 2)
            middle = radii[share.argmax(axis=1)]
        else:
            middle = np.ones(len(ellipses), np.float32)
        width = _SNAP_WIDTH / (turn + 1)
        away = radii - middle[:, None]
        likely = edge * np.exp(-0.5 * (away / width) ** 2)[:, None, :]
        place = likely.argmax(axis=2)
        weight = _flat(edge).take(_flat_places(place, edge))
        weight *= (clean | (np.abs(away) >= 0.2)[:, None, :]).all(axis=2)
        offset = radii[place] - middle[:, None]
        pull = _SNAP_ROUNDNESS * ellipses.flatness
        modes = _fitted(
            offset, weight, _SNAP_RAYS, _SNAP_STIFFNESS, pull, _SNAP_TOLERANCE, _SNAP_SOLVES
        )
        modes[:, 0] += middle - 1
        modes[:, 3:] = modes[:, 3:].clip(-0.3, 0.3)
        ellipses = ellipses.moved(modes)
    return ellipses


def refine(
    levels: NDArray[np.float32], ellipses: Ellipses, support_px: float = 2.5
) -> tuple[Ellipses, Floats]:
    """Lay ellipses on the edges near them, to a fraction of a pixel.

    Args:
        levels: (h, w), see `EyePicture.levels`.
        ellipses: K of them, off by some pixels.

    Returns:
        K ellipses.
    """
    reach, rays = _FINE_REACH_PX, _FINE_RAYS
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    offsets = steps[2:-2]
    for widths in _FINE_WIDTHS_PX:
        across = rays.directions @ ellipses.shapes.transpose(0, 2, 1)
        length = np.sqrt((across * across).sum(axis=2))
        along = sampled(levels, ellipses, rays, 1 + steps / length[:, :, None])
        clean = _clean(along, 2)
        inside = median(along[:, :, 2 : reach - 2])
        outside = median(along[:, :, reach + 3 : -2])
        contrast = (outside - inside).clip(_LEAST_CONTRAST, GREY_LEVELS)
        np.minimum(along, (inside + _FINE_CLIP * contrast)[:, None, None], out=along)
        rise = along[:, :, 3:-1] + along[:, :, 4:]
        rise -= along[:, :, :-4]
        rise -= along[:, :, 1:-3]
        rise *= clean
        rise = _with_neighbours(rise)
        rise /= 2 * contrast[:, None, None]
        edge = np.maximum(rise, 0)
        edge *= clean
        edge /= edge + _FINE_STEEPNESS
        whole = clean[:, :, 4:-4].all(axis=2)
        pull = _FINE_ROUNDNESS * ellipses.flatness
        tolerance = (_FINE_TOLERANCE_PX / ellipses.radii)[:, None]
        modes = np.zeros((len(ellipses), 5), np.float32)
        for turn, width in enumerate(widths):
            away = offsets if turn == 0 else offsets - ((modes @ rays.modes.T) * length)[:, :, None]
            likely = edge * np.exp(away * away * (-0.5 / width**2))
            place = likely[:, :, 1:-1].argmax(axis=2) + 1
            flat = _flat_places(place, rise)
            before, at, after = (_flat(rise).take(flat + step) for step in (-1, 0, 1))
            bend = np.minimum(before - 2 * at + after, -1e-3)
            offset = offsets[place] + ((before - after) / (2 * bend)).clip(-0.7, 0.7)
            weight = _flat(edge).take(flat)
            weight *= whole
            modes = _fitted(
                offset / length, weight, rays, _FINE_STIFFNESS, pull, tolerance, _FINE_SOLVES
            )
        modes[:, 0] = modes[:, 0].clip(-0.4, 0.6)
        modes[:, 3:] = modes[:, 3:].clip(-0.2, 0.2)
        ellipses = ellipses.moved(modes)
    near = np.abs(offset - (modes @ rays.modes.T) * length) <= support_px
    agreement = (weight * near).sum(axis=1) / (whole.sum(axis=1) + 4)
    return ellipses, agreement


def sampled(image: NDArray[np.float32], ellipses: Ellipses, rays: Rays, radii: Floats) -> Floats:
    # (K, N, R) values along rays; radii are relative to the outline, (R,) or (K, N, R).
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
    return np.asarray(values).reshape(count, turns, steps)


def _clean(along: Floats, reach: int) -> NDArray[np.bool_]:
    # (K, N, R - 2 * reach), whether no glint is within reach.
    count, turns, steps = along.shape
    spoilt = (along >= GREY_LEVELS).view(np.uint8).reshape(-1, steps)
    spoilt = cv2.dilate(spoilt, np.ones((1, 2 * reach + 1), np.uint8))
    return (spoilt == 0).reshape(count, turns, steps)[:, :, reach:-reach]


def _with_neighbours(values: Floats) -> Floats:
    # Each ray and half of those beside it.
    halves = 0.5 * values
    summed = values.copy() if values.base is not None else values
    summed[:, 1:] += halves[:, :-1]
    summed[:, :-1] += halves[:, 1:]
    summed[:, 0] += halves[:, -1]
    summed[:, -1] += halves[:, 0]
    return summed


def _flat(values: Floats) -> Floats:
    return values.ravel()


def _flat_places(place: NDArray[np.integer], values: Floats) -> NDArray[np.integer]:
    # Where the chosen step of each ray lies in the flat array.
    steps = values.shape[2]
    return place + np.arange(0, place.size * steps, steps).reshape(place.shape)


def median(values: Floats) -> Floats:
    # (K,), quicker than NumPy's, which looks for NaN.
    rows = values.reshape(len(values), -1)
    middle = rows.shape[1] // 2
    return np.partition(rows, middle, axis=1)[:, middle]


def _fitted(
    offset: Floats,
    weight: Floats,
    rays: Rays,
    stiffness: Floats,
    pull: Floats,
    tolerance: Floats | float,
    solves: int,
) -> Floats:
    # (K, 5) modes.
    robust = weight
    diagonal = np.diag(stiffness)
    for turn in range(solves):
        normal = (robust @ rays.products).reshape(-1, 5, 5)
        normal += diagonal
        right = (robust * offset) @ rays.modes
        right[:, 3:] += pull
        found = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
        if turn == solves - 1:
            break
        missed = np.abs(offset - found @ rays.modes.T)
        spread = np.maximum(3.5 * median(missed)[:, None], tolerance)
        missed /= spread
        missed *= missed
        robust = np.maximum(1 - missed, 0)
        robust *= robust
        robust *= weight
    return found
