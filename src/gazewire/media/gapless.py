"""Sound as one unbroken count of samples, though its parts come with instants of their own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["GaplessSound", "Samples"]

Samples = NDArray[np.int16]
"""(N, channels) int16."""

_NS_PER_S = 1_000_000_000
# Instants are taken when a buffer is read, not when its sound was: those of real phones lie up to
# 17 ms beside an even count. What is further off is a real gap, or the drift of two clocks.
_TOLERANCE_NS = 40_000_000
# Silence is made in pieces of at most this length, because a damaged file may ask for hours.
_LONGEST_PIECE_S = 1


class GaplessSound:
    """Joins stretches of sound, so that the number of samples tells the time.

    The first stretch is laid exactly where its instant says, and what lies before the beginning is
    left out. Each other one goes on where the one before has ended, unless it lies more than 40 ms
    off: then silence fills the gap, or as much is cut from its beginning as came twice, and it lies
    exactly where it should again.

    Args:
        sample_rate_hz: samples a second in each channel.
        channels: how many.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._channels = channels
        self._count = 0
        self._tolerance = 0

    def lag_ns(self, begin_ns: int) -> int:
        """Tell how much is missing up to an instant; less than 0 where there is too much.

        Args:
            begin_ns: nanoseconds from where the first sample of all belongs.
        """
        return begin_ns - self._count * _NS_PER_S // self._sample_rate_hz

    def join(self, samples: Samples, begin_ns: int) -> Iterator[Samples]:
        """Give what follows next.

        Args:
            samples: (N, channels).
            begin_ns: nanoseconds from where the first sample of all belongs to that of these.
        """
        missing = (self.lag_ns(begin_ns) * self._sample_rate_hz + _NS_PER_S // 2) // _NS_PER_S
        if abs(missing) > self._tolerance:
            longest = _LONGEST_PIECE_S * self._sample_rate_hz
            for start in range(0, missing, longest):
                piece = min(longest, missing - start)
                self._count += piece
                yield np.zeros((piece, self._channels), np.int16)
            samples = samples[max(0, -missing) :]
        if len(samples):
            self._tolerance = _TOLERANCE_NS * self._sample_rate_hz // _NS_PER_S
            self._count += len(samples)
            yield samples
