from __future__ import annotations

import pytest

pytest.importorskip("av", reason="needs the extra [video]")

import numpy as np

from gazewire.media import AacEncoder
from gazewire.model import AudioAccessUnit, AudioChunk
from gazewire.recording.aligned_sound import AlignedSound

T = 1_790_000_000_000_000_000
RATE_HZ = 8000
SAMPLE_NS = 125_000


def chunk(begin: int, samples: np.ndarray) -> AudioChunk:
    """Sound that begins so many samples after `T`."""
    return AudioChunk(
        index=0,
        timestamp_unix_ns=T + begin * SAMPLE_NS,
        sample_rate_hz=RATE_HZ,
        channels=1,
        samples=samples.astype("<i2").tobytes(),
    )


def coded(begin: int, samples: np.ndarray) -> list[AudioAccessUnit]:
    sound = AlignedSound(RATE_HZ, 1)
    starts = range(0, len(samples), 160)
    parts = [chunk(begin + start, samples[start : start + 160]) for start in starts]
    return [unit for part in parts for unit in sound.encode(part, T)]


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(5).integers(-9000, 9000, 8000)


def plainly(samples: np.ndarray) -> list[AudioAccessUnit]:
    return AacEncoder(sample_rate_hz=RATE_HZ, channels=1).encode(chunk(0, samples))


@pytest.mark.parametrize("begin", [0, -100, -777])
def test_what_was_heard_before_is_cut_off_to_the_sample(noise, begin):
    units = coded(begin, noise)
    assert units == plainly(noise[-begin:])[: len(units)]
    assert units[1].timestamp_unix_ns == T


def test_silence_fills_what_is_missing(noise):
    units = coded(333, noise)
    assert units == plainly(np.concatenate([np.zeros(333, int), noise]))[: len(units)]


def test_nothing_comes_of_what_ends_before(noise):
    assert coded(-8000, noise) == []
