"""Blinks from the pupils of both eyes, in the form in which a bus tells them: one of each kind."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Literal

from gazewire.model import BlinkResponse, EyeMovement, PupilDatum
from gazewire.motion.blink import BlinkSettings, OnlineBlinks

__all__ = ["PupilBlinks"]

_WINDOW_NS = 200_000_000


class PupilBlinks:
    """Finds blinks by the confidence of pupils: a detector for the service's bus.

    A blink is one ``onset``, told when the lids have been closed for the shortest time that a
    blink takes, and one ``offset``, told when it has ended, each with the instant that it is of.
    Eyes that stay closed longer than any blink have an onset and an offset too, but are no blink
    among `movements`.

    Args:
        settings: what a blink is.
    """

    def __init__(self, settings: BlinkSettings | None = None) -> None:
        self._blinks = OnlineBlinks(settings)
        self._window: deque[PupilDatum] = deque()
        self._is_closed = False
        self._movements: list[EyeMovement] = []

    def blinks(self, pupil: PupilDatum) -> Sequence[BlinkResponse]:
        """Take a 2-D pupil of either eye, and tell what the lids do by it."""
        now_ns = pupil.timestamp_unix_ns
        if self._window and now_ns < self._window[0].timestamp_unix_ns:
            self._window.clear()
        self._window.append(pupil)
        while self._window[0].timestamp_unix_ns < now_ns - _WINDOW_NS:
            self._window.popleft()
        blink = self._blinks.take(now_ns, pupil.confidence, pupil.eye_id)
        if blink is not None:
            # Nobody may ask for movements; a few minutes of them are enough.
            self._movements = [*self._movements, blink][-100:]
        since_ns = self._blinks.closed_since_ns
        told: list[BlinkResponse] = []
        if blink is not None:
            if not self._is_closed:
                told.append(self._response("onset", blink.start_unix_ns, blink.confidence))
            told.append(self._response("offset", blink.end_unix_ns, blink.confidence))
        elif self._is_closed and since_ns is None:
            told.append(self._response("offset", now_ns, 1.0))
        elif since_ns is not None and not self._is_closed:
            told.append(self._response("onset", since_ns, 1.0))
        self._is_closed = since_ns is not None
        return told

    def movements(self) -> Sequence[EyeMovement]:
        """Tell the blinks that have ended since this was asked the last time."""
        told, self._movements = self._movements, []
        return told

    def _response(
        self, kind: Literal["onset", "offset"], timestamp_unix_ns: int, confidence: float
    ) -> BlinkResponse:
        return BlinkResponse(
            kind=kind,
            timestamp_unix_ns=timestamp_unix_ns,
            confidence=confidence,
            base=tuple(self._window),
        )
