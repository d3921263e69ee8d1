"""Pupils that a lid has cut: the part of their edge that is seen tells the rest.

A lid cuts the outline along a line that an ellipse follows nearly as well as the whole one: an
ellipse that is laid on all edges is some pixels off and looks right. So arcs of many places and
widths are left out in turn. Where a lid hides one, all other edges agree with the ellipse without
it, to less than a pixel, and the edges in it lie inside, before something brighter than the iris.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.ellipses import Floats
from gazewire.eye.outline import FINE_RAYS, Edges, Outlines

__all__ = ["uncovered"]

_RAYS = FINE_RAYS
# Arcs that may be hidden, in rays; each begins two rays after the one before.
_ARCS, _ARC_STEP = (9, 16), 2

# Edges farther off than so many tolerances have no part in a fit.
_OUTLIER = 2.5
# What an edge costs at most, if one that is off by its tolerance costs 1: outside, where no lid
# explains it, and inside before the iris; before a lid that much less.
_OUTSIDE, _INSIDE, _GLARING = 2.0, 1.5, 1.3
# Where no more than this is off there is no lid, and a lid explains so much at least.
_OFF, _EXPLAINED = 3.0, 2.5

# After so many rounds, or when nothing moves by more than this, the outline is what it is.
_ROUNDS = 6
_SETTLED_PX = 0.15

# Weights, in rays, of staying as it is, and of being round where there is no edge.
_STIFFNESS = np.diag(np.array([0.05, 0.1, 0.1, 0.1, 0.1], np.float32))
_ROUNDNESS, _ENOUGH_EDGE = 0.3, 0.53


def _hidden_arcs() -> NDArray[np.float32]:
    count = len(_RAYS)
    seen = [np.ones(count)]
    for width in _ARCS:
        for first in range(0, count, _ARC_STEP):
            arc = np.ones(count)
            arc[np.arange(first, first + width) % count] = 0
            seen.append(arc)
    return np.array(seen, np.float32)


# The first row hides nothing.
_SEEN = _hidden_arcs()


def uncovered(levels: NDArray[np.float32], outline: Outlines) -> Outlines:
    """Find the outline of a pupil of which a lid may hide a part.

    Args:
        levels: (h, w), see `gazewire.eye.picture.EyePicture.levels`.
        outline: a single one, laid on all edges.

    Returns:
        The one without the edge of the lid; the same where no lid explains what is off.
    """
    edges, least = outline.edges, _EXPLAINED
    tolerance_px, most = _bounds(edges)
    if _costs(edges, outline.missed_px / tolerance_px, most)[0] < _OFF:
        return outline
    for _ in range(_ROUNDS):
        modes, missed_px = _without_arcs(edges, tolerance_px)
        costs = _costs(edges, missed_px / tolerance_px, most)
        best = int(costs.argmin())
        if best == 0 or costs[0] - costs[best] < least:
            break
        chosen = slice(best, best + 1)
        outline = Outlines(edges.ellipses.moved(modes[chosen]), edges, missed_px[chosen])
        if np.abs(edges.offset_px - outline.missed_px).max() < _SETTLED_PX:
            break
        # That there is a lid needs to be shown only once.
        edges, least = Edges.near(levels, outline.ellipses), 0.0
        tolerance_px, most = _bounds(edges)
    return outline


def _bounds(edges: Edges) -> tuple[Floats, tuple[Floats, float]]:
    """The tolerance, and the most that edges inside cost, (1, N), and outside."""
    tolerance_px, glare = edges.surroundings()
    return tolerance_px, (_INSIDE - _GLARING * glare, _OUTSIDE)


def _costs(edges: Edges, missed: Floats, most: tuple[Floats, float]) -> Floats:
    """(J,) how badly edges, (J, N), agree with the ellipse or are explained by a lid."""
    costs: Floats = (
        np.minimum(missed * missed, np.where(missed > 0, most[1], most[0])) @ (edges.weight[0])
    )
    return costs


def _without_arcs(edges: Edges, tolerance_px: Floats) -> tuple[Floats, Floats]:
    """(J, 5) modes of the fit without each arc, and (J, N) what edges it has missed."""
    seen = _SEEN * edges.weight
    offset, flatness = edges.offset_px / edges.length_px, edges.ellipses.flatness
    missed = edges.missed_px(_fitted(offset, seen, flatness))
    missed /= _OUTLIER * tolerance_px
    robust = np.maximum(1 - missed * missed, 0)
    modes = _fitted(offset, seen * robust * robust, flatness)
    return modes, edges.missed_px(modes)


def _fitted(offset: Floats, weight: Floats, flatness: Floats) -> Floats:
    normal = (weight @ _RAYS.products).reshape(-1, 5, 5)
    normal += _STIFFNESS
    blind = np.maximum(1 - weight.sum(axis=1) / (_ENOUGH_EDGE * len(_RAYS)), 0)
    roundness = _ROUNDNESS * blind * blind
    normal[:, 3, 3] += roundness
    normal[:, 4, 4] += roundness
    right = (weight * offset) @ _RAYS.modes
    right[:, 3:] += roundness[:, None] * flatness
    modes: Floats = np.linalg.solve(normal, right[:, :, None])[:, :, 0]
    return modes
