"""Pairing as the incumbent does it, with its lag and its repetitions."""

from __future__ import annotations

from collections import deque

from gazewire.model import EyeId, PupilDatum

__all__ = ["IncumbentPairing"]

_MIN_CONFIDENCE = 0.6
_FIRST_PERIOD_S = 1 / 120
_SMOOTHING = 50
_LONGEST_QUEUE = 10


class IncumbentPairing:
    """Pairs the pupils of two eyes exactly as Pupil Capture and Service do.

    For each pupil there is at most one output. A pupil may appear in several; their mean times do
    not rise steadily; one eye alone lags by ten pupils. Take it to reproduce what was recorded,
    else `PunctualPairing`.
    """

    def __init__(self) -> None:
        self._queues: tuple[deque[PupilDatum], deque[PupilDatum]] = (deque(), deque())
        self._period_s = _FIRST_PERIOD_S

    def add(
        self, pupil: PupilDatum, running: frozenset[EyeId]
    ) -> tuple[tuple[PupilDatum, ...], ...]:
        """Take a pupil, and give what is to be mapped now: nothing, one, or the right and left.

        Args:
            pupil: of either eye.
            running: is not asked for.
        """
        right, left = self._queues
        self._queues[pupil.eye_id].append(pupil)
        self._follow_period()
        if right and right[0].confidence < _MIN_CONFIDENCE:
            return ((right.popleft(),),)
        if left and left[0].confidence < _MIN_CONFIDENCE:
            return ((left.popleft(),),)
        if right and left:
            return (self._older_with_partner(),)
        for queue in self._queues:
            if len(queue) > _LONGEST_QUEUE:
                return ((queue.popleft(),),)
        return ()

    def _older_with_partner(self) -> tuple[PupilDatum, ...]:
        """The older front leaves its queue; its partner stays, and may be paired again."""
        right, left = self._queues
        older_queue = right if right[0].timestamp_unix_ns < left[0].timestamp_unix_ns else left
        pair = (right[0], left[0])
        older = older_queue.popleft()
        apart_s = abs(pair[0].timestamp_unix_ns - pair[1].timestamp_unix_ns) * 1e-9
        return pair if apart_s < 2 * self._period_s else (older,)

    def _follow_period(self) -> None:
        periods = [
            (queue[-1].timestamp_unix_ns - queue[0].timestamp_unix_ns) * 1e-9 / (len(queue) - 1)
            for queue in self._queues
            if len(queue) >= 2
        ]
        if periods:
            self._period_s += (max(periods) - self._period_s) / _SMOOTHING
