"""Why there is no calibration: what the data were like, in numbers and in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.model import EyeId, PupilDatum
from gazewire.service.calibration import CalibrationRequest, Reference
from gazewire.service.guide import Target

__all__ = ["Diagnosis", "EyeFacts", "TargetFacts", "diagnose"]

# Pupils and references that belong together are nearer than this.
_LARGEST_SPREAD_NS = 1_000_000_000 // 15
# Of the pupils so many should be seen well.
_GOOD_SHARE = 0.8
# Corners of the display lie this near its edges.
_EDGE = 0.3

_EYES: dict[EyeId, str] = {0: "right", 1: "left"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeFacts:
    """What one eye gave.

    Attributes:
        eye_id: which eye.
        pupils: how many, of the detector whose pupils are mapped.
        confident: how many of them are confident enough.
        median_confidence: None where there are none.
        references_met: how many references have a confident pupil within 1/15 s.
    """

    eye_id: EyeId
    pupils: int
    confident: int
    median_confidence: float | None
    references_met: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """What one target gave.

    Attributes:
        target: its number.
        samples: how often it was seen.
        wanted: how often it should have been; None where nobody said.
        references_met: how many of its samples each eye has a confident pupil for, right and left.
    """

    target: int
    samples: int
    wanted: int | None
    references_met: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the data were like.

    Attributes:
        references: how many there were.
        eyes: right and left.
        overlap_s: for how long there were references and confident pupils at the same time.
        targets: each that was shown, or that references are of.
        sentences: what is wrong, the gravest first.
    """

    references: int
    eyes: tuple[EyeFacts, ...]
    overlap_s: float
    targets: tuple[TargetFacts, ...]
    sentences: tuple[str, ...]


def diagnose(request: CalibrationRequest, targets: Sequence[Target] = ()) -> Diagnosis:
    """Look at data that gave no calibration; takes a while.

    Args:
        request: that failed.
        targets: that the wearer was led to.
    """
    word = "2d" if request.gazer == "Gazer2D" else "3d"
    pupils = [pupil for pupil in request.pupils if word in pupil.method]
    confident = {
        eye_id: _instants(
            pupil
            for pupil in pupils
            if pupil.eye_id == eye_id and pupil.confidence >= request.min_confidence
        )
        for eye_id in _EYES
    }
    wanted = np.array([one.timestamp_unix_ns for one in request.references], np.int64)
    met = {eye_id: _met(wanted, instants) for eye_id, instants in confident.items()}
    eyes = tuple(_eye(eye_id, pupils, confident[eye_id], met[eye_id]) for eye_id in _EYES)
    overlap_s = _overlap_s(wanted, np.concatenate([confident[0], confident[1]]))
    facts = tuple(_targets(targets, request.references, met))
    sentences = [
        *_about_references(request, targets),
        *_about_eyes(eyes, request.min_confidence, word),
        *_about_time(wanted, confident),
        *_about_targets(facts, targets),
    ]
    return Diagnosis(
        references=len(request.references),
        eyes=eyes,
        overlap_s=round(overlap_s, 3),
        targets=facts,
        sentences=tuple(sentences),
    )


def _instants(pupils: Iterable[PupilDatum]) -> NDArray[np.int64]:
    return np.sort(np.array([pupil.timestamp_unix_ns for pupil in pupils], np.int64))


