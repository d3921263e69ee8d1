"""Fits any of the gazers by name, and restores them from their parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gazewire.gaze.accuracy import GazeAccuracy, evaluate_mapping, gaze_directions
from gazewire.gaze.diagnosis import Diagnosis, diagnose
from gazewire.gaze.failure import (
    NO_EYE_TRANSLATIONS,
    NO_PUPILS_TO_MATCH,
    NO_REFERENCES_TO_MATCH,
    NOT_SUFFICIENT_DATA,
    NOT_SUFFICIENT_PUPILS,
    NOT_SUFFICIENT_REFERENCES,
    GazeFitError,
)
from gazewire.gaze.gazer2d import fit_incumbent_polynomials, fit_polynomials
from gazewire.gaze.gazer3d import CORE_EYES_MM, NEON_EYES_MM, fit_incumbent_rays, fit_rays
from gazewire.gaze.hmd import POSTHOC_EYES_MM, fit_hmd_rays, fit_incumbent_hmd_rays
from gazewire.gaze.incumbent_pairing import IncumbentPairing
from gazewire.gaze.matching import Matches, PupilMode, match_references, select_pupils
from gazewire.gaze.pairing import PunctualPairing
from gazewire.gaze.parameters import Polynomials, RayModels
from gazewire.gaze.polynomial_model import PolynomialModel
from gazewire.gaze.ray_model import IncumbentRayModel, RayModel
from gazewire.gaze.real_time_mapper import GazeModel, RealTimeMapper
from gazewire.gaze.reference import Reference, reference_directions
from gazewire.model import EyeId, MappedGaze, PupilDatum, Vector3
from gazewire.optics import Camera, nominal_camera

__all__ = ["FittedGazer", "Gazer", "GazerMode", "fit_gazer", "map_pupils", "restore_gazer"]

Gazer = Literal["Gazer2D", "Gazer3D", "NeonGazer3D", "GazerHMD3D", "PosthocGazerHMD3D"]
"""Class name of what maps, as notifications have it."""

GazerMode = Literal["default", "incumbent"]
"""Whether to fit, pair and map as well as can be, or digit for digit as the incumbent does."""

_HEADSETS: frozenset[Gazer] = frozenset({"GazerHMD3D", "PosthocGazerHMD3D"})
# In whose pixels the incumbent tells outliers; where the camera is not known, that of its headset.
_SOME_CAMERA = nominal_camera(1280, 720)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedGazer:
    """What has been fitted.

    Attributes:
        gazer: which kind.
        models: its parameters.
        scene_camera: the camera; None where it is not known.
        mode: how it pairs and maps.
        diagnosis: what the data were like, with what is left over for each target.
        accuracy: of the fit on its own data, which says little of how it will map other gaze; None
            where the camera that could tell degrees is not known.
    """

    gazer: Gazer
    models: Polynomials | RayModels
    scene_camera: Camera | None
    mode: GazerMode
    diagnosis: Diagnosis
    accuracy: GazeAccuracy | None

    @property
    def params(self) -> dict[str, object]:
        """The parameters as ``calibration.result.v2`` has them: maps, lists and numbers alone."""
        return self.models.to_params()

    def mapper(self) -> RealTimeMapper:
        """A new mapper by this fit, that has seen no pupil yet."""
        return _mapper(self.models, self.scene_camera, self.mode)


def fit_gazer(
    gazer: Gazer,
    references: Sequence[Reference],
    pupils: Sequence[PupilDatum],
    *,
    scene_camera: Camera | None = None,
    eye_translations: tuple[Vector3, Vector3] | None = None,
    min_confidence: float = 0.8,
    mode: GazerMode = "default",
) -> FittedGazer:
    """Fit a gazer to calibration data.

    Args:
        gazer: which kind.
        references: in any order; with `mm_pos` for headsets, else with `norm_pos`.
        pupils: of both eyes and all detectors, in any order.
        scene_camera: the camera. Without one, ``Gazer2D`` takes its field of view for that of a
            Core headset, and the 3-D gazers cannot be fitted; headsets need none.
        eye_translations: of a headset: where its eyes are, the right one first, millimetres.
        min_confidence: pupils below are left out.
        mode: as well as can be, or as the incumbent does.

    Raises:
        GazeFitError: with a short reason and a diagnosis.
        ValueError: there is no such gazer.
    """
    pupil_mode = _pupil_mode(gazer)
    selected = select_pupils(pupils, pupil_mode, min_confidence)
    matches = match_references(references, selected)

    def diagnosis(residuals_deg: Sequence[float | None] | None = None) -> Diagnosis:
        return diagnose(
            references,
            pupils,
            matches,
            mode=pupil_mode,
            min_confidence=min_confidence,
            scene_camera=scene_camera,
            residuals_deg=residuals_deg,
        )

    reason = _missing(gazer, references, selected, matches, eye_translations)
    if reason is not None:
        raise GazeFitError(reason, diagnosis())
    try:
        models = _fit(gazer, matches, selected, scene_camera, eye_translations, mode)
    except GazeFitError as error:
        raise GazeFitError(error.reason, diagnosis()) from error
    except np.linalg.LinAlgError as error:
        raise GazeFitError(NOT_SUFFICIENT_DATA, diagnosis()) from error
    model = _model(models, scene_camera, mode)
    gazes = map_pupils(_mapper(models, scene_camera, mode), selected)
    return FittedGazer(
        gazer=gazer,
        models=models,
        scene_camera=scene_camera,
        mode=mode,
        diagnosis=diagnosis(_residuals_deg(model, matches, scene_camera)),
        accuracy=evaluate_mapping(gazes, references, scene_camera),
    )


def restore_gazer(
    gazer: Gazer,
    params: Mapping[str, object],
    *,
    scene_camera: Camera | None = None,
    mode: GazerMode = "default",
) -> RealTimeMapper:
    """Make the mapper of an earlier fit, ours or the incumbent's.

    Args:
        gazer: which kind.
        params: as ``calibration.result.v2`` has them.
        scene_camera: the camera; None where it is not known.
        mode: how to pair and map.

    Raises:
        GazeFitError: these are no parameters of such a fit.
        ValueError: there is no such gazer.
    """
    is_2d = _pupil_mode(gazer) == "2d"
    models = Polynomials.from_params(params) if is_2d else RayModels.from_params(params)
    return _mapper(models, scene_camera, mode)


def map_pupils(mapper: RealTimeMapper, pupils: Sequence[PupilDatum]) -> list[MappedGaze]:
    """Map pupils of some time at once, as they would have been in real time.

    Args:
        mapper: that has seen no pupil yet.
        pupils: of both eyes and all detectors, in any order.
    """
    taken = [pupil for pupil in pupils if mapper.mode in pupil.method]
    running: frozenset[EyeId] = frozenset(pupil.eye_id for pupil in taken)
    known: list[MappedGaze] = []
    for pupil in sorted(taken, key=lambda pupil: pupil.timestamp_unix_ns):
        known += mapper.map(pupil, running)
    return known


def _pupil_mode(gazer: Gazer) -> PupilMode:
    if gazer == "Gazer2D":
        return "2d"
    if gazer in _HEADSETS or gazer in {"Gazer3D", "NeonGazer3D"}:
        return "3d"
    raise ValueError(f"there is no gazer {gazer!r:.80}")


def _missing(
    gazer: Gazer,
    references: Sequence[Reference],
    selected: Sequence[PupilDatum],
    matches: Matches,
    eye_translations: tuple[Vector3, Vector3] | None,
) -> str | None:
    """The first thing that is missing, in the order in which the incumbent looks."""
    if gazer in _HEADSETS:
        if gazer == "GazerHMD3D" and eye_translations is None:
            return NO_EYE_TRANSLATIONS
        if not references:
            return NO_REFERENCES_TO_MATCH
        if not selected:
            return NO_PUPILS_TO_MATCH
        return None if matches.binocular else NOT_SUFFICIENT_DATA
    if not selected:
        return NOT_SUFFICIENT_PUPILS
    if not references:
        return NOT_SUFFICIENT_REFERENCES
    is_matched = matches.monocular(0) or matches.monocular(1)
    return None if is_matched else NOT_SUFFICIENT_DATA


def _fit(
    gazer: Gazer,
    matches: Matches,
    selected: Sequence[PupilDatum],
    scene_camera: Camera | None,
    eye_translations: tuple[Vector3, Vector3] | None,
    mode: GazerMode,
) -> Polynomials | RayModels:
    is_incumbent = mode == "incumbent"
    if gazer == "Gazer2D":
        camera = scene_camera or _SOME_CAMERA
        if is_incumbent:
            return fit_incumbent_polynomials(matches, camera)
        return fit_polynomials(matches, selected, camera)
    if gazer in _HEADSETS:
        fit_headset = fit_incumbent_hmd_rays if is_incumbent else fit_hmd_rays
        eyes_mm = eye_translations or POSTHOC_EYES_MM
        return fit_headset(matches, eyes_mm, is_y_up=gazer == "GazerHMD3D")
    if scene_camera is None:
        raise GazeFitError("The scene camera's intrinsics are not known.")
    fit = fit_incumbent_rays if is_incumbent else fit_rays
    return fit(matches, scene_camera, NEON_EYES_MM if gazer == "NeonGazer3D" else CORE_EYES_MM)


def _mapper(
    models: Polynomials | RayModels, scene_camera: Camera | None, mode: GazerMode
) -> RealTimeMapper:
    pairing = IncumbentPairing() if mode == "incumbent" else PunctualPairing()
    return RealTimeMapper(_model(models, scene_camera, mode), pairing)


def _model(
    models: Polynomials | RayModels, scene_camera: Camera | None, mode: GazerMode
) -> GazeModel:
    is_incumbent = mode == "incumbent"
    if isinstance(models, Polynomials):
        return PolynomialModel(models, is_incumbent=is_incumbent)
    if is_incumbent:
        return IncumbentRayModel(models, scene_camera)
    return RayModel(models, scene_camera)


def _residuals_deg(
    model: GazeModel, matches: Matches, scene_camera: Camera | None
) -> list[float | None]:
    """By match, the angle between the reference and the gaze of its pupils."""
    bases = [tuple(pupil for pupil in match.eyes if pupil is not None) for match in matches.all]
    gazes = [model.gaze(base)[:1] if base else () for base in bases]
    found = iter(gaze_directions([gaze for one in gazes for gaze in one], scene_camera))
    wanted = reference_directions([match.reference for match in matches.all], scene_camera)
    residuals: list[float | None] = []
    for told, direction in zip(gazes, wanted, strict=True):
        apart = math.nan
        if told:
            gaze_way = next(found)
            across = float(np.linalg.norm(np.cross(direction, gaze_way)))
            apart = math.degrees(math.atan2(across, float(direction @ gaze_way)))
        residuals.append(apart if math.isfinite(apart) else None)
    return residuals
