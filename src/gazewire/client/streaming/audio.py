"""Sound of the scene camera's microphone, as the official client spells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from numpy.typing import NDArray

from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped

if TYPE_CHECKING:
    import av

__all__ = ["AudioFrame", "AudioNotAvailableError"]


class AudioNotAvailableError(Exception):
    """The device sends no sound; its microphone may be switched off in the app."""


class _AudioFields(NamedTuple):
    av_frame: av.AudioFrame
    timestamp_unix_seconds: float
    resampler: av.AudioResampler


class AudioFrame(Timestamped, _AudioFields):
    """A stretch of sound as the decoder made it: 1024 samples, floating point, mono.

    Attributes:
        av_frame: the decoder's frame.
        timestamp_unix_seconds: its first sample, by the device's clock.
        resampler: makes 16-bit integers; one for all frames of a stream.
    """

    @classmethod
    def at_unix_ns(
        cls, av_frame: av.AudioFrame, timestamp_unix_ns: int, resampler: av.AudioResampler
    ) -> Self:
        """Make it with its exact instant."""
        frame = cls(av_frame, timestamp_unix_ns / NS_PER_S, resampler)
        frame.timestamp_unix_ns = timestamp_unix_ns
        return frame

    # Any, here and below: libav's own method takes what it takes, and returns what was asked for.
    def to_ndarray(self, *args: Any, **kwargs: Any) -> NDArray[Any]:
        """Copy the sound into an array, (1, 1024) float32 in mono."""
        return self.av_frame.to_ndarray(*args, **kwargs)

    def to_resampled_ndarray(self, *args: Any, **kwargs: Any) -> Iterator[NDArray[Any]]:
        """Convert the sound to 16-bit integers, what players take.

        Yields:
            (1, N) int16; in all the samples of the frame.
        """
        for part in self.resampler.resample(self.av_frame):
            yield part.to_ndarray(*args, **kwargs)
