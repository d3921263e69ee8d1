"""How many images a camera has numbered since the last one that came.

Each kind of connection numbers in a way of its own:

- GigE Vision 1.x: 16 bits, from 1 to 65535 and on from 1; 0 is no number.
- GigE Vision 2 with extended ids, USB3 Vision, CoaXPress: 64 bits, which do not come round.
- Others are as their makers like it.
"""

from __future__ import annotations

__all__ = ["GIGE_VISION_IDS", "FrameIds"]

GIGE_VISION_IDS = 65_535
"""How many ids there are in GigE Vision 1.x."""


class FrameIds:
    """Follows the ids of one camera.

    An id that lies behind by less than half of all is that of a camera which began anew, or of an
    image that was overtaken: what was lost nobody knows, and it counts as the next one.

    Args:
        count: how many different ids there are before they come round; None: they never do.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = count
        self._last: int | None = None

    def steps_to(self, id: int) -> int:
        """Count the images from the one before to this one, at least 1."""
        last, self._last = self._last, id
        if last is None:
            return 1
        steps = id - last
        if self._count is not None:
            steps %= self._count
            if steps > self._count // 2:
                return 1
        return max(1, steps)
