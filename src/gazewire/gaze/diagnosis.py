"""What calibration data are like, in numbers and in words: why a fit failed, or is poor.

The short reason that Core programs give leaves the wearer to guess. What helps is which eye, how
many, how sure, when, and which targets:

    print(diagnosis)

    There are 200 references on 5 targets, over 14.2 s.
    The right eye sent no pupils: its camera or its detector does not run.
    ...
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gazewire.gaze.matching import Match, Matches, PupilMode
from gazewire.gaze.reference import Reference, reference_directions
from gazewire.gaze.targets import split_targets
from gazewire.model import EyeId, PupilDatum
from gazewire.optics import Camera, nominal_camera

__all__ = ["Diagnosis", "EyeDiagnosis", "TargetDiagnosis", "diagnose"]

_NS_PER_S = 1e9
_EYES: tuple[tuple[EyeId, str], ...] = ((0, "right"), (1, "left"))
# A target that an eye saw less than this of has no data of it, to speak of.
_HARDLY = 0.2
_POOR_SHARE = 0.8
_FEW_TARGETS = 4
# Where the camera is not known, any will do to tell one target from the next.
_SOME_CAMERA = nominal_camera(1280, 720)


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeDiagnosis:
    """The pupils of one eye.

    Attributes:
        eye_id: which.
        total: of all detectors.
        of_mode: of the kind that the gazer takes.
        confident: of these, such as are sure enough.
        median_confidence: of those of the right kind; None where there are none.
        rate_hz: of those of the right kind, by their median interval; None of fewer than two.
        first_ns: instant of the first of the right kind; None where there are none.
        last_ns: of the last.
        matched: references that it saw.
    """

    eye_id: EyeId
    total: int
    of_mode: int
    confident: int
    median_confidence: float | None
    rate_hz: float | None
    first_ns: int | None
    last_ns: int | None
    matched: int

    @property
    def name(self) -> str:
        """``right`` or ``left``."""
        return _EYES[self.eye_id][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDiagnosis:
    """One place that the wearer was asked to look at.

    Attributes:
        place: ``norm_pos`` in the scene image, or millimetres in a headset.
        references: how many there are.
        seen: how many of them the right and the left eye saw.
        residual_deg: median angle between it and its gaze, after a fit; None before, and where it
            has no gaze.
    """

    place: tuple[float, ...]
    references: int
    seen: tuple[int, int]
    residual_deg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What calibration data are like. Its text is sentences, one a line.

    Attributes:
        mode: which pupils the gazer takes.
        min_confidence: what is sure enough.
        references: how many there are.
        first_ns: instant of the first reference; None where there are none.
        last_ns: of the last.
        overlap_s: for how long there were both references and pupils that are sure enough.
        binocular: references that both eyes saw at once.
        eyes: the right one first.
        targets: in order of time.
    """

    mode: PupilMode
    min_confidence: float
    references: int
    first_ns: int | None
    last_ns: int | None
    overlap_s: float
    binocular: int
    eyes: tuple[EyeDiagnosis, EyeDiagnosis]
    targets: tuple[TargetDiagnosis, ...]

    def __str__(self) -> str:
        return "\n".join(self.sentences())

    def sentences(self) -> tuple[str, ...]:
        """The same in words, the general before the particular."""
        said = [self._of_references(), *map(self._of_eye, self.eyes)]
        if apart := self._of_time():
            said.append(apart)
        if self.eyes[0].matched and self.eyes[1].matched:
            said.append(f"Both eyes saw {self.binocular} of {self.references} references at once.")
        said += [
            sentence
            for number, target in enumerate(self.targets, 1)
            if (sentence := _of_target(number, target))
        ]
        if 0 < len(self.targets) < _FEW_TARGETS:
            said.append(
                f"{_count(len(self.targets), 'target')} can tell little of where gaze goes "
                "elsewhere; five that reach the corners of the field of view tell enough."
            )
        return tuple(said)

    def _of_references(self) -> str:
        if self.first_ns is None or self.last_ns is None:
            return "There are no references: no target was seen or sent."
        span_s = (self.last_ns - self.first_ns) / _NS_PER_S
        return (
            f"There are {_count(self.references, 'reference')} on "
            f"{_count(len(self.targets), 'target')}, over {span_s:.1f} s."
        )

    def _of_eye(self, eye: EyeDiagnosis) -> str:
        name = f"The {eye.name} eye"
        if not eye.total:
            return f"{name} sent no pupils: its camera or its detector does not run."
        if eye.median_confidence is None:
            return (
                f"{name} sent {_count(eye.total, 'pupil')}, but none of a {self.mode} detector, "
                "which this gazer takes."
            )
        rate = "" if eye.rate_hz is None else f" at {eye.rate_hz:.0f} Hz"
        share = eye.confident / eye.of_mode
        sentence = (
            f"{name} sent {_count(eye.of_mode, f'{self.mode} pupil')}{rate}, of which "
            f"{eye.confident} ({share:.0%}) have a confidence of {self.min_confidence:.2f} or "
            f"more; the median is {eye.median_confidence:.2f}. "
            f"It saw {eye.matched} of {self.references} references."
        )
        if share < _POOR_SHARE:
            sentence += (
                " See that its camera shows the whole eye in focus, and that the detector's "
                "settings suit it."
            )
        return sentence

    def _of_time(self) -> str | None:
        spans = [
            (eye.first_ns, eye.last_ns)
            for eye in self.eyes
            if eye.first_ns is not None and eye.last_ns is not None
        ]
        if self.overlap_s > 0 or not spans or self.first_ns is None or self.last_ns is None:
            return None
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        if last < self.first_ns:
            apart_s = (self.first_ns - last) / _NS_PER_S
            order = f"Pupils end {apart_s:.3f} s before references begin"
        elif first > self.last_ns:
            apart_s = (first - self.last_ns) / _NS_PER_S
            order = f"Pupils begin {apart_s:.3f} s after references end"
        else:
            return "While there were references, no pupil was sure enough."
        return f"{order}: their clocks differ, or one of them stopped."


