"""Ellipses laid on edges: along rays from its middle a pupil ends where dark turns bright.

Each edge that is found tells how far the outline is off along one ray. In the coordinates in which
an ellipse is the unit circle, small changes of it move the outline by the lowest harmonics of the
angle, so that the best change is a linear fit of five numbers. Points without edges, behind glints,
lashes or lids, are left out or outvoted, and what they leave open is taken to be round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Ellipses, Floats
from gazewire.eye.picture import GREY_LEVELS
from gazewire.eye.rays import Rays, clean_along, quantile, sampled, with_neighbours

__all__ = ["FINE_RAYS", "Edges", "Outlines", "refine", "snap"]

# Roughly, in the coarse image. Lengths are relative to the ellipse.
_SNAP_RAYS = Rays(24)
_SNAP_RADII = np.arange(0.44, 1.7, 0.08).astype(np.float32)
# How far ellipses are off, as a deviation; all rays together, and then each.
_SNAP_SCALE, _SNAP_WIDTH = 0.3, 0.35
# Beside a glint this near there is no telling where the edge is.
_SNAP_GLINT = 0.2
# Tones: a step of this height counts half.
_SNAP_STEP = 6.0
_SNAP_TOLERANCE = 0.06

# Finely, at working size. Lengths are pixels.
FINE_RAYS = Rays(40)
_FINE_STEPS_PX = np.arange(-9, 10, dtype=np.float32)
# Some that are outside for certain.
_OUTER = slice(13, 18, 2)
_MEAN_OF_OUTER = np.full(3, 1 / 3, np.float32)
# All but so many steps at either end are to be free of glints.
_FINE_GLINT_STEPS = 4
# Two rounds: how far ellipses are off, as a deviation, and how often the fit is solved.
_FINE_WIDTH_PX = 3.5
_FINE_ROUNDS = ((5.0, 1), (_FINE_WIDTH_PX, 2))
# By the contrast of pupil and iris: a lid that is brighter than this is taken to be no brighter.
_FINE_CLIP = 1.3
_FINE_STEP = 1.0
_FINE_TOLERANCE_PX = 1.2
_LEAST_CONTRAST = 2.0
# The iris is what this share of the rays leave the pupil into, at most.
_IRIS_SHARE = 0.35
# Edges of a pupil are this near its ellipse, and farther where contrast is small: pixels, and
# pixels times grey levels.
_NEAR_PX, _NEAR_FAINT_PX = 0.3, 15.0

# Weights, in rays, of staying as it is, for each mode.
_SNAP_STIFFNESS = np.diag(np.array([0.05, 0.3, 0.3, 0.3, 0.3], np.float32))
_FINE_STIFFNESS = np.diag(np.array([0.05, 0.1, 0.1, 0.1, 0.1], np.float32))
# Weight of being round where there is less edge, as a mean of all rays, than enough: it grows with
# the square of what is missing, so that whole pupils keep their shape.
_ROUNDNESS, _ENOUGH_EDGE = 30.0, 0.53

# Edges farther off than so many medians are no edges of the pupil (Tukey's biweight).
_OUTLIER = 3.5

# Rays that are added to those without an edge, so that few visible ones convince less.
_DOUBTFUL_RAYS = 4


def snap(tones: NDArray[np.float32], ellipses: Ellipses) -> Ellipses:
    """Move each of many ellipses to the edges around it.

    Args:
        tones: (h, w), see `EyePicture.tones`.
        ellipses: K of them, off by up to half their size.

    Returns:
        K ellipses.
    """
    radii = _SNAP_RADII[1:-1]
    along = sampled(tones, ellipses, _SNAP_RAYS, _SNAP_RADII)
    clean = clean_along(along, 1)
    np.minimum(along, GREY_LEVELS, out=along)
    edge = with_neighbours(along[:, :, 2:] - along[:, :, :-2])
    np.maximum(edge, 0, out=edge)
    edge *= clean
    # Saturated, so that a lid beside the pupil has no more say than the iris.
    edge /= edge + _SNAP_STEP

    # First as a whole, to where most rays have an edge, then ray by ray.
    share = edge.sum(axis=1) / (clean.sum(axis=1) + _DOUBTFUL_RAYS)
    share *= np.exp(-0.5 * ((radii - 1) / _SNAP_SCALE) ** 2)
    scale = radii[share.argmax(axis=1)]
    away = radii - scale[:, None]
    likely = edge * np.exp(-0.5 * (away / _SNAP_WIDTH) ** 2)[:, None, :]
    place = likely.argmax(axis=2)
    weight = edge.ravel().take(_flat(place, edge))
    weight *= (clean | (np.abs(away) >= _SNAP_GLINT)[:, None, :]).all(axis=2)
    offset = radii[place] - scale[:, None]
    modes = _fitted(
        offset,
        weight,
        _SNAP_RAYS,
        _SNAP_STIFFNESS,
        ellipses.flatness,
        _SNAP_TOLERANCE,
        solves=2,
    )
    modes[:, 0] += scale - 1
    return ellipses.moved(modes)


@dataclass(frozen=True, slots=True)
class Edges:
    """The edge along each ray that most likely is the pupil's.

    Attributes:
        ellipses: K of them, around which edges were sought.
        offset_px: (K, N), how far outside of the ellipse.
        weight: (K, N), 0 to 1, how steep for this pupil; 0 where a glint is near.
        length_px: (K, N), from the middle to the outline.
        whole: (K, N), no glint is near.
        inside: (K,) grey level within the ellipse.
        outside: (K, N, 3) grey levels some pixels beyond it.
    """

    ellipses: Ellipses
    offset_px: Floats
    weight: Floats
    length_px: Floats
    whole: NDArray[np.bool_]
    inside: Floats
    outside: Floats

    @classmethod
    def near(
        cls, levels: NDArray[np.float32], ellipses: Ellipses, width_px: float = _FINE_WIDTH_PX
    ) -> Edges:
        """Find those of `FINE_RAYS`.

        Args:
            levels: (h, w), see `EyePicture.levels`.
            ellipses: K of them.
            width_px: how far they are off, as a deviation.
        """
        rays, steps = FINE_RAYS, _FINE_STEPS_PX
        offsets, middle = steps[2:-2], len(steps) // 2
        across = rays.directions @ ellipses.shapes.transpose(0, 2, 1)
        length: Floats = np.sqrt((across * across).sum(axis=2))
        along = sampled(levels, ellipses, rays, 1 + steps / length[:, :, None])
        clean = clean_along(along, 2)
        inside, outside = (
            quantile(along[:, :, 2 : middle - 2]),
            quantile(along[:, :, middle + 3 : -2]),
        )
        contrast = np.minimum(np.maximum(outside - inside, _LEAST_CONTRAST), GREY_LEVELS)
        outer = along[:, :, _OUTER].copy()
        np.minimum(along, (inside + _FINE_CLIP * contrast)[:, None, None], out=along)
        # Two pixels farther out against two farther in.
        rise: Floats = along[:, :, 3:-1] + along[:, :, 4:]
        rise -= along[:, :, :-4]
        rise -= along[:, :, 1:-3]
        rise /= 2 * contrast[:, None, None]
        rise *= clean
        rise = with_neighbours(rise)
        edge = np.maximum(rise, 0)
        edge *= clean
        edge /= edge + _FINE_STEP

        likely = edge * np.exp((offsets / width_px) ** 2 * -0.5)
        place = likely[:, :, 1:-1].argmax(axis=2) + 1
        flat = _flat(place, rise)
        near = clean[:, :, _FINE_GLINT_STEPS:-_FINE_GLINT_STEPS]
        whole: NDArray[np.bool_] = np.logical_and.reduce(near, axis=2)
        return cls(
            ellipses=ellipses,
            offset_px=offsets[place] + _peak(rise.ravel(), flat),
            weight=edge.ravel().take(flat) * whole,
            length_px=length,
            whole=whole,
            inside=inside,
            outside=outer,
        )

    def __getitem__(self, index: int) -> Edges:
        """Those of a single ellipse."""
        one = slice(index, index + 1)
        return Edges(
            Ellipses(self.ellipses.centers[one], self.ellipses.shapes[one]),
            self.offset_px[one],
            self.weight[one],
            self.length_px[one],
            self.whole[one],
            self.inside[one],
            self.outside[one],
        )

    def surroundings(self) -> tuple[Floats, Floats]:
        """How far an edge of the pupil may be off, and where skin is beside it.

        Returns:
            (K,) pixels, the more the less contrast there is; and (K, N) by how much it is brighter
            outside than the iris is, 0 to 1 contrasts.
        """
        outside = np.minimum(self.outside, GREY_LEVELS) @ _MEAN_OF_OUTER
        iris = quantile(outside, _IRIS_SHARE)
        contrast = np.maximum(iris - self.inside, _LEAST_CONTRAST)
        glare = (outside - iris[:, None]) / contrast[:, None]
        tolerance_px: Floats = _NEAR_PX + _NEAR_FAINT_PX / contrast
        return tolerance_px, np.minimum(np.maximum(glare, 0), 1)

    def fit(self, *, solves: int) -> Outlines:
        """Move the ellipses to these edges.

        Args:
            solves: how often the fit is solved; from the second on outliers count less.
        """
        offset = self.offset_px / self.length_px
        tolerance = (_FINE_TOLERANCE_PX / self.ellipses.radii)[:, None]
        flatness = self.ellipses.flatness
        modes = _fitted(
            offset, self.weight, FINE_RAYS, _FINE_STIFFNESS, flatness, tolerance, solves=solves
        )
        return Outlines(self.ellipses.moved(modes), self, self.missed_px(modes))

    def missed_px(self, modes: Floats) -> Floats:
        """How far each edge is outside of the ellipses after a move.

        Args:
            modes: (K, 5), or (J, 5) moves of a single ellipse.

        Returns:
            (K, N) or (J, N).
        """
        missed: Floats = self.offset_px - (modes @ FINE_RAYS.modes.T) * self.length_px
        return missed


@dataclass(frozen=True, slots=True)
class Outlines:
    """Ellipses and the edges that they were laid on.

    Attributes:
        ellipses: K of them.
        edges: near them.
        missed_px: (K, N) by which each edge is outside of its ellipse.
    """

    ellipses: Ellipses
    edges: Edges
    missed_px: Floats

    def __getitem__(self, index: int) -> Outlines:
        """A single one."""
        one = slice(index, index + 1)
        ellipse = Ellipses(self.ellipses.centers[one], self.ellipses.shapes[one])
        return Outlines(ellipse, self.edges[index], self.missed_px[one])

    def agreement(self, support_px: float) -> Floats:
        """(K,) share of the rays that have an edge within so many pixels; flat ones count less."""
        supports = self.edges.weight * (np.abs(self.missed_px) <= support_px)
        agreement: Floats = supports.sum(axis=1) / (self.edges.whole.sum(axis=1) + _DOUBTFUL_RAYS)
        return agreement


def refine(levels: NDArray[np.float32], ellipses: Ellipses) -> Outlines:
    """Lay ellipses on the edges near them, to a fraction of a pixel.

    Args:
        levels: (h, w), see `EyePicture.levels`.
        ellipses: K of them, off by some pixels.
    """
    for width_px, solves in _FINE_ROUNDS:
        outlines = Edges.near(levels, ellipses, width_px).fit(solves=solves)
        ellipses = outlines.ellipses
    return outlines


def _flat(place: NDArray[np.integer], values: Floats) -> NDArray[np.integer]:
    # Where the chosen step of each ray lies among all values, (K, N).
    steps = values.shape[2]
    return place + np.arange(0, place.size * steps, steps).reshape(place.shape)


def _peak(values: Floats, flat: NDArray[np.integer]) -> Floats:
    # How far the top of the parabola through three values is from the middle one.
    before, at, after = values.take(flat - 1), values.take(flat), values.take(flat + 1)
    bend = np.minimum(before - 2 * at + after, -1e-3)
    peak: Floats = np.minimum(np.maximum((before - after) / (2 * bend), -0.7), 0.7)
    return peak


def _fitted(
    offset: Floats,
    weight: Floats,
    rays: Rays,
    stiffness: Floats,
    flatness: Floats,
    tolerance: Floats | float,
    *,
    solves: int,
) -> Floats:
    # (K, 5) modes whose sum is nearest the offsets, (K, N), by iteratively reweighted least
    # squares. Offsets within tolerance are never outliers.
    robust = weight
    modes: Floats = np.zeros((len(offset), 5), np.float32)
    for turn in range(solves):
        if turn:
            missed = np.abs(offset - modes @ rays.modes.T)
            missed /= np.maximum(_OUTLIER * quantile(missed)[:, None], tolerance)
            missed *= missed
            robust = np.maximum(1 - missed, 0)
            robust *= robust
            robust *= weight
        normal = (robust @ rays.products).reshape(-1, 5, 5)
        normal += stiffness
        blind = np.maximum(1 - robust.sum(axis=1) / (_ENOUGH_EDGE * len(rays)), 0)
        roundness = _ROUNDNESS * blind * blind
        normal[:, 3, 3] += roundness
        normal[:, 4, 4] += roundness
        right = (robust * offset) @ rays.modes
        right[:, 3:] += roundness[:, None] * flatness
        modes = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
    return modes
