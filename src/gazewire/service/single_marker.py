"""One marker that somebody moves about, or that stands still while the head turns.

Its way through the picture of the scene is told by nine zones, which show where data are lacking.
The stop marker, held into the picture, ends it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gazewire.model import Point2
from gazewire.service.calibration import Reference
from gazewire.service.guide import Guide, Kind, SightingGate, Target
from gazewire.service.sighting import Sighting

__all__ = ["PHYSICAL", "MovingMarker", "SingleMarkerArgs"]

PHYSICAL = "Physical"
"""A `marker_mode`: the marker is a print."""

_ZONES = 3  # across and down
# The stop marker counts when it is there in so many pictures in a row.
_STOPS_WANTED = 5


class SingleMarkerArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What ``SingleMarkerChoreographyPlugin`` is started with.

    Attributes:
        selected_gazer_class_name: which mapping is fitted; None for the one in three dimensions.
        marker_mode: ``Full screen`` or ``Window``: the display shows it; ``Physical``: it is a
            print.
        marker_scale: size of the marker on the display, 1 for an eighth of its shorter side.
        samples_per_zone: how many pictures each ninth of the scene should give; more are taken.
        max_speed: of the marker in the scene, widths of the picture a second.
        settle_s: what the eyes are given to arrive where the marker has come to rest, having moved
            faster.
    """

    selected_gazer_class_name: str | None = None
    marker_mode: str = "Full screen"
    marker_scale: float = 1.0
    samples_per_zone: int = 20
    max_speed: float = 0.4
    settle_s: float = 0.3

    def __post_init__(self) -> None:
        if self.marker_mode not in {"Full screen", "Window", PHYSICAL}:
            raise ValueError(f"no marker_mode is called {self.marker_mode!r:.40}")
        if not 0.1 <= self.marker_scale <= 8.0:
            raise ValueError("a marker is scaled by 0.1 to 8")
        if not 0 < self.samples_per_zone <= 10_000:
            raise ValueError("1 to 10000 samples are wanted of a zone")
        if not 0 < self.max_speed <= 100:
            raise ValueError("a marker may move up to 100 widths a second")
        if not 0 <= self.settle_s <= 60:
            raise ValueError("eyes are given 0 to 60 s")


class MovingMarker(Guide):
    """Takes the marker wherever it is.

    Args:
        args: how much is wanted.
    """

    def __init__(self, args: SingleMarkerArgs) -> None:
        super().__init__()
        self._args = args
        self._gate = SightingGate(args.max_speed, args.settle_s)
        self._stops = 0

    def begin(self, kind: Kind, now_ns: int) -> None:
        """Start with nothing seen."""
        super().begin(kind, now_ns)
        middles = [(2 * number + 1) / (2 * _ZONES) for number in range(_ZONES)]
        places = [(x, y) for y in reversed(middles) for x in middles]
        self.targets = [
            Target(number, place, self._args.samples_per_zone)
            for number, place in enumerate(places)
        ]
        self._gate.close()
        self._stops = 0

    def see(self, sighting: Sighting) -> Sequence[Reference]:
        """Take the marker; end where the stop marker stays."""
        self._stops = self._stops + 1 if sighting.places("stop") else 0
        places = sighting.places("calibration")
        if self._stops:
            if self._stops >= _STOPS_WANTED:
                for target in self.targets:
                    target.end()
                self.is_complete = True
            return ()
        if len(places) != 1:
            self._gate.close()
            self.note = "No marker is seen." if not places else f"{len(places)} markers are seen."
            return ()
        if not self._gate.passes(sighting, places[0]):
            self.note = "The marker moves too fast."
            return ()
        self.note = None
        norm_pos = sighting.norm_pos(places[0])
        zone = _zone(norm_pos)
        self.targets[zone].add_sample()
        return (
            Reference(
                timestamp_unix_ns=sighting.timestamp_unix_ns,
                norm_pos=norm_pos,
                screen_pos=places[0],
                target=zone,
            ),
        )


def _zone(norm_pos: Point2) -> int:
    column = min(int(norm_pos[0] * _ZONES), _ZONES - 1)
    row = min(int((1.0 - norm_pos[1]) * _ZONES), _ZONES - 1)
    return max(row, 0) * _ZONES + max(column, 0)
