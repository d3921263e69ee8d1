"""The sound that goes with footage, cut to the length of its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from gazewire.model import AudioChunk

__all__ = ["Sound", "SoundPlayer"]

_NS_PER_S = 1_000_000_000
_BYTES_PER_SAMPLE = 2
_CHUNKS_PER_S = 50


class Sound(Protocol):
    """A sound that can be read again and again; `gazewire.media.SoundTrack` is one."""

    @property
    def sample_rate_hz(self) -> int:
        """Samples a second in each channel."""

    @property
    def channels(self) -> int:
        """How many samples belong to one instant."""

    def blocks(self) -> Iterator[bytes]:
        """Give samples as in `AudioChunk`, from the first picture on, without end."""


class SoundPlayer:
    """Plays a sound once or again and again as one unbroken stream of chunks.

    The samples of all passes are counted, and an instant is that count: wherever a pass begins anew
    the next sample follows the one before as any other does. A pass therefore begins up to one
    sample later than its first picture.

    Args:
        sound: what is played.
        start_unix_ns: instant of the first sample.
    """

    def __init__(self, sound: Sound, start_unix_ns: int) -> None:
        self._sound = sound
        self._start_unix_ns = start_unix_ns
        self._rate_hz = sound.sample_rate_hz
        self._sample_bytes = _BYTES_PER_SAMPLE * sound.channels
        self._chunk_samples = max(1, self._rate_hz // _CHUNKS_PER_S)
        self._count = 0
        self._index = 0
        self._begin_pass()

    def take_before(self, instant_ns: int) -> Iterator[AudioChunk]:
        """Give the samples up to an instant, in chunks of at most 20 ms."""
        elapsed_ns = instant_ns - self._start_unix_ns
        end = -(-elapsed_ns * self._rate_hz // _NS_PER_S)  # rounded up: each one before the instant
        while self._count < end:
            count = min(self._chunk_samples, end - self._count)
            # Rounded to the nearest.
            begin_ns = (2 * self._count * _NS_PER_S + self._rate_hz) // (2 * self._rate_hz)
            yield AudioChunk(
                index=self._index,
                timestamp_unix_ns=self._start_unix_ns + begin_ns,
                sample_rate_hz=self._rate_hz,
                channels=self._sound.channels,
                samples=self._read(count * self._sample_bytes),
            )
            self._count += count
            self._index += 1

    def rewind(self) -> None:
        """Go on from the beginning of the sound."""
        self._begin_pass()

    def _begin_pass(self) -> None:
        self._blocks = self._sound.blocks()
        self._unread = bytearray()

    def _read(self, size: int) -> bytes:
        while len(self._unread) < size:
            self._unread += next(self._blocks)
        data = bytes(self._unread[:size])
        del self._unread[:size]
        return data
