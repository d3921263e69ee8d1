"""What a wearer is guided through: targets, and which sightings of them count.

A choreography is a guide of its own. Guides read no clock and no camera: instants and sightings are
handed to them, and so a table of both is a test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gazewire.model import Point2
from gazewire.service.calibration import Reference
from gazewire.service.sighting import Sighting

__all__ = ["Guide", "Kind", "SightingGate", "Target", "TargetState"]

Kind = Literal["calibration", "validation"]
"""What references are collected for."""

TargetState = Literal["waiting", "showing", "collecting", "done", "partial", "missed"]
"""``showing``: the wearer is about to see it. ``partial``: it ended with fewer samples than wanted;
``missed``: with none."""


@dataclass(slots=True)
class Target:
    """One thing to look at.

    Attributes:
        number: counts from 0.
        place: on the display or in the scene, 0 to 1 with the origin bottom left; None where it is
            not known before.
        wanted: how many samples are.
        samples: how many there are.
        state: how far it is.
    """

    number: int
    place: Point2 | None
    wanted: int
    samples: int = 0
    state: TargetState = "waiting"

    def end(self) -> None:
        """Nothing more comes of it."""
        if self.state != "done":
            self.state = "partial" if self.samples else "missed"

    def add_sample(self) -> None:
        """One more; with as many as are wanted it is done."""
        self.samples += 1
        self.state = "done" if self.samples >= self.wanted else "collecting"


class Guide:
    """Leads through nothing. What a choreography is there for, it overrides.

    Attributes:
        targets: of what is collected now.
        current: number of the target that the wearer should look at; None where there is none.
        note: what the operator should know, in a sentence; None where all is well.
        is_complete: there is nothing more to collect.
        wake_at_ns: when `wake` wants to be called at the latest; None: it need not be.
    """

    def __init__(self) -> None:
        self.targets: list[Target] = []
        self.current: int | None = None
        self.note: str | None = None
        self.is_complete = False
        self.wake_at_ns: int | None = None

    def begin(self, kind: Kind, now_ns: int) -> None:
        """Start from the beginning."""
        self.targets, self.current, self.note = [], None, None
        self.is_complete, self.wake_at_ns = False, None

    def see(self, sighting: Sighting) -> Sequence[Reference]:
        """Take what a picture of the scene shows; return what of it the wearer looked at."""
        return ()

    def shown(self, target: int, now_ns: int) -> None:
        """Be told that the wearer sees a target now."""

    def point_at(self, place: Point2) -> int | None:
        """Be told where in the scene the wearer looks; return the number of that target.

        None where this choreography has nobody pointing.
        """
        return None

    def wake(self, now_ns: int) -> None:
        """Do what is due."""


class SightingGate:
    """Lets pass what the wearer can have looked at: one thing at a time, that hardly moves.

    A head that turns a little moves the picture, and gaze follows without delay; a marker that
    jumps, or a picture torn by a fast turn, leaves gaze behind.

    Args:
        max_speed_hz: how fast the thing may move, in widths of the picture a second.
        settle_s: what the eyes are given to arrive where it has come to rest.
    """

    def __init__(self, max_speed_hz: float, settle_s: float = 0.0) -> None:
        self._max_speed_hz = max_speed_hz
        self._settle_ns = round(settle_s * 1e9)
        self._last: tuple[int, Point2] | None = None
        self._moved_ns = 0

    def passes(self, sighting: Sighting, place_px: Point2) -> bool:
        """Tell whether the thing is where it was, and has been for as long as eyes need."""
        if not self._rests(sighting, place_px):
            self._moved_ns = sighting.timestamp_unix_ns
            return False
        return sighting.timestamp_unix_ns - self._moved_ns >= self._settle_ns

    def _rests(self, sighting: Sighting, place_px: Point2) -> bool:
        last, self._last = self._last, (sighting.timestamp_unix_ns, place_px)
        if last is None:
            return False
        elapsed_s = (sighting.timestamp_unix_ns - last[0]) / 1e9
        if not 0.0 < elapsed_s < _LONGEST_GAP_S:
            return False
        way = math.dist(place_px, last[1])
        return way <= self._max_speed_hz * sighting.width * elapsed_s + _JITTER_PX

    def close(self) -> None:
        """Forget where it was."""
        self._last = None


# Sightings further apart say nothing of the speed between them.
_LONGEST_GAP_S = 0.25
# A detector may be off by so much in either of two pictures.
_JITTER_PX = 2.0
