"""Maps pupils to gaze as they come in."""

from __future__ import annotations

from typing import Protocol

from gazewire.gaze.matching import PupilMode
from gazewire.gaze.pairing import Pairing
from gazewire.model import EyeId, MappedGaze, PupilDatum

__all__ = ["GazeModel", "RealTimeMapper"]


class GazeModel(Protocol):
    """Maps pupils of one instant; may remember what it needs of the last ones."""

    @property
    def mode(self) -> PupilMode:
        """Which pupils it takes."""

    def gaze(self, base: tuple[PupilDatum, ...]) -> tuple[MappedGaze, ...]:
        """Map one pupil, or the right and the left; nothing comes of what cannot be mapped."""


class RealTimeMapper:
    """Pairs pupils and maps them: a ``gazewire.service.GazeMapper``.

    Attributes:
        mode: which pupils it takes, by what their ``method`` holds.

    Args:
        model: maps.
        pairing: decides what is mapped together.
    """

    def __init__(self, model: GazeModel, pairing: Pairing) -> None:
        self.mode = model.mode
        self._model = model
        self._pairing = pairing

    def map(self, pupil: PupilDatum, running: frozenset[EyeId]) -> tuple[MappedGaze, ...]:
        """Take a pupil, and tell what gaze has become known by it.

        Args:
            pupil: whose method holds `mode`; in order of time within an eye, as they come across.
            running: the eyes that send pupils.
        """
        known: tuple[MappedGaze, ...] = ()
        for base in self._pairing.add(pupil, running):
            known += self._model.gaze(base)
        return known
