"""Pictures of the scene and eye cameras, as the official client spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped

if TYPE_CHECKING:
    import av

__all__ = ["BGRBuffer", "VideoFrame"]

BGRBuffer: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8, C-contiguous: blue, green, red."""


class _VideoFields(NamedTuple):
    av_frame: av.VideoFrame
    timestamp_unix_seconds: float


class VideoFrame(Timestamped, _VideoFields):
    """A picture as the decoder made it.

    Attributes:
        av_frame: the decoder's picture; usually YUV, of which `bgr_buffer` makes BGR.
        timestamp_unix_seconds: exposure, by the device's clock.
    """

    @classmethod
    def at_unix_ns(cls, av_frame: av.VideoFrame, timestamp_unix_ns: int) -> Self:
        """Make it with its exact instant."""
        frame = cls(av_frame, timestamp_unix_ns / NS_PER_S)
        frame.timestamp_unix_ns = timestamp_unix_ns
        return frame

    # Any, here and below: libav's own method takes what it takes, and returns what was asked for.
    def to_ndarray(self, *args: Any, **kwargs: Any) -> NDArray[Any]:
        """Copy the picture into an array; the arguments are those of ``av.VideoFrame``'s."""
        return self.av_frame.to_ndarray(*args, **kwargs)

    def bgr_buffer(self) -> BGRBuffer:
        """Convert the picture to BGR, anew with each call; takes milliseconds.

        Returns:
            (H, W, 3) uint8, yours to draw on.
        """
        return self.to_ndarray(format="bgr24")
