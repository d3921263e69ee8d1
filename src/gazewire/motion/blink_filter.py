"""Blinks as the incumbent finds them: a step filter over the confidence of pupils.

A blink takes confidence away and gives it back. The filter answers to the edges, with a train of
responses for each, and knows neither of a blink's duration nor that it is one thing. Whoever wants
one event for a blink takes `gazewire.motion.blink`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.model import BlinkResponse, PupilDatum

__all__ = ["BlinkFilter", "BlinkFilterSettings", "FilteredBlink", "filtered_blinks"]

_NS_PER_S = 1_000_000_000
# The incumbent's, so that an edge from a usual confidence to none gives about 1.
_GAIN = 1 / 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class BlinkFilterSettings:
    """What a blink is to the filter. The defaults are the incumbent's.

    Attributes:
        history_length_s: length of the filter.
        onset_threshold: response from which on lids close.
        offset_threshold: response from which on they open.

    Raises:
        ValueError: a length that is not positive, or anything that is not finite.
    """

    history_length_s: float = 0.2
    onset_threshold: float = 0.5
    offset_threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.history_length_s < math.inf:
            raise ValueError(f"history_length_s is positive and finite: {self.history_length_s}")
        if not (math.isfinite(self.onset_threshold) and math.isfinite(self.offset_threshold)):
            raise ValueError("thresholds are finite")


class BlinkFilter:
    """Answers while lids move: a detector for the service's bus.

    Pupils of both eyes go into one window as they come. The mean confidence of its first half
    less that of its second half is the response: positive while lids close, negative while they
    open. Each pupil over a threshold is answered, so one blink gives a train of onsets and one of
    offsets, both of them told half a window late.

    Args:
        settings: of the filter.
    """

    def __init__(self, settings: BlinkFilterSettings | None = None) -> None:
        self._settings = settings or BlinkFilterSettings()
        self._length_ns = round(self._settings.history_length_s * _NS_PER_S)
        self._pupils: list[PupilDatum] = []
        self._confidences: list[float] = []

    def blinks(self, pupil: PupilDatum) -> Sequence[BlinkResponse]:
        """Take a 2-D pupil of either eye, and tell how the filter answers to it."""
        self._pupils.append(pupil)
        self._confidences.append(pupil.confidence if math.isfinite(pupil.confidence) else 0.0)
        oldest_ns, newest_ns = self._pupils[0].timestamp_unix_ns, pupil.timestamp_unix_ns
        if newest_ns < oldest_ns:
            self._forget(len(self._pupils))
            return ()
        late = 0
        # One pupil older than the window stays, so that what is left spans it.
        while (
            late + 1 < len(self._pupils)
            and self._pupils[late + 1].timestamp_unix_ns < newest_ns - self._length_ns
        ):
            late += 1
        self._forget(late)
        if newest_ns - oldest_ns < self._length_ns or len(self._pupils) < 2:
            return ()
        count = len(self._pupils)
        before = sum(self._confidences[: count // 2])
        after = sum(self._confidences[(count + 1) // 2 :])
        response = (before - after) / count * _GAIN
        if response > self._settings.onset_threshold:
            return [self._response("onset", response)]
        if response < -self._settings.offset_threshold:
            return [self._response("offset", -response)]
        return ()

    def _response(self, kind: Literal["onset", "offset"], strength: float) -> BlinkResponse:
        middle = self._pupils[len(self._pupils) // 2]
        return BlinkResponse(
            kind=kind,
            timestamp_unix_ns=middle.timestamp_unix_ns,
            confidence=min(strength, 1.0),
            base=tuple(self._pupils),
        )

    def _forget(self, count: int) -> None:
        del self._pupils[:count]
        del self._confidences[:count]


@dataclass(frozen=True, slots=True)
class FilteredBlink:
    """A blink of a recording, as the filter sees it.

    Attributes:
        samples: from the first that closes to the last that opens.
        confidence: mean strength of the response, 0 to 1.
    """

    samples: slice
    confidence: float


def filtered_blinks(
    t_s: ArrayLike, confidence: ArrayLike, settings: BlinkFilterSettings | None = None
) -> list[FilteredBlink]:
    """Find the blinks of a recording by the filter, as Pupil Player does.

    A blink begins with the first sample that closes and ends with the last of those that open
    after it, however much later. Where one follows right after, Player lets it begin with the
    recording; here it begins where it does.

    Args:
        t_s: (N,) seconds in order, of the pupils of both eyes.
        confidence: (N,) of each, 0 to 1; NaN is none.
        settings: of the filter.

    Raises:
        ValueError: shapes that do not fit, or times out of order.
    """
    settings = settings or BlinkFilterSettings()
    times, seen = np.asarray(t_s, np.float64), np.nan_to_num(np.asarray(confidence, np.float64))
    if times.ndim != 1 or times.shape != seen.shape:
        raise ValueError(f"times and confidences are (N,) both, not {times.shape}, {seen.shape}")
    if not np.isfinite(times).all() or (np.diff(times) < 0).any():
        raise ValueError("times are finite and in order")
    span_s = float(times[-1] - times[0]) if len(times) else 0.0
    if span_s <= 0:
        return []
    half = round(len(times) * settings.history_length_s / span_s / 2)
    # numpy would give an answer as long as the filter where this is the longer one.
    if half < 1 or 2 * half > len(times):
        return []
    step = np.repeat([-1.0, 1.0], half) / (2 * half)
    response = np.convolve(seen, step, "same") * _GAIN
    edges = np.select(
        [response > settings.onset_threshold, response < -settings.offset_threshold], [1, -1], 0
    )
    return [
        FilteredBlink(samples, min(1.0, float(np.abs(response[samples]).mean())))
        for samples in _pairs(edges)
    ]


def _pairs(edges: NDArray[np.int_]) -> list[slice]:
    """Each closing with the opening that follows it."""
    found: list[slice] = []
    start: int | None = None
    is_opening = False
    for index, edge in enumerate(edges.tolist()):
        if is_opening and edge >= 0:
            found.append(slice(start, index))
            start, is_opening = None, False
        if start is None and edge > 0:
            start = index
        elif start is not None and edge < 0:
            is_opening = True
    return found