def _met(wanted: NDArray[np.int64], instants: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which references have a pupil close by."""
    if not len(instants):
        return np.zeros(len(wanted), bool)
    after = np.searchsorted(instants, wanted)
    before = np.abs(wanted - instants[np.maximum(after - 1, 0)])
    behind = np.abs(wanted - instants[np.minimum(after, len(instants) - 1)])
    near: NDArray[np.bool_] = np.minimum(before, behind) < _LARGEST_SPREAD_NS
    return near


def _eye(
    eye_id: EyeId,
    pupils: Sequence[PupilDatum],
    confident: NDArray[np.int64],
    met: NDArray[np.bool_],
) -> EyeFacts:
    confidences = [pupil.confidence for pupil in pupils if pupil.eye_id == eye_id]
    return EyeFacts(
        eye_id=eye_id,
        pupils=len(confidences),
        confident=len(confident),
        median_confidence=round(float(np.median(confidences)), 3) if confidences else None,
        references_met=int(met.sum()),
    )


def _overlap_s(wanted: NDArray[np.int64], seen: NDArray[np.int64]) -> float:
    if not len(wanted) or not len(seen):
        return 0.0
    overlap_ns = min(wanted.max(), seen.max()) - max(wanted.min(), seen.min())
    return max(0.0, float(overlap_ns) / 1e9)


def _targets(
    targets: Sequence[Target],
    references: Sequence[Reference],
    met: dict[EyeId, NDArray[np.bool_]],
) -> Iterator[TargetFacts]:
    of_target = np.array([-1 if one.target is None else one.target for one in references], int)
    known = {target.number: target for target in targets}
    for number in sorted({*known, *of_target[of_target >= 0].tolist()}):
        samples = of_target == number
        yield TargetFacts(
            target=number,
            samples=int(samples.sum()),
            wanted=known[number].wanted if number in known else None,
            references_met=(int(met[0][samples].sum()), int(met[1][samples].sum())),
        )


def _about_references(request: CalibrationRequest, targets: Sequence[Target]) -> Iterator[str]:
    if request.references:
        return
    if request.gazer in {"GazerHMD3D", "PosthocGazerHMD3D"}:
        yield "The headset's program sent no references."
    elif targets:
        yield (
            "No target was seen in the scene camera's pictures: it has to see the whole display, "
            "sharp and not too bright."
        )
    else:
        yield "Nothing was looked at: no target was shown or pointed at."


def _about_eyes(eyes: Sequence[EyeFacts], least: float, word: str) -> Iterator[str]:
    if not any(eye.pupils for eye in eyes):
        yield f"No {word} pupils came from either eye: are the eye cameras running?"
        return
    for eye in eyes:
        name = _EYES[eye.eye_id]
        if not eye.pupils:
            yield f"The {name} eye gave no {word} pupils: is its camera running?"
        elif eye.confident < _GOOD_SHARE * eye.pupils:
            yield (
                f"Of {eye.pupils} pupils of the {name} eye {eye.confident} have a confidence of "
                f"{least:g} or more; the median is {eye.median_confidence:.2f}."
            )


def _about_time(
    wanted: NDArray[np.int64], confident: dict[EyeId, NDArray[np.int64]]
) -> Iterator[str]:
    seen = np.concatenate([confident[0], confident[1]])
    if not len(wanted) or not len(seen):
        return
    apart_s = float(max(wanted.min() - seen.max(), seen.min() - wanted.max())) / 1e9
    if apart_s > 0:
        yield (
            f"References and pupils are {apart_s:.1f} s apart and never overlap: "
            "are their times by the same clock?"
        )


def _about_targets(facts: Sequence[TargetFacts], targets: Sequence[Target]) -> Iterator[str]:
    places = {target.number: target for target in targets}
    if not any(fact.samples for fact in facts):
        return
    for fact in facts:
        name = _name(fact.target, places.get(fact.target))
        if not fact.samples:
            yield f"{name} was not seen."
        elif not any(fact.references_met):
            yield f"While {name.lower()} was looked at, neither eye was seen well enough."


def _name(number: int, target: Target | None) -> str:
    if target is None or target.place is None:
        return f"Target {number + 1}"
    x, y = target.place
    across = "left" if x < _EDGE else "right" if x > 1 - _EDGE else ""
    along = "bottom" if y < _EDGE else "top" if y > 1 - _EDGE else ""
    where = " ".join(word for word in (along, across) if word) or "middle"
    return f"Target {number + 1} ({where})"
