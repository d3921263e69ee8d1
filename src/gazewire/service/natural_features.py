"""Things in the scene: an operator points at them in the picture while the wearer looks at them.

Each is followed through the pictures that come, for as long as it takes to have enough samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gazewire.model import Point2
from gazewire.service.calibration import Reference
from gazewire.service.guide import Guide, Target
from gazewire.service.sighting import Sighting

__all__ = ["NaturalFeatureArgs", "NaturalFeatures"]

_MAX_FEATURES = 200
# Pictures that were on their way when it was pointed at do not have it yet.
_MOST_MISSES = 4


class NaturalFeatureArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What ``NaturalFeatureChoreographyPlugin`` is started with.

    Attributes:
        selected_gazer_class_name: which mapping is fitted; None for the one in three dimensions.
        samples_per_feature: how many pictures each thing that is pointed at gives.
    """

    selected_gazer_class_name: str | None = None
    samples_per_feature: int = 30

    def __post_init__(self) -> None:
        if not 0 < self.samples_per_feature <= 10_000:
            raise ValueError("1 to 10000 samples are wanted of a feature")


class NaturalFeatures(Guide):
    """Takes what is pointed at, one thing after the other.

    Args:
        args: how much is wanted.
    """

    def __init__(self, args: NaturalFeatureArgs) -> None:
        super().__init__()
        self._args = args
        self._misses = 0

    def point_at(self, place: Point2) -> int | None:
        """Begin with another thing; the one before is left with what it has."""
        if len(self.targets) >= _MAX_FEATURES:
            self.note = f"{_MAX_FEATURES} things are enough."
            return None
        if self.current is not None:
            self.targets[self.current].end()
        target = Target(len(self.targets), place, self._args.samples_per_feature, state="showing")
        self.targets.append(target)
        self.current, self.note, self._misses = target.number, None, 0
        return target.number

    def see(self, sighting: Sighting) -> Sequence[Reference]:
        """Take where the thing is now."""
        if self.current is None:
            return ()
        target = self.targets[self.current]
        place_px = sighting.features.get(target.number)
        if place_px is None:
            self._misses += 1
            if self._misses >= _MOST_MISSES:
                target.end()
                self.current, self.note = None, _note(target)
            return ()
        self._misses = 0
        target.add_sample()
        if target.state == "done":
            self.current = None
        return (
            Reference(
                timestamp_unix_ns=sighting.timestamp_unix_ns,
                norm_pos=sighting.norm_pos(place_px),
                screen_pos=place_px,
                target=target.number,
            ),
        )


def _note(target: Target) -> str:
    if target.state == "missed":
        return "Nothing can be followed there: point at a corner, a dot or a crossing."
    return "It was lost from the picture: point at it again, or at another thing."
