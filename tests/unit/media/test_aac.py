from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import AudioAccessUnit, AudioChunk
from gazewire.wire.payload import AudioConfig

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import AacDecoder, AacEncoder

START = 1_790_000_000_123_456_789
UNIT_NS = 128_000_000
TICK_NS = 125_000
S = 1_000_000_000


def chunks(samples: np.ndarray, rate_hz: int, start_ns: int = START) -> list[AudioChunk]:
    """Cut (N, channels) int16 into chunks of 20 ms."""
    size = rate_hz // 50
    return [
        AudioChunk(
            index=number,
            timestamp_unix_ns=start_ns + number * size * S // rate_hz,
            sample_rate_hz=rate_hz,
            channels=samples.shape[1],
            samples=samples[number * size : (number + 1) * size].astype("<i2").tobytes(),
        )
        for number in range(len(samples) // size)
    ]


def silence(seconds: float, rate_hz: int = 8000, channels: int = 1) -> np.ndarray:
    return np.zeros((round(seconds * rate_hz), channels), np.int16)


def click(at_s: float, seconds: float, rate_hz: int, channels: int = 1) -> np.ndarray:
    sound = silence(seconds, rate_hz, channels)
    sound[round(at_s * rate_hz)] = 20_000
    return sound


def encode(encoder: AacEncoder, pieces: list[AudioChunk]) -> list[AudioAccessUnit]:
    return [unit for chunk in pieces for unit in encoder.encode(chunk)]


def decode(units: list[AudioAccessUnit], config: bytes) -> np.ndarray:
    decoder = AacDecoder(config)
    decoded = [decoder.decode(unit) for unit in units]
    assert decoder.skipped == 0
    return np.concatenate([np.frombuffer(chunk.samples, "<i2") for chunk in decoded if chunk])


def test_the_configuration_is_that_of_real_devices():
    assert AacEncoder().config.hex() == "1588"
    assert AudioConfig.parse(AacEncoder().config) == AudioConfig(2, 8000, 1)


def test_other_rates_have_configurations_of_their_own():
    config = AacEncoder(sample_rate_hz=44_100, channels=2).config
    assert AudioConfig.parse(config) == AudioConfig(2, 44_100, 2)


@pytest.mark.parametrize(
    ("rate_hz", "channels"),
    [(8000, 1), (8000, 2), (16_000, 1), (44_100, 1), (44_100, 2), (48_000, 2), (11_025, 1)],
)
def test_a_click_comes_out_at_its_instant(rate_hz, channels):
    encoder = AacEncoder()
    at_s = 0.777
    units = encode(encoder, chunks(click(at_s, 2, rate_hz, channels), rate_hz))
    samples = decode(units, encoder.config)
    found_ns = units[0].timestamp_unix_ns + int(np.argmax(samples)) * TICK_NS
    true_ns = START + round(at_s * rate_hz) * S // rate_hz
    assert abs(found_ns - true_ns) <= TICK_NS


def test_access_units_are_1024_samples_apart_and_begin_one_early():
    units = encode(AacEncoder(), chunks(silence(3), 8000))
    instants = [unit.timestamp_unix_ns for unit in units]
    assert instants == [START + (n - 1) * UNIT_NS for n in range(len(units))]


def test_access_units_come_as_soon_as_the_codec_can_give_them():
    encoder = AacEncoder()
    for chunk in chunks(silence(2), 8000):
        end_ns = chunk.timestamp_unix_ns + 20_000_000
        for unit in encoder.encode(chunk):
            # The next 2048 samples must have come; some come with the chunk they are part of.
            assert end_ns - (unit.timestamp_unix_ns + UNIT_NS) < 2 * UNIT_NS + 20_000_000


def test_each_access_unit_decodes_to_its_own_time():
    encoder = AacEncoder()
    units = encode(encoder, chunks(silence(1), 8000))
    decoder = AacDecoder(encoder.config)
    decoded = [decoder.decode(unit) for unit in units]
    assert [chunk.timestamp_unix_ns for chunk in decoded if chunk] == [
        unit.timestamp_unix_ns for unit in units
    ]
    assert [chunk.index for chunk in decoded if chunk] == list(range(len(units)))
    assert {(c.sample_rate_hz, c.channels, len(c.samples)) for c in decoded if c} == {
        (8000, 1, 2048)
    }


def test_a_tone_survives():
    time_s = np.arange(16_000) / 8000
    tone = (10_000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)[:, None]
    encoder = AacEncoder()
    decoded = decode(encode(encoder, chunks(tone, 8000)), encoder.config)[1024:]
    error = decoded[2048:-2048] - tone[: len(decoded), 0][2048:-2048].astype(float)
    assert np.sqrt(np.mean(error**2)) < 100, "a hundredth of the tone"


def test_loud_noise_fits_a_packet():
    noise = np.random.default_rng(1).integers(-30_000, 30_000, (80_000, 1)).astype(np.int16)
    units = encode(AacEncoder(), chunks(noise, 8000))
    assert max(len(unit.data) for unit in units) < 1200


def test_a_lost_chunk_becomes_silence_and_moves_nothing():
    pieces = chunks(click(1.5, 3, 8000), 8000)
    del pieces[10:14]
    encoder = AacEncoder()
    units = encode(encoder, pieces)
    assert [unit.timestamp_unix_ns for unit in units] == [
        START + (n - 1) * UNIT_NS for n in range(len(units))
    ]
    samples = decode(units, encoder.config)
    assert int(np.argmax(samples)) - 1024 == 12_000


@pytest.mark.parametrize("jump_ns", [5 * S, 3600 * S, -3600 * S])
def test_after_a_leap_of_time_the_encoder_begins_anew(jump_ns):
    encoder = AacEncoder()
    encode(encoder, chunks(silence(1), 8000))
    start_ns = START + S + jump_ns
    units = encode(encoder, chunks(click(0.5, 2, 8000), 8000, start_ns))
    assert units[0].timestamp_unix_ns == start_ns - UNIT_NS
    assert int(np.argmax(decode(units, encoder.config))) - 1024 == 4000


def test_after_a_reset_nothing_of_before_is_heard():
    encoder = AacEncoder()
    loud = np.full((8000, 1), 20_000, np.int16)
    last_ns = encode(encoder, chunks(loud, 8000))[-1].timestamp_unix_ns
    encoder.reset()
    units = encode(encoder, chunks(silence(1), 8000, START + S))
    assert units[0].timestamp_unix_ns == START + S - UNIT_NS
    assert units[0].timestamp_unix_ns >= last_ns + UNIT_NS, "instants rise all the same"
    assert not decode(units, encoder.config).any()


def test_a_change_of_shape_is_refused():
    encoder = AacEncoder()
    encoder.encode(chunks(silence(1), 8000)[0])
    with pytest.raises(ValueError, match="1 channels at 8000 Hz, not 2 at 44100 Hz"):
        encoder.encode(chunks(silence(1, 44_100, 2), 44_100, START + 20_000_000)[0])


def test_more_than_two_channels_are_refused():
    with pytest.raises(ValueError, match="not 6"):
        AacEncoder().encode(chunks(silence(1, 8000, 6), 8000)[0])


def test_a_broken_access_unit_is_counted_and_the_next_one_decoded():
    encoder = AacEncoder()
    units = encode(encoder, chunks(silence(1), 8000))
    decoder = AacDecoder(encoder.config)
    decoder.decode(units[0])
    assert decoder.decode(AudioAccessUnit(timestamp_unix_ns=0, data=b"\xff" * 20)) is None
    assert decoder.skipped == 1
    assert decoder.decode(units[1]) is not None
