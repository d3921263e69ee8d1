"""Cameras that are really pulled out, and what clients are told of it."""

from __future__ import annotations

from contextlib import ExitStack

from gazewire.camera import Presence
from gazewire.device.faults import FaultRig

__all__ = ["Plugs"]


class Plugs:
    """Follows the cameras of a source that come and go.

    While one is away, its sensor is not connected in the status, and its stream cannot be opened.
    Clients that receive it stay, and go on receiving when it is back. It is the same that the
    fault ``unplug`` does, by the same means, so that neither undoes the other.

    Args:
        rig: of the device.
    """

    def __init__(self, rig: FaultRig) -> None:
        self._rig = rig
        self._away: dict[str, ExitStack] = {}

    def follow(self, presence: Presence) -> None:
        """Take note that a camera was pulled out, or is back, and tell everybody."""
        if presence.connected:
            if (away := self._away.pop(presence.camera, None)) is not None:
                away.close()
        elif presence.camera not in self._away:
            away = self._away[presence.camera] = ExitStack()
            away.enter_context(self._rig.seams.catalog.unplugged.holding({presence.camera}))
        self._rig.tell_unplugged()
