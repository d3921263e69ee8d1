"""Fixations by the online classifier, in the form in which a bus tells them while they last.

The answer to `DispersionFixations` for whoever may choose: fixations here begin and end where the
eye does, they grow, and following a thing that moves is not one. With them come all other
movements, each once it has ended.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from gazewire.model import (
    DatumReference,
    DispersionFixation,
    EyeId,
    EyeMovement,
    MappedGaze,
    Point2,
    Vector3,
)
from gazewire.motion.angle import mapped_angles_deg
from gazewire.motion.diameter import AngularDiameter
from gazewire.motion.label import Movement
from gazewire.motion.online import LabelledSample, OnlineClassifier
from gazewire.motion.online_events import MovementAssembly
from gazewire.motion.online_settings import OnlineSettings
from gazewire.optics import Camera

__all__ = ["MovementFixations"]

_NS_PER_MS = 1_000_000
# A fixation that goes on is told so often.
_TOLD_NS = 33 * _NS_PER_MS
# So much gaze a fixation names as what it consists of: the latest, 2.5 s at 200 Hz.
_MOST_REFERENCES = 512
# A fixation does not reach over an outage.
_LONGEST_STEP_NS = 100 * _NS_PER_MS
# After so long without gaze of the eyes that it was of, gaze of others will do.
_PATIENCE_NS = 50 * _NS_PER_MS


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is to be remembered of a gaze datum until its label is known."""

    norm_pos: Point2
    point_mm: Vector3 | None
    confidence: float
    reference: DatumReference


@dataclass(slots=True)
class _Growing:
    """A fixation that goes on."""

    id: int
    start_ns: int
    end_ns: int = 0
    told_ns: int = 0
    count: int = 0
    norm_pos_sum: tuple[float, float] = (0.0, 0.0)
    point_sum: Vector3 | None = (0.0, 0.0, 0.0)
    confidence_sum: float = 0.0
    diameter: AngularDiameter = field(default_factory=AngularDiameter)
    base: deque[DatumReference] = field(default_factory=lambda: deque(maxlen=_MOST_REFERENCES))

    def add(self, sample: LabelledSample, seen: _Seen) -> None:
        self.end_ns = sample.timestamp_unix_ns
        self.count += 1
        (x, y), (more_x, more_y) = self.norm_pos_sum, seen.norm_pos
        self.norm_pos_sum = x + more_x, y + more_y
        if self.point_sum is None or seen.point_mm is None:
            self.point_sum = None
        else:
            (a, b, c), (more_a, more_b, more_c) = self.point_sum, seen.point_mm
            self.point_sum = a + more_a, b + more_b, c + more_c
        self.confidence_sum += seen.confidence
        across, down = math.radians(sample.x_deg), math.radians(sample.y_deg)
        level = math.cos(down)
        direction = [math.sin(across) * level, math.sin(down), math.cos(across) * level]
        self.diameter.insert(len(self.diameter), np.array(direction))
        self.base.append(seen.reference)

    def told(self) -> DispersionFixation:
        self.told_ns = self.end_ns
        x, y = self.norm_pos_sum
        point: Vector3 | None = None
        if self.point_sum is not None:
            a, b, c = self.point_sum
            point = a / self.count, b / self.count, c / self.count
        return DispersionFixation(
            id=self.id,
            start_unix_ns=self.start_ns,
            duration_ns=self.end_ns - self.start_ns,
            norm_pos=(x / self.count, y / self.count),
            dispersion_deg=self.diameter.angle_deg,
            confidence=self.confidence_sum / self.count,
            base=tuple(self.base),
            point_mm=point,
        )


