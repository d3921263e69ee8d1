"""Eye movements as they end: fixations, saccades, pursuits, oscillations, blinks of live gaze."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gazewire.model import DetectedBlink, EyeMovement
from gazewire.motion.events import measured_event
from gazewire.motion.label import Movement
from gazewire.motion.online import LabelledSample, OnlineClassifier
from gazewire.motion.online_settings import OnlineSettings

__all__ = ["MovementAssembly", "OnlineMovements"]

_NS_PER_S = 1_000_000_000
# A movement that goes on is told in parts of so long, so that memory has a limit.
_LONGEST_S = 60.0
# Nothing is known of what was between samples that are farther apart.
_LONGEST_STEP_S = 0.1
# Shorter ones are what is left between two others.
_SHORTEST_REST_S = 0.04
_BLINK_S = (0.03, 1.0)


class MovementAssembly:
    """Makes movements of labelled samples that come one by one.

    Fixations and pursuits below 40 ms are left out, and so are gaps that are no blinks because
    they are shorter than 30 ms or longer than a second.
    """

    def __init__(self) -> None:
        self._run: list[LabelledSample] = []
        # The last sample before the run.
        self._before: LabelledSample | None = None

    def take(self, samples: Iterable[LabelledSample]) -> list[EyeMovement]:
        """Take samples in order of time, and tell the movements that ended with them."""
        told: list[EyeMovement] = []
        for sample in samples:
            if self._run:
                last = self._run[-1]
                step_s = (sample.timestamp_unix_ns - last.timestamp_unix_ns) / _NS_PER_S
                if not 0.0 < step_s <= _LONGEST_STEP_S:
                    told += self.finish()
                elif sample.label is not last.label or self._is_long():
                    told += self._told()
                    self._run, self._before = [], last
            self._run.append(sample)
        return told

    def finish(self) -> list[EyeMovement]:
        """Tell the movement that goes on as if it had ended, and begin anew."""
        told = self._told()
        self._run, self._before = [], None
        return told

    def _is_long(self) -> bool:
        length_ns = self._run[-1].timestamp_unix_ns - self._run[0].timestamp_unix_ns
        return length_ns > _LONGEST_S * _NS_PER_S

    def _told(self) -> list[EyeMovement]:
        """The run as it is, if it is worth telling."""
        if not self._run:
            return []
        label, rows = self._run[0].label, self._run
        if label is Movement.SACCADE and self._before is not None:
            rows = [self._before, *rows]
        zero_ns = rows[0].timestamp_unix_ns
        event = measured_event(
            label,
            np.array([row.timestamp_unix_ns - zero_ns for row in rows]) / _NS_PER_S,
            np.array([row.x_deg for row in rows]),
            np.array([row.y_deg for row in rows]),
            zero_unix_ns=zero_ns,
        )
        if event is None:
            return []
        if isinstance(event, DetectedBlink):
            low_s, high_s = _BLINK_S
            return [event] if low_s <= event.duration_s <= high_s else []
        rests = label in {Movement.FIXATION, Movement.PURSUIT}
        return [] if rests and event.duration_s < _SHORTEST_REST_S else [event]


class OnlineMovements:
    """Tells each eye movement once it has ended, at most the classifier's delay and a sample late.

        movements = OnlineMovements()
        for timestamp_unix_ns, x_deg, y_deg in gaze:
            for movement in movements.take(timestamp_unix_ns, x_deg, y_deg):
                print(movement)

    A blink here is a gap in gaze; what sees the pupils of both eyes knows more of it
    (`gazewire.motion.blink`).

    Args:
        settings: how it judges.
    """

    def __init__(self, settings: OnlineSettings | None = None) -> None:
        self._classifier = OnlineClassifier(settings)
        self._assembly = MovementAssembly()

    @property
    def classifier(self) -> OnlineClassifier:
        """What labels the samples."""
        return self._classifier

    def take(self, timestamp_unix_ns: int, x_deg: float, y_deg: float) -> list[EyeMovement]:
        """Take gaze, and tell what has ended.

        Args:
            timestamp_unix_ns: of the sample.
            x_deg: to the right; NaN where gaze was not seen.
            y_deg: down; the same.
        """
        return self._assembly.take(self._classifier.take(timestamp_unix_ns, x_deg, y_deg))

    def finish(self) -> list[EyeMovement]:
        """Tell what has not ended, up to the last sample, and begin anew."""
        return self._assembly.take(self._classifier.finish()) + self._assembly.finish()
