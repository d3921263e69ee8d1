"""Which frames are still worth coding when their turn comes."""

from __future__ import annotations

from gazewire.device.product import StreamName
from gazewire.device.shortfall import Shortfall
from gazewire.model import Frame
from gazewire.time import Clock

__all__ = ["Punctuality"]

# Nobody who watches live has a use for what is later; and whoever leaves it out catches up.
_LATE_NS = 300_000_000
# But for these few, so that the stream lives however late all of it is.
_LEAST_INTERVAL_NS = 250_000_000


class Punctuality:
    """Leaves out the frames of a camera that are more than 300 ms late, but for four a second.

    Args:
        camera: whose frames they are.
        clock: the one by which they are stamped.
        shortfall: is told how many were left out.
    """

    def __init__(self, camera: StreamName, clock: Clock, shortfall: Shortfall) -> None:
        self._camera = camera
        self._clock = clock
        self._shortfall = shortfall
        self._admitted_ns: int | None = None
        self._note_lost = shortfall.tally(camera)

    def admits(self, frame: Frame) -> bool:
        """The frame is worth coding; where it is not, it is counted."""
        instant_ns = frame.timestamp_unix_ns
        is_late = self._clock.unix_ns() - instant_ns > _LATE_NS
        last_ns = self._admitted_ns
        if is_late and last_ns is not None and instant_ns - last_ns < _LEAST_INTERVAL_NS:
            self._shortfall.leave_out(self._camera, 1)
            return False
        self._admitted_ns = instant_ns
        return True

    def note_lost(self, lost: int) -> None:
        """Count frames whose turn never came.

        Args:
            lost: how many, since the beginning.
        """
        self._note_lost(lost)
