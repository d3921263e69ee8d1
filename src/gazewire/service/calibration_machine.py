"""A calibration or validation from its start to its outcome: a state machine that does no I/O.

    idle ──start──► collecting ──stop──► fitting ──succeed──► done
                        │  ▲                  └─────fail────► failed
                      cancel└──start── of any state but collecting

Whoever drives it hands in what happens, with the time, and does what it returns. Which sightings
count is the guide's to say. A fit goes on beside: while it does, the next collection may start, and
the outcome of the one before changes nothing then.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field

from gazewire.model import Point2, PupilDatum, Vector3
from gazewire.service.collected_data import CollectedData
from gazewire.service.guide import Guide, Kind, Target
from gazewire.service.sighting import Sighting
from gazewire.time import TimeBase

__all__ = [
    "CalibrationMachine",
    "CalibrationState",
    "CalibrationStep",
    "Collection",
    "next_state",
]

# Ten minutes of both eyes and detectors at 200 Hz, and of references at a rate that nobody has.
_MAX_PUPILS = 480_000
_MAX_REFERENCES = 100_000


class CalibrationState(enum.StrEnum):
    """Where it is."""

    IDLE = "idle"
    COLLECTING = "collecting"
    FITTING = "fitting"
    DONE = "done"
    FAILED = "failed"


class CalibrationStep(enum.Enum):
    """What moves it."""

    START = enum.auto()
    STOP = enum.auto()
    CANCEL = enum.auto()
    SUCCEED = enum.auto()
    FAIL = enum.auto()


_S, _T = CalibrationState, CalibrationStep
_TRANSITIONS: dict[tuple[CalibrationState, CalibrationStep], CalibrationState] = {
    **{(state, _T.START): _S.COLLECTING for state in _S if state is not _S.COLLECTING},
    # What could not start has failed, too.
    **{(state, _T.FAIL): _S.FAILED for state in _S if state is not _S.COLLECTING},
    (_S.COLLECTING, _T.STOP): _S.FITTING,
    (_S.COLLECTING, _T.CANCEL): _S.IDLE,
    (_S.FITTING, _T.SUCCEED): _S.DONE,
}


def next_state(state: CalibrationState, step: CalibrationStep) -> CalibrationState | None:
    """Where a step leads; None where it means nothing."""
    return _TRANSITIONS.get((state, step))


@dataclass(slots=True)
class Collection:
    """What is collected for one fit or comparison.

    Attributes:
        kind: what for.
        translations: of a headset: where its eyes are.
        data: references and pupils.
        targets: what there was to look at, as far as that is known.
    """

    kind: Kind
    translations: tuple[Vector3, Vector3] | None = None
    data: CollectedData = field(default_factory=CollectedData)
    targets: tuple[Target, ...] = ()


class CalibrationMachine:
    """Collects by the rules of a guide, and keeps account of where it is.

    Attributes:
        state: where it is.
        run: counts the collections, so that late answers to an earlier one can be told.
        active: what is being collected; None where nothing is.
        guide: says what counts.

    Args:
        guide: of one choreography.
    """

    def __init__(self, guide: Guide) -> None:
        self.state = CalibrationState.IDLE
        self.run = 0
        self.active: Collection | None = None
        self.guide = guide
        self._kind: Kind | None = None

    @property
    def kind(self) -> Kind | None:
        """What is collected or was; None before the first time."""
        return self._kind

    @property
    def wake_at_ns(self) -> int | None:
        """When it wants to be woken at the latest; None: it need not be."""
        return None if self.active is None else self.guide.wake_at_ns

    def start(
        self, kind: Kind, now_ns: int, translations: tuple[Vector3, Vector3] | None = None
    ) -> bool:
        """Begin to collect; False where that goes on already."""
        if not self._step(CalibrationStep.START):
            return False
        self.run += 1
        self._kind = kind
        self.active = Collection(kind, translations)
        self.guide.begin(kind, now_ns)
        return True

    def stop(self) -> Collection | None:
        """End the collection, and take what there is of it to fit; None where there is none."""
        active = self.active
        if active is None:
            return None
        self._step(CalibrationStep.STOP)
        active.targets = tuple(self.guide.targets)
        for target in active.targets:
            target.end()
        self.active = None
        return active

    def cancel(self) -> bool:
        """Throw away what has been collected; False where nothing is."""
        self.active = None
        return self._step(CalibrationStep.CANCEL)

    def succeed(self) -> None:
        """Be told that the fit has succeeded."""
        self._step(CalibrationStep.SUCCEED)

    def fail(self) -> None:
        """Be told that the fit has failed, or that nothing could be begun."""
        self._step(CalibrationStep.FAIL)

    def take(self, pupil: PupilDatum) -> None:
        """Keep a pupil."""
        if self.active is not None and len(self.active.data.pupils) < _MAX_PUPILS:
            self.active.data.pupils.append(pupil)

    def add_references(self, references: Sequence[object], timebase: TimeBase) -> None:
        """Keep what somebody else has shown, as the network tells it; what is none is dropped."""
        if self.active is None:
            return
        data = self.active.data
        for reference in references[: _MAX_REFERENCES - len(data.references)]:
            data.add_reference(reference, timebase)

    def see(self, sighting: Sighting) -> Collection | None:
        """Look at a picture; return the whole collection where it completes it."""
        if self.active is None:
            return None
        data = self.active.data
        for reference in self.guide.see(sighting):
            if len(data.references) < _MAX_REFERENCES:
                data.references.append((reference.fields(), reference))
        return self._completed()

    def shown(self, target: int, now_ns: int) -> None:
        """Be told that the wearer sees a target now."""
        if self.active is not None:
            self.guide.shown(target, now_ns)

    def point_at(self, place: Point2) -> int | None:
        """Be told where in the scene the wearer looks; the number of that target, if it counts."""
        return None if self.active is None else self.guide.point_at(place)

    def wake(self, now_ns: int) -> Collection | None:
        """Do what is due; return the whole collection where that completes it."""
        if self.active is None:
            return None
        self.guide.wake(now_ns)
        return self._completed()

    def _completed(self) -> Collection | None:
        return self.stop() if self.guide.is_complete else None

    def _step(self, step: CalibrationStep) -> bool:
        reached = next_state(self.state, step)
        if reached is None:
            return False
        self.state = reached
        return True
