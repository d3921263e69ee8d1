"""Which pupils a fit takes, and to which reference each belongs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gazewire.gaze.reference import Reference
from gazewire.model import EyeId, PupilDatum

__all__ = ["Match", "Matches", "PupilMode", "match_references", "select_pupils"]

PupilMode = Literal["2d", "3d"]
"""Which pupils, by what their ``method`` holds."""

_NS_PER_S = 1_000_000_000
# What belongs together lies within less than 1/15 s.
_SPREADS_PER_S = 15


@dataclass(frozen=True, slots=True)
class Match:
    """A reference, and the pupil of each eye that is nearest in time.

    Attributes:
        reference: what the wearer was asked to look at.
        right: of eye 0; None where none is near enough.
        left: of eye 1; None where none is near enough.
        is_binocular: both are near enough to the reference and to one another.
    """

    reference: Reference
    right: PupilDatum | None
    left: PupilDatum | None
    is_binocular: bool

    @property
    def eyes(self) -> tuple[PupilDatum | None, PupilDatum | None]:
        """The pupils by `EyeId`."""
        return self.right, self.left


@dataclass(frozen=True, slots=True)
class Matches:
    """References in order of time, each with the pupils that belong to it.

    Attributes:
        all: every reference, with pupils or without.
    """

    all: tuple[Match, ...]

    @property
    def binocular(self) -> tuple[tuple[Reference, PupilDatum, PupilDatum], ...]:
        """References that both eyes saw, with the right and the left pupil."""
        return tuple(
            (match.reference, match.right, match.left)
            for match in self.all
            if match.is_binocular and match.right is not None and match.left is not None
        )

    def monocular(self, eye_id: EyeId) -> tuple[tuple[Reference, PupilDatum], ...]:
        """References that an eye saw, with its pupil."""
        return tuple(
            (match.reference, pupil)
            for match in self.all
            if (pupil := match.eyes[eye_id]) is not None
        )


def select_pupils(
    pupils: Sequence[PupilDatum], mode: PupilMode, min_confidence: float
) -> list[PupilDatum]:
    """Keep the pupils of one kind of detector that were seen well enough.

    Args:
        pupils: of both eyes and all detectors.
        mode: what the method must hold.
        min_confidence: least confidence that is kept.
    """
    return [
        pupil for pupil in pupils if mode in pupil.method and pupil.confidence >= min_confidence
    ]


def match_references(references: Sequence[Reference], pupils: Sequence[PupilDatum]) -> Matches:
    """Give each reference the pupil of each eye that is nearest in time, within 1/15 s.

    A pupil may serve several references. Of two that are equally near, the later is taken.

    Args:
        references: in any order.
        pupils: in any order, already selected.
    """
    tracks: tuple[list[PupilDatum], list[PupilDatum]] = ([], [])
    for pupil in sorted(pupils, key=lambda pupil: pupil.timestamp_unix_ns):
        tracks[pupil.eye_id].append(pupil)
    times = [[pupil.timestamp_unix_ns for pupil in track] for track in tracks]
    found = []
    for reference in sorted(references, key=lambda reference: reference.timestamp_unix_ns):
        instant = reference.timestamp_unix_ns
        right = _nearest(tracks[0], times[0], instant)
        left = _nearest(tracks[1], times[1], instant)
        instants = [instant]
        instants += [pupil.timestamp_unix_ns for pupil in (right, left) if pupil is not None]
        is_binocular = len(instants) == 3 and _belong_together(instants)
        found.append(Match(reference, right, left, is_binocular))
    return Matches(tuple(found))


def _nearest(track: list[PupilDatum], times: list[int], wanted: int) -> PupilDatum | None:
    after = bisect_left(times, wanted)
    around = range(max(0, after - 1), min(len(times), after + 1))
    index = min(reversed(around), key=lambda one: abs(times[one] - wanted), default=None)
    if index is None or not _belong_together([times[index], wanted]):
        return None
    return track[index]


def _belong_together(instants: list[int]) -> bool:
    return (max(instants) - min(instants)) * _SPREADS_PER_S < _NS_PER_S
