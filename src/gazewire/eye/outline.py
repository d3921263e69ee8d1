"""Ellipses laid on edges: along rays from its middle a pupil ends where dark turns bright."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Ellipses, Floats, Rays
from gazewire.eye.picture import GREY_LEVELS

__all__ = ["Appearance", "appearance", "refine", "snap"]

# -- rough, in the coarse image, many candidates ----------------------------------------------------

_SNAP_RAYS = Rays(32)
_SNAP_RADII = np.arange(0.4, 1.75, 0.06).astype(np.float32)
_SNAP_TONES = 6.0
_SNAP_ROUNDS = 2
_SNAP_WIDTH = 0.35
_SNAP_STIFFNESS = np.array([0.05, 0.3, 0.3, 1.5, 1.5], np.float32)
_SNAP_ROUNDNESS = 0.0

# -- fine, at working size, few candidates ----------------------------------------------------------

_FINE_RAYS = Rays(64)
_FINE_REACH_PX = 9
_FINE_WIDTHS_PX = (5.0, 4.0, 2.5)
_FINE_CLIP = 2.0
_FINE_STEEPNESS = 1.0
_FINE_STIFFNESS = np.array([0.05, 0.1, 0.1, 0.6, 0.6], np.float32)
_FINE_ROUNDNESS = 0.0
_LEAST_CONTRAST = 2.0

_ROBUST_ROUNDS = 4


def snap(tones: NDArray[np.float32], ellipses: Ellipses) -> Ellipses:
    """Move each of many ellipses to the edges around it.

    Args:
        tones: (h, w), see `EyePicture.tones`.
        ellipses: K of them, roughly in place.

    Returns:
        K ellipses.
    """
    radii = _SNAP_RADII[1:-1]
    stiffness = _SNAP_STIFFNESS
    for turn in range(_SNAP_ROUNDS):
        along = _sampled(tones, ellipses, _SNAP_RAYS, _SNAP_RADII)
        spoilt = along >= GREY_LEVELS
        np.minimum(along, GREY_LEVELS, out=along)
        clean = ~(spoilt[:, :, 2:] | spoilt[:, :, :-2])
        rise = (along[:, :, 2:] - along[:, :, :-2]) * clean
        rise = _with_neighbours(rise)
        # A saturating measure, so that a lid beside a pupil has no more say than an iris.
        edge = np.maximum(rise, 0) * clean
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
        weight = np.take_along_axis(edge, place[:, :, None], axis=2)[:, :, 0]
        weight *= (clean | (np.abs(away) >= 0.2)[:, None, :]).all(axis=2)
        offset = radii[place] - middle[:, None]
        modes = _fitted(
            offset, weight, _SNAP_RAYS, stiffness, 0.06, _SNAP_ROUNDNESS * ellipses.flatness
        )
        modes[:, 0] += middle - 1
        modes[:, 3:] = np.clip(modes[:, 3:], -0.3, 0.3)
        ellipses = ellipses.moved(modes)
    return ellipses


def refine(levels: NDArray[np.float32], ellipses: Ellipses) -> Ellipses:
    """Lay ellipses on the edges near them, to a fraction of a pixel.

    Args:
        levels: (h, w), see `EyePicture.levels`.
        ellipses: K of them, off by some pixels.

    Returns:
        K ellipses.
    """
    reach = _FINE_REACH_PX
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    offsets = steps[2:-2]
    for width in _FINE_WIDTHS_PX:
        length = np.hypot(
            *(_FINE_RAYS.directions @ ellipses.shapes.transpose(0, 2, 1)).transpose(2, 0, 1)
        )
        along = _sampled(levels, ellipses, _FINE_RAYS, 1 + steps / length[:, :, None])
        spoilt = along >= GREY_LEVELS
        inside = np.median(along[:, :, 2 : reach - 2].reshape(len(along), -1), axis=1)
        outside = np.median(along[:, :, reach + 3 : -2].reshape(len(along), -1), axis=1)
        contrast = np.clip(outside - inside, _LEAST_CONTRAST, GREY_LEVELS)
        np.minimum(along, (inside + _FINE_CLIP * contrast)[:, None, None], out=along)
        rise = along[:, :, 3:-1] + along[:, :, 4:] - along[:, :, :-4] - along[:, :, 1:-3]
        rise /= 2 * contrast[:, None, None]
        clean = ~(
            spoilt[:, :, 4:]
            | spoilt[:, :, 3:-1]
            | spoilt[:, :, 2:-2]
            | spoilt[:, :, 1:-3]
            | spoilt[:, :, :-4]
        )
        rise *= clean
        rise = _with_neighbours(rise)
        edge = np.maximum(rise, 0) * clean
        edge /= edge + _FINE_STEEPNESS
        likely = edge * np.exp(-0.5 * (offsets / width) ** 2)
        place = likely[:, :, 1:-1].argmax(axis=2)[:, :, None] + 1
        before, at, after = (
            np.take_along_axis(rise, place + step, axis=2)[:, :, 0] for step in (-1, 0, 1)
        )
        bend = np.minimum(before - 2 * at + after, -1e-3)
        offset = offsets[place[:, :, 0]] + np.clip((before - after) / (2 * bend), -0.7, 0.7)
        weight = np.take_along_axis(edge, place, axis=2)[:, :, 0]
        weight *= clean[:, :, 4:-4].all(axis=2)
        size = ellipses.radii
        modes = _fitted(
            offset / length,
            weight,
            _FINE_RAYS,
            _FINE_STIFFNESS,
            (1.2 / size)[:, None],
            _FINE_ROUNDNESS * ellipses.flatness,
        )
        modes[:, 0] = np.clip(modes[:, 0], -0.4, 0.6)
        modes[:, 3:] = np.clip(modes[:, 3:], -0.2, 0.2)
        ellipses = ellipses.moved(modes)
    return ellipses


@dataclass(frozen=True, slots=True)
class Appearance:
    """How an ellipse stands out, (K,) each."""

    support: Floats
    unevenness: Floats
    darkness: Floats


_LOOK_RADII = np.array([0.3, 0.55, 0.75, 0.88, 1.12, 1.25], np.float32)
_LOOK_TONES = 6.0


def appearance(tones: NDArray[np.float32], ellipses: Ellipses) -> Appearance:
    """Look at ellipses in the coarse image."""
    along = _sampled(tones, ellipses, _SNAP_RAYS, _LOOK_RADII)
    spoilt = along >= GREY_LEVELS
    inner = along[:, :, :4].reshape(len(along), -1)
    darkness = np.minimum(np.median(inner, axis=1), 100)
    np.minimum(along, GREY_LEVELS, out=along)
    clean = ~spoilt[:, :, 2:].any(axis=2)
    contrast = np.maximum(along[:, :, 4:].mean(axis=2) - along[:, :, 2:4].mean(axis=2), 0) * clean
    support = (contrast / (contrast + _LOOK_TONES)).sum(axis=1) / (clean.sum(axis=1) + 2)
    uneven = np.abs(along[:, :, :3] - darkness[:, None, None])
    uneven = np.where(spoilt[:, :, :3], 0, np.minimum(uneven, 20)).mean(axis=(1, 2))
    return Appearance(support, uneven, darkness)


def _sampled(image: NDArray[np.float32], ellipses: Ellipses, rays: Rays, radii: Floats) -> Floats:
    # (K, N, R) values along rays; radii are relative to the outline, (R,) or (K, N, R).
    across = rays.directions @ ellipses.shapes.transpose(0, 2, 1)
    places = across[:, :, :, None] * (radii if radii.ndim == 1 else radii[:, :, None, :])
    places += ellipses.centers[:, None, :, None]
    count, turns, _, steps = places.shape
    x = np.ascontiguousarray(places[:, :, 0], np.float32).reshape(-1, steps)
    y = np.ascontiguousarray(places[:, :, 1], np.float32).reshape(-1, steps)
    values = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(values).reshape(count, turns, steps)


def _with_neighbours(values: Floats) -> Floats:
    # Each ray and half of those beside it.
    summed = values.copy()
    summed[:, 1:] += 0.5 * values[:, :-1]
    summed[:, :-1] += 0.5 * values[:, 1:]
    summed[:, 0] += 0.5 * values[:, -1]
    summed[:, -1] += 0.5 * values[:, 0]
    return summed


def _fitted(
    offset: Floats,
    weight: Floats,
    rays: Rays,
    stiffness: Floats,
    tolerance: Floats | float,
    pull: Floats,
) -> Floats:
    modes = rays.modes
    robust = weight
    goal = np.zeros((len(offset), 5), np.float32)
    goal[:, 3:] = pull
    for turn in range(_ROBUST_ROUNDS):
        weighted = robust[:, :, None] * modes
        normal = weighted.transpose(0, 2, 1) @ modes
        normal += np.diag(stiffness)
        right = (offset[:, None, :] @ weighted)[:, 0] + goal
        found = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
        if turn == _ROBUST_ROUNDS - 1:
            break
        missed = np.abs(offset - found @ modes.T)
        spread = 3.5 * np.median(missed, axis=1, keepdims=True)
        robust = weight * np.maximum(1 - (missed / np.maximum(spread, tolerance)) ** 2, 0) ** 2
    return found