def diagnose(
    references: Sequence[Reference],
    pupils: Sequence[PupilDatum],
    matches: Matches,
    *,
    mode: PupilMode,
    min_confidence: float,
    scene_camera: Camera | None = None,
    residuals_deg: Sequence[float | None] | None = None,
) -> Diagnosis:
    """Look at calibration data.

    Args:
        references: what the wearer was asked to look at.
        pupils: all that came.
        matches: what belongs together of those that are of the right kind and sure enough.
        mode: which pupils the gazer takes.
        min_confidence: what is sure enough.
        scene_camera: tells targets apart; None where it is not known.
        residuals_deg: by match, angle between the reference and its gaze; None before a fit.
    """
    times = sorted(reference.timestamp_unix_ns for reference in references)
    first, last = (times[0], times[-1]) if times else (None, None)
    eyes = tuple(_look_at_eye(eye_id, pupils, matches, mode, min_confidence) for eye_id, _ in _EYES)
    sure = sorted(
        pupil.timestamp_unix_ns
        for pupil in pupils
        if mode in pupil.method and pupil.confidence >= min_confidence
    )
    overlap_ns = 0
    if sure and first is not None and last is not None:
        during = [instant for instant in sure if first <= instant <= last]
        overlap_ns = during[-1] - during[0] if during else 0
    return Diagnosis(
        mode=mode,
        min_confidence=min_confidence,
        references=len(times),
        first_ns=first,
        last_ns=last,
        overlap_s=overlap_ns / _NS_PER_S,
        binocular=len(matches.binocular),
        eyes=(eyes[0], eyes[1]),
        targets=_look_at_targets(matches, scene_camera, residuals_deg),
    )


def _look_at_eye(
    eye_id: EyeId,
    pupils: Sequence[PupilDatum],
    matches: Matches,
    mode: PupilMode,
    min_confidence: float,
) -> EyeDiagnosis:
    mine = [pupil for pupil in pupils if pupil.eye_id == eye_id]
    of_mode = [pupil for pupil in mine if mode in pupil.method]
    times = sorted(pupil.timestamp_unix_ns for pupil in of_mode)
    confidences = [pupil.confidence for pupil in of_mode]
    interval_ns = float(np.median(np.diff(np.array(times, float)))) if len(times) > 1 else 0.0
    return EyeDiagnosis(
        eye_id=eye_id,
        total=len(mine),
        of_mode=len(of_mode),
        confident=sum(confidence >= min_confidence for confidence in confidences),
        median_confidence=float(np.median(confidences)) if confidences else None,
        rate_hz=_NS_PER_S / interval_ns if interval_ns > 0 else None,
        first_ns=times[0] if times else None,
        last_ns=times[-1] if times else None,
        matched=len(matches.monocular(eye_id)),
    )


def _look_at_targets(
    matches: Matches, scene_camera: Camera | None, residuals_deg: Sequence[float | None] | None
) -> tuple[TargetDiagnosis, ...]:
    references = [match.reference for match in matches.all]
    targets = []
    for run in split_targets(reference_directions(references, scene_camera or _SOME_CAMERA)):
        group = [matches.all[index] for index in run]
        residuals = [
            residual
            for index in run
            if residuals_deg is not None and (residual := residuals_deg[index]) is not None
        ]
        targets.append(
            TargetDiagnosis(
                place=_place(group),
                references=len(group),
                seen=(
                    sum(match.right is not None for match in group),
                    sum(match.left is not None for match in group),
                ),
                residual_deg=float(np.median(residuals)) if residuals else None,
            )
        )
    return tuple(targets)


def _place(group: Sequence[Match]) -> tuple[float, ...]:
    places = [match.reference.mm_pos or match.reference.norm_pos for match in group]
    middle: list[float] = np.median(np.array(places, float), axis=0).tolist()
    return tuple(middle)


def _of_target(number: int, target: TargetDiagnosis) -> str | None:
    """What is to be said of a target; nothing where all is well."""
    at = ", ".join(f"{part:.2f}" if abs(part) < 10 else f"{part:.0f}" for part in target.place)
    said = [
        f"the {name} eye saw {seen} of its {target.references} references"
        for (_, name), seen in zip(_EYES, target.seen, strict=True)
        if seen < _HARDLY * target.references
    ]
    if target.residual_deg is not None and math.isfinite(target.residual_deg):
        said.append(f"gaze is {target.residual_deg:.1f} degrees off")
    return f"Target {number} at ({at}): {', '.join(said)}." if said else None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
