"""Sound that begins with the first picture, as the containers of recordings want it."""

from __future__ import annotations

from msgspec import structs

from gazewire.media import AacEncoder
from gazewire.model import AudioAccessUnit, AudioChunk

__all__ = ["AlignedSound"]

_NS_PER_S = 1_000_000_000
_BYTES_PER_SAMPLE = 2


class AlignedSound:
    """Codes chunks so that the first sample is that of the first picture's instant.

    A container that is written as it grows has no place to say that its sound begins later than its
    pictures: readers would take it to begin with them. What was heard before is therefore cut off,
    to the sample, and silence fills what is missing.

    Args:
        sample_rate_hz: samples a second in each channel.
        channels: 1 or 2.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._encoder = AacEncoder(sample_rate_hz=sample_rate_hz, channels=channels)
        self._has_begun = False

    def encode(self, chunk: AudioChunk, first_picture_unix_ns: int) -> list[AudioAccessUnit]:
        """Encode a chunk.

        Args:
            chunk: of the rate and channels that were told.
            first_picture_unix_ns: the same for all chunks.
        """
        if not self._has_begun:
            lead_ns = chunk.timestamp_unix_ns - first_picture_unix_ns
            lead = (2 * lead_ns * chunk.sample_rate_hz + _NS_PER_S) // (2 * _NS_PER_S)
            frame_bytes = _BYTES_PER_SAMPLE * chunk.channels
            samples = bytes(max(lead, 0) * frame_bytes) + bytes(chunk.samples)
            samples = samples[max(-lead, 0) * frame_bytes :]
            if not samples:
                return []
            self._has_begun = True
            chunk = structs.replace(chunk, timestamp_unix_ns=first_picture_unix_ns, samples=samples)
        return self._encoder.encode(chunk)
