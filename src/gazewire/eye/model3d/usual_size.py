"""How wide a pupil has been of late, by which an iris that was taken for a pupil is known."""

from __future__ import annotations

import math

__all__ = ["UsualSize"]

# Pupils take half a second and more to become narrower by a quarter.
_FASTEST_PER_S = 0.5
_LONGEST_STEP_NS = 200_000_000
_MOST = math.log(1.35)


class UsualSize:
    """Follows the radius of a pupil no faster than pupils change.

    What a detector takes for a pupil for a moment, the iris or a shadow, has no part in it; what it
    goes on to see is believed after a second or two.
    """

    def __init__(self) -> None:
        self._logarithm: float | None = None
        self._last_ns = 0

    def add(self, timestamp_unix_ns: int, radius_mm: float) -> None:
        """Follow a radius, larger than 0."""
        wanted = math.log(radius_mm)
        if self._logarithm is None:
            self._logarithm = wanted
        passed_ns = min(max(timestamp_unix_ns - self._last_ns, 0), _LONGEST_STEP_NS)
        self._last_ns = timestamp_unix_ns
        most = _FASTEST_PER_S * passed_ns / 1e9
        self._logarithm += min(max(wanted - self._logarithm, -most), most)

    def change(self, radius_mm: float) -> float:
        """By how much a radius differs from the usual one: natural logarithm of their ratio."""
        if self._logarithm is None:
            return 0.0
        return math.log(radius_mm) - self._logarithm

    def allows(self, radius_mm: float) -> bool:
        """A pupil of this radius may be the same one."""
        return radius_mm > 0 and abs(self.change(radius_mm)) < _MOST
