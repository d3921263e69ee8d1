"""What the eyes did, as glasses tell it: from gaze and pupils that a service has measured."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from gazewire.model import (
    Blink,
    DetectedBlink,
    DetectedFixation,
    DetectedPursuit,
    DetectedSaccade,
    EyeEvent,
    EyeMovement,
    Fixation,
    GazeDatum,
    MappedGaze,
    Onset,
    PupilDatum,
    Saccade,
)
from gazewire.motion.fixation import MovementFixations
from gazewire.motion.pupil_blinks import PupilBlinks
from gazewire.optics import Camera

__all__ = ["EyeEventTeller"]

# The longest movement whose beginning is remembered, at 200 Hz: twenty seconds.
_REMEMBERED = 4000
# Shorter rests between two jumps are no fixations.
_MIN_FIXATION_MS = 60.0


class EyeEventTeller:
    """Finds fixations, saccades and blinks, each told once it is over.

    Of fixations and saccades an onset is told besides, which comes with the movement before it:
    whatever ends, something else begins.

    Args:
        camera: the scene camera, as far as it is known.
    """

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._fixations = MovementFixations(lambda: camera, min_duration_ms=_MIN_FIXATION_MS)
        self._blinks = PupilBlinks()
        self._told: deque[GazeDatum] = deque(maxlen=_REMEMBERED)

    def take_pupil(self, pupil: PupilDatum) -> list[EyeEvent]:
        """Take a 2-D pupil of either eye, and tell what is known by it."""
        self._blinks.blinks(pupil)
        return [event for one in self._blinks.movements() for event in self._events(one)]

    def take_gaze(self, gaze: MappedGaze, datum: GazeDatum | None) -> list[EyeEvent]:
        """Take gaze, and tell what is known by it.

        Args:
            gaze: as it was mapped.
            datum: the same as it was told; None where it was not.
        """
        if datum is not None:
            self._told.append(datum)
        self._fixations.fixations(gaze, "")
        # A gap in gaze may be a blink, too, but pupils know more of it, and one blink is one event.
        movements = [
            one for one in self._fixations.movements() if not isinstance(one, DetectedBlink)
        ]
        return [event for one in movements for event in self._events(one)]

    def _events(self, movement: EyeMovement) -> Iterator[EyeEvent]:
        match movement:
            case DetectedBlink():
                yield Blink(start_unix_ns=movement.start_unix_ns, end_unix_ns=movement.end_unix_ns)
            # Glasses call it a fixation, too, that the eyes follow something.
            case DetectedFixation() | DetectedPursuit():
                yield from self._moved(movement, Fixation)
                yield Onset(kind="saccade", start_unix_ns=movement.end_unix_ns)
            case DetectedSaccade():
                yield from self._moved(movement, Saccade)
                yield Onset(kind="fixation", start_unix_ns=movement.end_unix_ns)
            case _:
                pass

    def _moved(
        self,
        movement: DetectedFixation | DetectedPursuit | DetectedSaccade,
        kind: Callable[..., Fixation | Saccade],
    ) -> Iterator[Fixation | Saccade]:
        start_ns, end_ns = movement.start_unix_ns, movement.end_unix_ns
        within = [one for one in self._told if start_ns <= one.timestamp_unix_ns <= end_ns]
        if not within:
            return
        places = np.array([(one.x_px, one.y_px) for one in within])
        start, end, mean = places[0], places[-1], places.mean(axis=0)
        amplitude_px = math.dist(start, end)
        steps_px = np.hypot(*np.diff(places, axis=0).T)
        steps_s = np.diff([one.timestamp_unix_ns for one in within]) / 1e9
        from_ray, to_ray = self._camera.unproject(places[[0, -1]])
        angle = np.arctan2(np.linalg.norm(np.cross(from_ray, to_ray)), from_ray @ to_ray)
        duration_s = (end_ns - start_ns) / 1e9
        yield kind(
            start_unix_ns=start_ns,
            end_unix_ns=end_ns,
            start_gaze_px=_pair(start),
            end_gaze_px=_pair(end),
            mean_gaze_px=_pair(mean),
            amplitude_px=amplitude_px,
            amplitude_deg=float(np.degrees(angle)),
            mean_velocity_px_s=float(steps_px.sum()) / duration_s if duration_s > 0 else 0.0,
            max_velocity_px_s=float((steps_px / steps_s).max()) if len(steps_s) else 0.0,
        )


def _pair(point: NDArray[np.float64]) -> tuple[float, float]:
    x, y = point.tolist()
    return x, y
