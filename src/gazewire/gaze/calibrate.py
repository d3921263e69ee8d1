"""From a list of pupils and a list of references to a mapper, without any program around.

    from gazewire.gaze import calibrate

    mapper = calibrate(pupils, references, intrinsics)
    gaze_px = mapper(pupils, times_s)

Pupils and references are maps as the Core network and its recordings have them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.gaze.binocular_polynomial import BinocularPolynomial, fit_binocular_polynomial
from gazewire.gaze.failure import (
    NOT_SUFFICIENT_DATA,
    NOT_SUFFICIENT_PUPILS,
    NOT_SUFFICIENT_REFERENCES,
    GazeFitError,
)
from gazewire.gaze.moments import moments_together, pupils_of_targets
from gazewire.gaze.targets import split_targets
from gazewire.gaze.track import PupilTrack
from gazewire.optics import Camera

__all__ = ["Mapper", "calibrate"]

# As the Core programs: what a mapping is fitted to is to be beyond doubt.
_MIN_FIT_CONFIDENCE = 0.8
_MIN_CONFIDENCE = 0.6


class Mapper:
    """Tells where the wearer looked in the scene image.

    Attributes:
        polynomial: what was fitted, in direction cosines of the scene camera.
        scene_camera: the camera.
    """

    def __init__(self, polynomial: BinocularPolynomial, scene_camera: Camera) -> None:
        self.polynomial = polynomial
        self.scene_camera = scene_camera

    def __call__(
        self, pupils: Sequence[Mapping[str, object]], t_s: ArrayLike
    ) -> NDArray[np.float64]:
        """The same as `predict`."""
        return self.predict(pupils, t_s)

    def predict(
        self, pupils: Sequence[Mapping[str, object]], t_s: ArrayLike
    ) -> NDArray[np.float64]:
        """Where the gaze was.

        Args:
            pupils: as in `calibrate`, around the instants that are asked for.
            t_s: (N,) seconds, on the pupils' clock.

        Returns:
            (N, 2) pixels of the scene image, inside it or not. NaN where neither eye was seen
            within 25 ms, or where it looked so far from all targets that nobody can tell.

        Raises:
            ValueError: the instants are not (N,).
            TypeError: the pupils are no maps of numbers.
        """
        times_s = np.asarray(t_s, float)
        if times_s.ndim != 1:
            raise ValueError(f"instants are (N,), not {times_s.shape}")
        tracks = _tracks(pupils, _MIN_CONFIDENCE)
        points = np.stack([track.at(times_s) for track in tracks], axis=1)
        cosines, _ = self.polynomial.predict(points)
        with np.errstate(invalid="ignore"):
            depth = np.sqrt(1 - np.sum(cosines**2, axis=1, keepdims=True))
        return self.scene_camera.project(np.hstack([cosines, depth]))


def calibrate(
    pupils: Sequence[Mapping[str, object]],
    refs: Sequence[Mapping[str, object]],
    scene: Mapping[str, object],
) -> Mapper:
    """Fit a mapper to a calibration.

    Each eye has a smooth map of its own; both are fitted together, as `fit_binocular_polynomial`
    tells. Targets that one eye never saw are learned from the other.

    Args:
        pupils: of both eyes, in any order: ``id`` (0 right, 1 left), ``timestamp`` (s),
            ``confidence`` (0 to 1), ``norm_pos`` (0 to 1, origin bottom left of the eye image);
            more keys are not looked at.
        refs: what the wearer was asked to look at, in any order: ``timestamp`` (s, the same clock),
            ``screen_pos`` (scene pixels, origin top left).
        scene: the scene camera's intrinsics, as `Camera.from_core` takes them.

    Raises:
        GazeFitError: the data do not determine a mapping.
        ValueError: these are no intrinsics.
        TypeError: pupils or references are no maps of numbers.
    """
    camera = Camera.from_core(scene)
    reference_times_s, reference_px = _references(refs)
    tracks = _tracks(pupils, _MIN_FIT_CONFIDENCE)
    if not any(len(track.times_s) for track in tracks):
        raise GazeFitError(NOT_SUFFICIENT_PUPILS)
    if not len(reference_times_s):
        raise GazeFitError(NOT_SUFFICIENT_REFERENCES)
    directions = camera.unproject(reference_px)
    runs = split_targets(directions)
    seen = np.stack([track.at(reference_times_s) for track in tracks], axis=1)
    points, places = pupils_of_targets(seen, directions, runs)
    polynomial = fit_binocular_polynomial(points, places[:, :2], moments_together(*tracks))
    if polynomial is None:
        raise GazeFitError(NOT_SUFFICIENT_DATA)
    return Mapper(polynomial, camera)


def _tracks(
    pupils: Sequence[Mapping[str, object]], min_confidence: float
) -> tuple[PupilTrack, PupilTrack]:
    """Both eyes' tracks, of what was seen well."""
    samples: tuple[list[tuple[float, ...]], list[tuple[float, ...]]] = ([], [])
    for pupil in pupils:
        eye_id, confidence = pupil["id"], _number(pupil["confidence"])
        if eye_id not in {0, 1}:
            raise ValueError(f"an eye is 0 or 1, not {eye_id!r:.80}")
        if confidence >= min_confidence:
            place = _pair(pupil["norm_pos"])
            samples[1 if eye_id == 1 else 0].append((_number(pupil["timestamp"]), *place))
    right, left = (np.array(rows, float).reshape(-1, 3) for rows in samples)
    return PupilTrack.of(right[:, 0], right[:, 1:]), PupilTrack.of(left[:, 0], left[:, 1:])


def _references(
    refs: Sequence[Mapping[str, object]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Instants (N,), rising, and places (N, 2) in pixels; such as are not finite are left out."""
    rows = [(_number(ref["timestamp"]), *_pair(ref["screen_pos"])) for ref in refs]
    table = np.array(rows, float).reshape(-1, 3)
    table = table[np.isfinite(table).all(axis=1)]
    table = table[np.argsort(table[:, 0], kind="stable")]
    return table[:, 0], table[:, 1:]


def _number(value: object) -> float:
    if not isinstance(value, int | float | np.number):
        raise TypeError(f"this is no number: {value!r:.80}")
    return float(value)


def _pair(value: object) -> tuple[float, float]:
    if not isinstance(value, Sequence | np.ndarray) or len(value) != 2:
        raise TypeError(f"a place is two numbers, not {value!r:.80}")
    return _number(value[0]), _number(value[1])
