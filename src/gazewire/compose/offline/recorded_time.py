"""The Core time of a recording."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.time import TimeBase

__all__ = ["RecordedTime"]

_NS_PER_S = 1_000_000_000


class RecordedTime(TimeBase):
    """Core time whose instants of pictures have the very doubles that are in the files.

    A double of seconds has more digits than a whole number of nanoseconds, and data of Core belong
    together where their timestamps are equal.

    Args:
        start_unix_ns: when the recording began.
        start_core_s: the same in Core time.
        times_unix_ns: (N,) of pictures, in any order.
        times_core_s: (N,) the same in Core time.
    """

    def __init__(
        self,
        start_unix_ns: int,
        start_core_s: float,
        times_unix_ns: NDArray[np.int64],
        times_core_s: NDArray[np.float64],
    ) -> None:
        super().__init__(0)
        self.set_now(start_core_s, start_unix_ns)
        order = np.argsort(times_unix_ns, kind="stable")
        self._times_unix_ns = times_unix_ns[order]
        self._times_core_s = times_core_s[order]

    def core_s(self, timestamp_unix_ns: int) -> float:
        """Tell an instant in Core seconds; see `TimeBase.core_s`."""
        index = int(np.searchsorted(self._times_unix_ns, timestamp_unix_ns))
        if index < len(self._times_unix_ns) and self._times_unix_ns[index] == timestamp_unix_ns:
            return float(self._times_core_s[index])
        return super().core_s(timestamp_unix_ns)

    def unix_ns(self, core_s: float) -> int:
        """Read an instant in Core seconds; see `TimeBase.unix_ns`."""
        timestamp_unix_ns = super().unix_ns(core_s)
        # That of a picture may differ in the last digit, by the way in which it was computed.
        near = np.searchsorted(self._times_unix_ns, [timestamp_unix_ns - 1, timestamp_unix_ns + 2])
        for index in range(*near.tolist()):
            if self._times_core_s[index] == core_s:
                return int(self._times_unix_ns[index])
        return timestamp_unix_ns
