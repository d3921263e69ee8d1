from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import AudioAccessUnit, AudioChunk

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import AacEncoder, SoundDecoder

START = 1_790_000_000_123_456_789
CHUNK_NS = 20_000_000


@pytest.fixture(scope="module")
def encoder() -> AacEncoder:
    return AacEncoder()


@pytest.fixture(scope="module")
def units(encoder) -> list[AudioAccessUnit]:
    """Two seconds of a tone."""
    time_s = np.arange(16_000) / 8000
    tone = (10_000 * np.sin(2 * np.pi * 440 * time_s)).astype("<i2")
    return [
        unit
        for number, samples in enumerate(tone.reshape(100, 160))
        for unit in encoder.encode(
            AudioChunk(
                index=number,
                timestamp_unix_ns=START + number * CHUNK_NS,
                sample_rate_hz=8000,
                channels=1,
                samples=samples.tobytes(),
            )
        )
    ]


def test_each_access_unit_gives_its_sound_at_once(encoder, units):
    decoder = SoundDecoder(encoder.config)
    for unit in units:
        (sound,) = decoder.decode(unit)
        assert sound.timestamp_unix_ns == sound.audio_frame.pts == unit.timestamp_unix_ns
        frame = sound.audio_frame
        assert (frame.samples, frame.sample_rate, frame.format.name) == (1024, 8000, "fltp")
    assert decoder.undecodable == 0


def test_a_broken_access_unit_gives_nothing_and_moves_nothing(encoder, units):
    decoder = SoundDecoder(encoder.config)
    decoder.decode(units[0])
    assert decoder.decode(AudioAccessUnit(timestamp_unix_ns=5, data=b"\xff" * 20)) == []
    assert decoder.undecodable == 1
    (sound,) = decoder.decode(units[1])
    assert sound.timestamp_unix_ns == units[1].timestamp_unix_ns


def test_a_configuration_that_is_none_gives_nothing(units):
    decoder = SoundDecoder(b"")
    assert [decoder.decode(unit) for unit in units] == [[]] * len(units)
    assert decoder.undecodable == len(units)
