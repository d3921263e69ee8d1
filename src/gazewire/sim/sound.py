"""What a microphone hears in the synthetic room: a clock that strikes each second, and typing.

Each whole second of the source's time begins with a short tone, so that whoever receives sound and
pictures can tell whether they come at the same time. Between tones somebody types, and the room is
never quite silent. The same seed gives the same samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np
from numpy.typing import NDArray

from gazewire.camera.source import AudioShape
from gazewire.model import AudioChunk

__all__ = ["RoomSound"]

_SAMPLE_RATE_HZ = 8_000
# 16 ms. Eight of them are what AAC codes at a time, so that each access unit begins with a chunk.
_SAMPLES_PER_CHUNK = 128
_CHUNK_NS = _SAMPLES_PER_CHUNK * 1_000_000_000 // _SAMPLE_RATE_HZ

_FULL_SCALE = 32_767
_NOISE = 0.003
# The tone begins at full strength: its first sample tells the second.
_TONE_HZ = 1_000
_TONE_S = 0.06
_TONE_STRENGTH = 0.5
_TONE_FADE_S = 0.02
# Keys are struck while no tone sounds, and are much softer.
_KEYS_PER_S = 5
_FIRST_KEY_S, _LAST_KEY_S = 0.15, 0.9
_KEY_STRENGTH = 0.08
_KEY_DECAY_S = 0.003
_KEY_S = 0.015


class RoomSound:
    """An endless sound at 8 kHz, mono.

    Attributes:
        shape: what all chunks have in common.

    Args:
        seed: decides noise and typing; 0 or more.
    """

    def __init__(self, seed: int) -> None:
        self.shape = AudioShape(sample_rate_hz=_SAMPLE_RATE_HZ, channels=1)
        self._seed = seed
        self._tone = _tone()

    def chunks(self, start_unix_ns: int) -> Iterator[AudioChunk]:
        """Make chunks of 16 ms, without end; every call begins anew.

        Args:
            start_unix_ns: instant of the first sample, and of the first tone.
        """
        unread = np.zeros(0, "<i2")
        seconds = count()
        for index in count():
            if len(unread) < _SAMPLES_PER_CHUNK:
                unread = np.concatenate([unread, self.second(next(seconds))])
            samples, unread = unread[:_SAMPLES_PER_CHUNK], unread[_SAMPLES_PER_CHUNK:]
            yield AudioChunk(
                index=index,
                timestamp_unix_ns=start_unix_ns + index * _CHUNK_NS,
                sample_rate_hz=_SAMPLE_RATE_HZ,
                channels=1,
                samples=samples.tobytes(),
            )

    def second(self, number: int) -> NDArray[np.int16]:
        """Make one second of sound.

        Args:
            number: counts seconds from the beginning.

        Returns:
            (8000,) little-endian int16; the tone begins with the first sample.
        """
        random = np.random.default_rng((self._seed, number))
        sound = random.normal(0, _NOISE, _SAMPLE_RATE_HZ)
        sound[: len(self._tone)] += self._tone
        key_samples = round(_KEY_S * _SAMPLE_RATE_HZ)
        decay = np.exp(-np.arange(key_samples) / (_KEY_DECAY_S * _SAMPLE_RATE_HZ))
        for struck_s in random.uniform(_FIRST_KEY_S, _LAST_KEY_S, random.poisson(_KEYS_PER_S)):
            begin = round(struck_s * _SAMPLE_RATE_HZ)
            key = random.uniform(-_KEY_STRENGTH, _KEY_STRENGTH, key_samples)
            sound[begin : begin + key_samples] += key * decay
        samples: NDArray[np.int16] = np.rint(sound.clip(-1, 1) * _FULL_SCALE).astype("<i2")
        return samples


def _tone() -> NDArray[np.float64]:
    time_s = np.arange(round(_TONE_S * _SAMPLE_RATE_HZ)) / _SAMPLE_RATE_HZ
    fade = ((_TONE_S - time_s) / _TONE_FADE_S).clip(0, 1)
    # A cosine, because it begins at its greatest value.
    return _TONE_STRENGTH * fade * np.cos(2 * np.pi * _TONE_HZ * time_s)
