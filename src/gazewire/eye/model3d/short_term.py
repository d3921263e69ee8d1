"""Pupils of the last seconds, and whether they say that the glasses have slipped."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.model3d.anatomy import EyeAnatomy
from gazewire.eye.model3d.eye_view import EyeView
from gazewire.eye.model3d.long_term import LongTermModel
from gazewire.eye.model3d.observation import Glimpse, duals_of
from gazewire.eye.model3d.sphere import Estimate, Evidence, Prior, fit_eyeball, robust_costs

__all__ = ["ShortTermModel", "Slip"]

_LASTS_NS = 3_000_000_000
_MOST_GLIMPSES = 64
# How far glasses move unnoticed, and how far when they slip.
_DRIFT_MM, _SLIP_MM = 0.12, 1.5
# The new place has to explain the pupils better by a likelihood of e to the tenth, and well,
# in as many fits one after the other, so that half a blink is no slip.
_SLIPPED, _EXPLAINED = 20.0, 5.0
_TIMES = 2
# After so many fits in which no place near the old one explains the pupils it is given up.
_LOST_TIMES = 15
_FEWEST = 8
# They are spread over so much of the image's width, as a deviation: in one place a lid that stays
# where it is looks like a slip, too.
_SPREAD = 0.025
# The cost of a pupil that speaks neither for the old place nor against it.
_USUAL = 4.0


@dataclass(frozen=True, slots=True)
class Slip:
    """The glasses have moved on the face.

    Attributes:
        estimate: where the eyeball is now; None where this is not known: it is far from where it
            was, or another one.
        glimpses: what was seen since.
    """

    estimate: Estimate | None
    glimpses: tuple[Glimpse, ...]


class ShortTermModel:
    """Follows the eyeball by the pupils of the last three seconds.

    Args:
        width: of the image, in tangents.
        anatomy: of the eye.
    """

    def __init__(self, width: float, anatomy: EyeAnatomy) -> None:
        self._width = width
        self._anatomy = anatomy
        self._glimpses: deque[Glimpse] = deque(maxlen=_MOST_GLIMPSES)
        self._doubts = 0

    def add(self, glimpse: Glimpse) -> None:
        """Add what was seen, and forget what is too old."""
        self._glimpses.append(glimpse)
        while glimpse.timestamp_unix_ns - self._glimpses[0].timestamp_unix_ns > _LASTS_NS:
            self._glimpses.popleft()

    def clear(self, *, but: tuple[Glimpse, ...] = ()) -> None:
        """Forget everything but some."""
        self._glimpses = deque(but, maxlen=_MOST_GLIMPSES)
        self._doubts = 0

    def evidence(self) -> Evidence:
        """What is kept."""
        return self._by_place(self._glimpses)

    def follow(self, long_term: Estimate) -> Estimate:
        """Where the eyeball is now, if it has drifted a little at most."""
        covariance = long_term.covariance + _DRIFT_MM**2 * np.eye(3)
        information = np.asarray(np.linalg.inv(covariance), np.float64)
        prior = Prior(long_term.center_mm, information)
        found = fit_eyeball(
            self.evidence(), long_term.center_mm, self._anatomy, prior=prior, steps=2
        )
        return long_term if found is None else found

    def slip(self, long_term: Estimate) -> Slip | None:
        """Tell whether the pupils cannot come from where the eyeball was."""
        glimpses = tuple(self._glimpses)
        if len(glimpses) < _FEWEST:
            return None
        single = Evidence(
            duals_of(glimpse.ellipse for glimpse in glimpses),
            np.array([glimpse.variance for glimpse in glimpses]),
        )
        costs = self._costs(long_term, single)
        # The slip was where from then on most speaks against the old place.
        since = int(np.argmax(np.append(np.cumsum((costs - _USUAL)[::-1])[::-1], 0.0)))
        glimpses = glimpses[since:]
        # Most of them have to, and not only some half blinks by much.
        if len(glimpses) < _FEWEST or np.median(costs[since:]) < _USUAL:
            self._doubts = 0
            return None
        if self._spread(glimpses) < _SPREAD:
            return None
        self._doubts += 1
        evidence = self._by_place(glimpses)
        prior = Prior.within(long_term.center_mm, _SLIP_MM)
        moved = fit_eyeball(evidence, long_term.center_mm, self._anatomy, prior=prior, steps=5)
        if moved is None or self._costs(moved, evidence).mean() > _EXPLAINED:
            return Slip(None, glimpses) if self._doubts >= _LOST_TIMES else None
        gain = float(self._costs(long_term, evidence).sum()) - moved.cost
        return Slip(moved, glimpses) if gain > _SLIPPED and self._doubts >= _TIMES else None

    def _spread(self, glimpses: tuple[Glimpse, ...]) -> float:
        places = np.array([glimpse.ellipse[:2] for glimpse in glimpses])
        return float(np.sqrt(places.var(axis=0).sum())) / self._width

    def _by_place(self, glimpses: Iterable[Glimpse]) -> Evidence:
        # What is wrong with a pupil in one place is wrong as long as it stays there: a long look
        # says hardly more than a short one.
        places = LongTermModel(self._width)
        now_ns = 0
        for glimpse in glimpses:
            places.add(glimpse)
            now_ns = glimpse.timestamp_unix_ns
        return places.evidence(now_ns)

    def _costs(self, estimate: Estimate, evidence: Evidence) -> NDArray[np.float64]:
        view = EyeView(estimate.center_mm[None], self._anatomy)
        return robust_costs(view.chi_squares(evidence.duals, evidence.variances)[0])
