"""Two videos of an eye each, as one of both side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Frame
from gazewire.recording.video_series import VideoSeries

__all__ = ["PairedEyes", "pair_eyes"]

# Eye cameras of one headset run freely, the slowest at 30 Hz; what is further apart is no pair.
_APART_AT_MOST_NS = 50_000_000
_BLACK = 16
_NO_COLOUR = 128
_DEFAULT_RATE_HZ = 120.0


def pair_eyes(videos: Mapping[str, VideoSeries]) -> PairedEyes | None:
    """Pair ``eye1`` (left) and ``eye0`` (right); None where neither has a picture."""
    left, right = videos.get("eye1"), videos.get("eye0")
    left, right = (eye if eye is not None and len(eye) else None for eye in (left, right))
    return PairedEyes(left, right) if left or right else None


class PairedEyes:
    """Both eyes side by side, the left one on the left, as Neon records them.

    Each picture has the instant of one of the left eye; the picture of the right eye that is
    nearest in time is put beside it, and black where none is within 50 ms. Without a left eye, the
    right one tells the instants.

    Attributes:
        width: pixels in a row, twice those of the wider eye.
        height: rows of the higher eye.
        times_unix_ns: (N,) int64, rising.
        rate_hz: pairs a second.
    """

    def __init__(self, left: VideoSeries | None, right: VideoSeries | None) -> None:
        """Look at the sizes; nothing is decoded.

        Args:
            left: at least one of them is there, and has a picture.
            right: the same.
        """
        self._left, self._right = left, right
        there = [eye for eye in (left, right) if eye is not None]
        sizes = [eye.size_px or (0, 0) for eye in there]
        # Even, because colour has half the resolution.
        self._half = (max(w for w, _ in sizes) + 1) // 2 * 2
        self.width = 2 * self._half
        self.height = (max(h for _, h in sizes) + 1) // 2 * 2
        leader = there[0]
        self.times_unix_ns = np.unique(leader.times_unix_ns)
        self.rate_hz = leader.rate_hz or _DEFAULT_RATE_HZ

    def frames(
        self, shift_ns: int = 0, first_index: int = 0, from_unix_ns: int | None = None
    ) -> Iterator[Frame]:
        """Decode pairs; see `gazewire.recording.playable.PlayedVideo`.

        Raises:
            UndecodableSourceError: a picture is damaged.
        """
        begin = 0
        if from_unix_ns is not None:
            begin = int(np.searchsorted(self.times_unix_ns, from_unix_ns))
        for index in range(begin, len(self.times_unix_ns)):
            instant_ns = int(self.times_unix_ns[index])
            yield Frame(
                camera="eyes",
                index=first_index + index,
                timestamp_unix_ns=instant_ns + shift_ns,
                width=self.width,
                height=self.height,
                pixel_format="yuv420p",
                data=self._pair(instant_ns),
            )

    def _pair(self, instant_ns: int) -> memoryview:
        luma = np.full((self.height, self.width), _BLACK, np.uint8)
        for place, eye in enumerate((self._left, self._right)):
            picture = None if eye is None else _nearest(eye, instant_ns)
            if picture is not None:
                rows, columns = picture.shape
                start = place * self._half
                luma[:rows, start : start + columns] = picture
        colour = np.full(luma.size // 2, _NO_COLOUR, np.uint8)
        return np.concatenate([luma.reshape(-1), colour]).data


def _nearest(eye: VideoSeries, instant_ns: int) -> NDArray[np.uint8] | None:
    # Its luma, in video range.
    times = eye.times_unix_ns
    after = min(int(np.searchsorted(times, instant_ns)), len(times) - 1)
    before = max(after - 1, 0)
    nearer = before if instant_ns - times[before] <= times[after] - instant_ns else after
    if abs(int(times[nearer]) - instant_ns) > _APART_AT_MOST_NS:
        return None
    frame = eye.frame(nearer)
    size = frame.width * frame.height
    return np.frombuffer(frame.data, np.uint8)[:size].reshape(frame.height, frame.width)
