"""What is put before a wearer to be looked at: a marker of a calibration, or the dot of a pointer.

The markers are those of the Core program: circles of 60, 38, 19 and 3 units across, dark and bright
in turn, on a bright ground; of the one that ends a calibration dark and bright are exchanged.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Exhibit", "ExhibitKind"]

ExhibitKind = Literal["calibration", "stop", "dot"]

_DARK, _BRIGHT, _RED = "#0c0c0e", "#fbfbfb", "#e0102a"
# The ground that a marker needs, as a part of the radius of its ring.
_GROUND = 1.4

# Discs to be laid on each other: radius, as a part of the outermost circle's, and colour.
_DISCS: dict[ExhibitKind, tuple[tuple[float, str], ...]] = {
    "calibration": ((1.0, _DARK), (38 / 60, _BRIGHT), (19 / 60, _DARK), (3 / 60, _BRIGHT)),
    "stop": (
        (_GROUND, _DARK),
        (1.0, _BRIGHT),
        (38 / 60, _DARK),
        (19 / 60, _BRIGHT),
        (3 / 60, _DARK),
    ),
    "dot": ((1.0, _BRIGHT), (0.7, _RED), (0.25, _BRIGHT)),
}


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """A thing in the room that was not painted there.

    Attributes:
        kind: a marker to look at, one that ends a calibration, or the dot of a light pointer.
        point: its middle in the room, as tangents seen by a head that looks straight ahead.
        diameter: of its outermost circle, in the same unit.
        ground: left, top, width and height of what is bright around it, such as a display or a
            card; None where it has no ground of its own.
    """

    kind: ExhibitKind
    point: tuple[float, float]
    diameter: float
    ground: tuple[float, float, float, float] | None = None

    @property
    def ground_colour(self) -> str:
        """Of what is bright around it."""
        return _BRIGHT

    @property
    def discs(self) -> tuple[tuple[float, str], ...]:
        """Radii and colours of the discs to be laid on each other, in the unit of `point`."""
        return tuple((share * self.diameter / 2, colour) for share, colour in _DISCS[self.kind])

    @classmethod
    def on_display(
        cls,
        display: tuple[float, float, float, float],
        place: tuple[float, float],
        *,
        scale: float = 1.0,
    ) -> Exhibit:
        """The marker as a page shows it that fills a display.

        Args:
            display: left, top, width and height in the room.
            place: 0 to 1 with the origin bottom left; at the rim the marker's ground touches it.
            scale: size of the marker; 1 is an eighth of the display's shorter side.
        """
        left, top, width, height = display
        diameter = min(width, height) / 8 * scale
        half = diameter / 2 * _GROUND
        x = left + half + place[0] * (width - 2 * half)
        y = top + half + (1.0 - place[1]) * (height - 2 * half)
        return cls(kind="calibration", point=(x, y), diameter=diameter, ground=display)

    @classmethod
    def on_card(cls, kind: ExhibitKind, point: tuple[float, float], diameter: float) -> Exhibit:
        """A marker on a card that somebody holds up."""
        side = diameter * 1.6
        card = point[0] - side / 2, point[1] - side / 2, side, side
        return cls(kind=kind, point=point, diameter=diameter, ground=card)
