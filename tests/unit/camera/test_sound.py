from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from gazewire.camera.sound import SoundPlayer

START = 1_790_000_000_123_456_789
S = 1_000_000_000


class Counting:
    """Each sample tells its number, in blocks of odd lengths."""

    channels = 1

    def __init__(self, sample_rate_hz: int = 8000) -> None:
        self.sample_rate_hz = sample_rate_hz

    def blocks(self) -> Iterator[bytes]:
        first = 0
        while True:
            for count in (1, 1000, 37):
                yield (np.arange(first, first + count) % 30_000).astype("<i2").tobytes()
                first += count


def numbers(chunks) -> list[int]:
    return [int(n) for chunk in chunks for n in np.frombuffer(chunk.samples, "<i2")]


def test_all_samples_before_an_instant_are_given_once():
    player = SoundPlayer(Counting(), START)
    first = list(player.take_before(START + 33_333_333))
    second = list(player.take_before(START + 66_666_667))
    assert numbers(first) == list(range(267)), "33.333 ms are 266.7 samples"
    assert numbers(second) == list(range(267, 534))
    assert list(player.take_before(START + 66_666_667)) == []


def test_nothing_lies_before_the_start():
    assert list(SoundPlayer(Counting(), START).take_before(START)) == []


def test_a_sample_at_the_instant_itself_is_not_before_it():
    player = SoundPlayer(Counting(), START)
    assert len(numbers(player.take_before(START + 125_000))) == 1
    assert len(numbers(player.take_before(START + 125_001))) == 1


def test_chunks_are_short_and_numbered():
    chunks = list(SoundPlayer(Counting(), START).take_before(START + S))
    assert [chunk.index for chunk in chunks] == list(range(50))
    assert {len(chunk.samples) for chunk in chunks} == {320}
    assert {(chunk.sample_rate_hz, chunk.channels) for chunk in chunks} == {(8000, 1)}


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 44_100])
def test_instants_are_the_count_of_samples_over_all_passes(rate_hz):
    player = SoundPlayer(Counting(rate_hz), START)
    end_ns = START
    count = 0
    for _ in range(200):
        begin_ns = end_ns
        end_ns += 7_186_744_444 // 50  # no whole number of samples
        chunks = list(player.take_before(end_ns))
        for chunk in chunks:
            assert abs(chunk.timestamp_unix_ns - START - count * S / rate_hz) <= 0.5 + 1e-3
            count += len(chunk.samples) // 2
        assert 0 <= chunks[0].timestamp_unix_ns - begin_ns < S / rate_hz + 1
        player.rewind()


def test_a_pass_begins_with_the_first_sample_again():
    player = SoundPlayer(Counting(), START)
    list(player.take_before(START + 50_000_000))
    player.rewind()
    [chunk, *_] = player.take_before(START + S)
    assert chunk.index == 3
    assert chunk.timestamp_unix_ns == START + 50_000_000
    assert numbers([chunk])[:3] == [0, 1, 2]
