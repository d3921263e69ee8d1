"""What a device gives up because its machine does not keep up: counted, and said in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from gazewire.device.product import StreamName

__all__ = ["Shortfall"]

_log = logging.getLogger(__name__)

_PICTURES: Mapping[StreamName, str] = {"world": "scene pictures", "eyes": "eye pictures"}


class Shortfall:
    """The ledger of pictures that are not made, and of those that nobody gets.

    Attributes:
        left_out: how many pictures of each camera nobody got, because they were late.
        lowered_hz: the rate of each camera that makes fewer pictures than it could.
    """

    def __init__(self) -> None:
        self.left_out: dict[StreamName, int] = {}
        self.lowered_hz: dict[StreamName, float] = {}

    def leave_out(self, camera: StreamName, count: int) -> None:
        """Take note of pictures that nobody gets. The first is said at once."""
        if count < 1:
            return
        if camera not in self.left_out:
            _log.warning(
                "this machine does not keep up: %s that are late are left out from now on",
                _PICTURES[camera],
            )
        self.left_out[camera] = self.left_out.get(camera, 0) + count

    def tally(self, camera: StreamName) -> Callable[[int], None]:
        """Make a way to take note of pictures that are lost somewhere else.

        Returns:
            A function to be told, as often as one likes, how many were lost there so far.
        """
        noted = 0

        def note(lost: int) -> None:
            nonlocal noted
            self.leave_out(camera, lost - noted)
            noted = lost

        return note

    def lower(self, camera: StreamName, rate_hz: float, before_hz: float) -> None:
        """Take note of a rate that is lower from now on, and say so."""
        self.lowered_hz[camera] = rate_hz
        _log.warning(
            "this machine does not keep up: %s come at %g Hz from now on, not at %g Hz",
            _PICTURES[camera],
            rate_hz,
            before_hz,
        )

    def sum_up(self) -> None:
        """Say how many were left out in all, if any were."""
        for camera, count in self.left_out.items():
            _log.warning("%s left out in all: %d", _PICTURES[camera], count)