class MovementFixations:
    """Finds fixations by the online classifier: a detector for the service's bus.

    A fixation is told when it has lasted for the shortest duration, some thirty times a second
    while it grows, and once more when it has ended: always with the same id and start. All is told
    `OnlineSettings.delay_s` after it happened.

    Gaze of both eyes is taken where there is any; that of one eye only where nothing else has come
    for 50 ms, for a step from eye to eye is no movement.

    Args:
        camera: tells the scene camera, by which gaze without a point in space is measured.
        min_duration_ms: shorter fixations are not told here, though they are among `movements`.
        min_confidence: gaze below it counts as not seen.
        settings: of the classifier.

    Raises:
        ValueError: a duration or confidence that is not finite, or a negative duration.
    """

    def __init__(
        self,
        camera: Callable[[], Camera],
        *,
        min_duration_ms: float = 100.0,
        min_confidence: float = 0.6,
        settings: OnlineSettings | None = None,
    ) -> None:
        if not (0.0 <= min_duration_ms < math.inf and math.isfinite(min_confidence)):
            raise ValueError(
                f"no fixations of {min_duration_ms} ms with confidence {min_confidence}"
            )
        self._camera = camera
        self._min_duration_ns = round(min_duration_ms * _NS_PER_MS)
        self._min_confidence = min_confidence
        self._classifier = OnlineClassifier(settings)
        self._assembly = MovementAssembly()
        self._seen: dict[int, _Seen] = {}
        self._eyes: tuple[EyeId, ...] = ()
        self._latest_ns: int | None = None
        self._next_id = 0
        self._growing: _Growing | None = None
        self._movements: list[EyeMovement] = []

    def fixations(self, gaze: MappedGaze, topic: str) -> Sequence[DispersionFixation]:
        """Take gaze that was published under a topic, and tell what is known by it."""
        told: list[DispersionFixation] = []
        eyes = tuple(pupil.eye_id for pupil in gaze.base)
        if eyes != self._eyes:
            if not self._may_turn_to(eyes, gaze.timestamp_unix_ns):
                return told
            # From one eye to the other gaze jumps, which it did not.
            told += self._labelled(self._classifier.finish())
            told += self._ended()
            self._movements += self._assembly.finish()
            self._seen.clear()
            self._eyes = eyes
        self._latest_ns = gaze.timestamp_unix_ns
        x_deg = y_deg = math.nan
        if gaze.confidence >= self._min_confidence:
            x_deg, y_deg = mapped_angles_deg(gaze, self._camera())
        if math.isfinite(x_deg) and math.isfinite(y_deg):
            self._seen.setdefault(gaze.timestamp_unix_ns, self._remembered(gaze, topic))
        samples = self._classifier.take(gaze.timestamp_unix_ns, x_deg, y_deg)
        return told + self._labelled(samples)

    def movements(self) -> Sequence[EyeMovement]:
        """Tell the movements that have ended since this was asked the last time."""
        told, self._movements = self._movements, []
        return told

    def _may_turn_to(self, eyes: tuple[EyeId, ...], timestamp_unix_ns: int) -> bool:
        if self._latest_ns is None or len(eyes) > len(self._eyes):
            return True
        return abs(timestamp_unix_ns - self._latest_ns) > _PATIENCE_NS

    def _remembered(self, gaze: MappedGaze, topic: str) -> _Seen:
        norm_pos = gaze.norm_pos
        if norm_pos is None and gaze.point_mm is not None:
            camera = self._camera()
            x_px, y_px = camera.project([gaze.point_mm])[0].tolist()
            norm_pos = x_px / camera.width, 1.0 - y_px / camera.height
        assert norm_pos is not None, "its angles are known"
        reference = DatumReference(topic=topic, timestamp_unix_ns=gaze.timestamp_unix_ns)
        return _Seen(norm_pos, gaze.point_mm, gaze.confidence, reference)

    def _labelled(self, samples: Sequence[LabelledSample]) -> list[DispersionFixation]:
        told: list[DispersionFixation] = []
        # Nobody may ask for movements; a minute of them is enough.
        self._movements = [*self._movements, *self._assembly.take(samples)][-600:]
        for sample in samples:
            for stale_ns in [ns for ns in self._seen if ns < sample.timestamp_unix_ns]:
                del self._seen[stale_ns]
            seen = self._seen.pop(sample.timestamp_unix_ns, None)
            if self._growing is not None:
                step_ns = sample.timestamp_unix_ns - self._growing.end_ns
                if sample.label is not Movement.FIXATION or step_ns > _LONGEST_STEP_NS:
                    told += self._ended()
            if sample.label is not Movement.FIXATION:
                continue
            if seen is None or not all(map(math.isfinite, seen.norm_pos)):
                continue  # bridged
            if self._growing is None:
                self._growing = _Growing(self._next_id, sample.timestamp_unix_ns)
            growing = self._growing
            growing.add(sample, seen)
            is_long = growing.end_ns - growing.start_ns >= self._min_duration_ns
            if is_long and growing.end_ns - growing.told_ns >= _TOLD_NS:
                told.append(growing.told())
        return told

    def _ended(self) -> list[DispersionFixation]:
        growing, self._growing = self._growing, None
        if growing is None or growing.end_ns - growing.start_ns < self._min_duration_ns:
            return []
        self._next_id += 1
        return [growing.told()] if growing.end_ns > growing.told_ns else []
