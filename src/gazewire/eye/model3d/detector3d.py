"""The 3-D eye model: from the ellipses of one eye camera to gaze and size of the pupil."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from gazewire.eye.model3d.eye_view import EyeView, SeenPupils
from gazewire.eye.model3d.first_guess import guess_eyeball
from gazewire.eye.model3d.long_term import LongTermModel
from gazewire.eye.model3d.observation import (
    Glimpse,
    GlimpseMaker,
    IdealCamera,
    Observation,
    duals_of,
)
from gazewire.eye.model3d.properties import Detector3dProperties
from gazewire.eye.model3d.pupil3d import SPHERE_RADIUS_MM, Pupil3d
from gazewire.eye.model3d.short_term import ShortTermModel
from gazewire.eye.model3d.sphere import NO_PRIOR, Estimate, Prior, fit_eyeball
from gazewire.eye.model3d.usual_size import UsualSize
from gazewire.model import Ellipse, Point2, Vector3
from gazewire.optics import Camera, dual_conic, ellipse_of_dual, sphere_outline

__all__ = ["EyeModel3d"]

_SHORT_TERM_NS = 200_000_000
_LONG_TERM_NS = 1_000_000_000
_GUESS_NS = 500_000_000
# While it is young the long-term model is made anew as often as the other one.
_YOUNG_NS = 5_000_000_000
_FEWEST_CELLS = 5
# What is told before the eyeball is known so well would be wrong by more than three degrees.
_KNOWN_MM = 0.5
# A mean pupil that disagrees more does not belong into the long-term model.
_STRANGE = 25.0
# Where the eyeball was before a slip still says where it is.
_SLIP_MM = 1.5
# By how much eyes of adults differ in size, as `EyeAnatomy` says.
_ANATOMY_DEVIATION = 0.05
# A pupil whose confidence is low may get so much by fitting the model; a deviation of its size.
_SECOND_HAND, _SIZE_DEVIATION = 0.6, 0.1

_NO_ELLIPSE = Ellipse(center_px=(0.0, 0.0), axes_px=(0.0, 0.0), angle_deg=0.0)


class EyeModel3d:
    """Finds the eyeball behind the pupils of one camera, follows it, and tells gaze and diameter.

    ::

        model = EyeModel3d(known_camera("Pupil Cam2 ID0", 192, 192))
        pupil = model.observe(timestamp_unix_ns, (101.9, 73.9), (36.7, 39.0), 103.3, 1.0)
        if pupil is not None:
            pupil.circle_normal, pupil.diameter_mm

    Nothing is told before the eyeball is known, for which an eye has to look in a few directions.
    Each observation takes some tenth of a millisecond; five times a second one takes two or three
    milliseconds more, and while the eye is sought some take ten. An instance belongs to one thread.

    Args:
        camera: that looks at the eye.
        properties: settings.
    """

    def __init__(self, camera: Camera, properties: Detector3dProperties | None = None) -> None:
        self._camera = camera
        self._properties = properties or Detector3dProperties()
        self.is_long_term_model_frozen = self._properties.is_long_term_model_frozen
        self._ideal = IdealCamera(camera)
        self._glimpses = GlimpseMaker(self._ideal.focal_px)
        width = camera.width / self._ideal.focal_px
        self._long_term = LongTermModel(width)
        self._short_term = ShortTermModel(width, self._properties.anatomy)
        self.reset()

    def reset(self) -> None:
        """Forget the eye."""
        self._glimpses.clear()
        self._long_term.clear()
        self._short_term.clear()
        self._settled: Estimate | None = None
        self._prior: Prior = NO_PRIOR
        self._view: EyeView | None = None
        self._projected_sphere = _NO_ELLIPSE
        self._scale = 1.0
        self._born_ns = 0
        self._last_ns: int | None = None
        self._short_term_due_ns = self._long_term_due_ns = 0
        self._size = UsualSize()

    def observe(
        self,
        timestamp_unix_ns: int,
        center_px: Point2,
        axes_px: Point2,
        angle_deg: float,
        confidence: float,
    ) -> Pupil3d | None:
        """Take what a 2-D detector found in one image.

        Args:
            timestamp_unix_ns: instant of exposure. Where it goes back, what was seen in the last
                seconds is forgotten.
            center_px: of the ellipse.
            axes_px: full lengths.
            angle_deg: of the first axis, from +x towards +y.
            confidence: 0 to 1.

        Returns:
            The pupil in space; None where no pupil was found, where a number is not finite, and
            while the eyeball is not known.
        """
        observation = self._ideal.observe(
            timestamp_unix_ns, center_px, axes_px, angle_deg, confidence
        )
        if observation is None:
            return None
        if observation.confidence >= self._properties.learning_confidence:
            self._learn(observation)
        return None if self._view is None else self._explained(observation, self._view)

    def _learn(self, observation: Observation) -> None:
        now_ns = observation.timestamp_unix_ns
        if self._last_ns is None or now_ns < self._last_ns:
            self._glimpses.clear()
            self._short_term.clear()
            self._born_ns = self._short_term_due_ns = self._long_term_due_ns = now_ns
        self._last_ns = now_ns
        if self.is_long_term_model_frozen and self._view is not None:
            return
        glimpse = self._glimpses.add(observation)
        if glimpse is None:
            return
        is_young = now_ns - self._born_ns < _YOUNG_NS
        self._remember(glimpse, is_young=is_young)
        if now_ns >= self._long_term_due_ns:
            self._long_term_due_ns = now_ns + self._settle(now_ns, is_young=is_young)
        if now_ns >= self._short_term_due_ns and self._settled is not None:
            self._short_term_due_ns = now_ns + _SHORT_TERM_NS
            self._follow(now_ns, self._settled)

    def _remember(self, glimpse: Glimpse, *, is_young: bool) -> None:
        if self._view is None:
            self._short_term.add(glimpse)
            self._long_term.add(glimpse)
            return
        seen = self._view.see(duals_of([glimpse.ellipse]))
        if not self._size.allows(float(seen.radius_mm[0, 0])):
            return
        self._short_term.add(glimpse)
        narrow, skew = self._view.whitened(seen, np.array([glimpse.variance]))
        if is_young or narrow[0, 0] ** 2 + skew[0, 0] ** 2 < _STRANGE:
            self._long_term.add(glimpse)

    def _settle(self, now_ns: int, *, is_young: bool) -> int:
        """Fit the long-term model, and tell in how many nanoseconds to do it again."""
        if len(self._long_term) < _FEWEST_CELLS:
            return _SHORT_TERM_NS
        evidence, anatomy = self._long_term.evidence(now_ns), self._properties.anatomy
        settled = self._settled
        if settled is not None:
            settled = fit_eyeball(evidence, settled.center_mm, anatomy, prior=self._prior)
        if settled is None or (is_young and self._prior is NO_PRIOR):
            guessed = guess_eyeball(evidence, anatomy)
            if guessed is not None:
                # It was made of a part of the pupils.
                guessed = fit_eyeball(evidence, guessed.center_mm, anatomy)
            if settled is None or (guessed is not None and guessed.cost < settled.cost - 1.0):
                settled = guessed
        if settled is None or settled.sideways_deviation_mm > _KNOWN_MM:
            return _GUESS_NS
        self._settled = settled
        return _GUESS_NS if is_young else _LONG_TERM_NS

    def _follow(self, now_ns: int, settled: Estimate) -> None:
        """Ask the short-term model where the eyeball is now, and whether the glasses slipped."""
        slip = self._short_term.slip(settled)
        if slip is None:
            self._look_from(self._short_term.follow(settled))
            return
        self._long_term.clear()
        self._short_term.clear(but=slip.glimpses)
        for glimpse in slip.glimpses:
            self._long_term.add(glimpse)
        self._born_ns = self._long_term_due_ns = now_ns
        self._settled = slip.estimate
        if slip.estimate is None:
            self._prior, self._view = NO_PRIOR, None
            self._size = UsualSize()
        else:
            self._prior = Prior.within(settled.center_mm, _SLIP_MM)
            self._look_from(slip.estimate)

    def _look_from(self, estimate: Estimate) -> None:
        center_mm = estimate.center_mm
        self._view = EyeView(center_mm[None], self._properties.anatomy)
        self._scale = self._size_of_eye(float(np.linalg.norm(center_mm)))
        outline = sphere_outline(self._scale * center_mm, SPHERE_RADIUS_MM)
        self._projected_sphere = self._ellipse_of(outline)

    def _size_of_eye(self, distance_mm: float) -> float:
        """How large the eye is, over the average one.

        Were it larger it would have to be further away, for images to be the same. So an eye of
        average size that stands too far away is rather a smaller one: the most likely size weighs
        what differs between people against what differs between their seats in the frame.
        """
        expected_mm = self._properties.distance_mm
        if expected_mm is None:
            return 1.0
        seat = self._properties.distance_deviation_mm / expected_mm
        weight = _ANATOMY_DEVIATION**2 / (_ANATOMY_DEVIATION**2 + seat**2)
        return float((expected_mm / distance_mm) ** weight)

    def _explained(self, observation: Observation, view: EyeView) -> Pupil3d | None:
        seen = view.see(duals_of([observation.ellipse]))
        normal = view.gazes(seen)[0, 0]
        radius_mm = float(seen.radius_mm[0, 0]) * self._scale
        if not (np.isfinite(normal).all() and math.isfinite(radius_mm) and radius_mm > 0):
            return None
        sphere_mm = self._scale * view.centers_mm[0]
        pupil_mm = sphere_mm + self._scale * self._properties.anatomy.pupil_distance_mm * normal
        confidence = self._confidence(observation, view, seen)
        return Pupil3d(
            timestamp_unix_ns=observation.timestamp_unix_ns,
            ellipse=self._ellipse_of(_outline(view, seen)),
            sphere_center_mm=_triple(sphere_mm),
            projected_sphere=self._projected_sphere,
            circle_center_mm=_triple(pupil_mm),
            circle_normal=_triple(normal),
            diameter_mm=2 * radius_mm,
            confidence=confidence,
        )

    def _confidence(self, observation: Observation, view: EyeView, seen: SeenPupils) -> float:
        """That of the 2-D detector, or how well a doubtful ellipse fits the eye."""
        radius_mm = float(seen.radius_mm[0, 0])
        if observation.confidence > self._properties.trusted_confidence:
            is_usual = self._size.allows(radius_mm)
            self._size.add(observation.timestamp_unix_ns, radius_mm)
            if is_usual:
                return observation.confidence
        narrow, skew = view.whitened(seen, np.array([observation.variance]))
        square = float(narrow[0, 0] ** 2 + skew[0, 0] ** 2)
        square += (self._size.change(radius_mm) / _SIZE_DEVIATION) ** 2
        return _SECOND_HAND * math.exp(-square / 8)

    def _ellipse_of(self, dual: NDArray[np.float64]) -> Ellipse:
        """An outline in pixels; zeros where it is no ellipse."""
        center_px, axes_px, angle_deg = self._ideal.ellipse_px(*ellipse_of_dual(dual))
        if not all(map(math.isfinite, (*center_px, *axes_px, angle_deg))):
            return _NO_ELLIPSE
        return Ellipse(center_px=center_px, axes_px=axes_px, angle_deg=angle_deg)


def _outline(view: EyeView, seen: SeenPupils) -> NDArray[np.float64]:
    """The dual conic of the explained pupil, camera frame."""
    toward = np.array([seen.toward_x[0, 0], seen.toward_y[0, 0]])
    square = float(seen.half_axis[0, 0]) ** 2
    narrowing = 1 - float(seen.aspect[0, 0]) ** 2
    shape = square * (np.eye(2) - narrowing * np.outer(toward, toward))
    rotation = view.rotation[0]
    dual: NDArray[np.float64] = rotation.T @ dual_conic(seen.off[0, 0] * toward, shape) @ rotation
    return dual


def _triple(vector: NDArray[np.float64]) -> Vector3:
    x, y, z = vector.tolist()
    return x, y, z
