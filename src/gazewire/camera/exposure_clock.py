"""From a camera's own clock to the program's."""

from __future__ import annotations

from collections import deque

__all__ = ["ExposureClock"]

_NS_PER_S = 1_000_000_000
_WINDOW_NS = 2 * _NS_PER_S
# Crystals of cameras are off by up to 100 millionths of the time that they count.
_DRIFT = 1e-4


class ExposureClock:
    """Turns the stamps of one camera into instants of the Unix epoch.

    An image cannot come before it was exposed. What it takes to come varies, and what it takes at
    least does not: the offset between the clocks is that of the image of the last two seconds that
    came fastest after its stamp. So instants are even as the camera's are, and late by the shortest
    way of an image, read-out and transport, which cannot be known here. Where the camera can be
    asked for the time now and then, the offset is known without that way.

    Instants rise, whatever the clocks do.

    Args:
        bound_ns: a bound for the shortest way of an image, such as one frame interval.
    """

    def __init__(self, bound_ns: int) -> None:
        self._bound_ns = bound_ns
        # Instant of arrival and way of each image that came faster than all since.
        self._fastest: deque[tuple[int, int]] = deque()
        self._latch: tuple[int, int, int] | None = None
        self._last_stamp_ns = -1
        self._last_ns = 0

    def latch(self, stamp_ns: int, before_ns: int, after_ns: int) -> None:
        """Take note that the camera, asked for its time, has told it.

        Args:
            stamp_ns: its time.
            before_ns: Unix instant before it was asked.
            after_ns: Unix instant after.
        """
        offset_ns = (before_ns + after_ns) // 2 - stamp_ns
        self._latch = after_ns, offset_ns, (after_ns - before_ns + 1) // 2

    def instant(self, stamp_ns: int, arrived_ns: int) -> tuple[int, int]:
        """Tell when an image was exposed.

        Args:
            stamp_ns: of the image, by the camera's clock.
            arrived_ns: Unix instant at which it came.

        Returns:
            The Unix instant, and how far off it may be, in nanoseconds.
        """
        if stamp_ns <= self._last_stamp_ns:
            # The camera counts anew.
            self._fastest.clear()
            self._latch = None
        self._last_stamp_ns = stamp_ns
        offset_ns, uncertainty_ns = self._offset(arrived_ns, arrived_ns - stamp_ns)
        # No image comes before it is exposed.
        likely_ns = min(stamp_ns + offset_ns, arrived_ns)
        self._last_ns = max(likely_ns, self._last_ns + 1)
        return self._last_ns, max(uncertainty_ns, self._last_ns - likely_ns)

    def _offset(self, arrived_ns: int, way_ns: int) -> tuple[int, int]:
        while self._fastest and self._fastest[-1][1] >= way_ns:
            self._fastest.pop()
        self._fastest.append((arrived_ns, way_ns))
        while self._fastest[0][0] < arrived_ns - _WINDOW_NS:
            self._fastest.popleft()
        if self._latch is None:
            return self._fastest[0][1], self._bound_ns
        latched_ns, offset_ns, uncertainty_ns = self._latch
        age_ns = max(0, arrived_ns - latched_ns)
        return offset_ns, uncertainty_ns + round(age_ns * _DRIFT)
