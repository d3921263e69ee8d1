"""From pupils to gaze, fixations and blinks: the seams where measurement is put in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from gazewire.model import (
    BlinkResponse,
    DispersionFixation,
    EyeId,
    EyeMovement,
    MappedGaze,
    PupilDatum,
)

__all__ = [
    "BlinkDetector",
    "FixationDetector",
    "GazeMapper",
    "MappingMode",
    "MovementTeller",
    "NoMapper",
    "NoMovement",
]

MappingMode = Literal["2d", "3d"]
"""Which pupils a mapper takes, by what their ``method`` holds."""


class GazeMapper(Protocol):
    """Computes gaze from pupils."""

    @property
    def mode(self) -> MappingMode:
        """Which pupils it takes."""

    def map(self, pupil: PupilDatum, running: frozenset[EyeId]) -> Sequence[MappedGaze]:
        """Take a pupil, and tell what gaze has become known by it.

        Called on the event loop's thread, hundreds of times a second.

        Args:
            pupil: whose method holds `mode`; in order of time within an eye, as they come across.
            running: the eyes that send pupils. Nobody need be waited for who is not among them.
        """


class FixationDetector(Protocol):
    """Finds fixations while they last."""

    def fixations(self, gaze: MappedGaze, topic: str) -> Sequence[DispersionFixation]:
        """Take gaze that was published under a topic, and tell what is known by it."""


class BlinkDetector(Protocol):
    """Finds blinks while they last."""

    def blinks(self, pupil: PupilDatum) -> Sequence[BlinkResponse]:
        """Take a 2-D pupil, and tell what is known by it."""


@runtime_checkable
class MovementTeller(Protocol):
    """What a detector of fixations or blinks may be besides: it knows movements from end to end."""

    def movements(self) -> Sequence[EyeMovement]:
        """Tell the movements that have ended since this was asked the last time."""


class NoMapper:
    """Maps nothing: nobody has calibrated."""

    mode: MappingMode = "3d"

    def map(self, pupil: PupilDatum, running: frozenset[EyeId]) -> Sequence[MappedGaze]:
        """Nothing."""
        return ()


class NoMovement:
    """Finds neither fixations nor blinks."""

    def fixations(self, gaze: MappedGaze, topic: str) -> Sequence[DispersionFixation]:
        """None."""
        return ()

    def blinks(self, pupil: PupilDatum) -> Sequence[BlinkResponse]:
        """None."""
        return ()
