from __future__ import annotations

from itertools import islice

import numpy as np

from gazewire.camera import AudioShape
from gazewire.sim.sound import RoomSound

START = 1_790_000_000_123_456_789
CHUNKS = 250  # four seconds


def heard(seed: int) -> np.ndarray:
    chunks = islice(RoomSound(seed).chunks(START), CHUNKS)
    return np.concatenate([np.frombuffer(chunk.samples, "<i2") for chunk in chunks])


def test_a_tone_begins_with_each_whole_second_and_nowhere_else():
    loud = np.flatnonzero(np.abs(heard(3).astype(int)) > 8000)
    onsets = [int(at) for at, before in zip(loud[1:], loud, strict=False) if at - before > 400]
    assert [int(loud[0]), *onsets] == [0, 8000, 16_000, 24_000]


def test_between_tones_it_is_soft_and_never_silent():
    for second in heard(3).reshape(4, 8000).astype(int):
        between = second[600:]
        assert np.abs(between).max() < 4000
        assert between.reshape(-1, 100).std(axis=1).min() > 10


def test_somebody_types():
    keys = sum(
        int((np.abs(second[600:]) > 1000).reshape(-1, 200).any(axis=1).sum())
        for second in heard(3).reshape(4, 8000).astype(int)
    )
    assert keys >= 4


def test_chunks_follow_each_other_by_16_milliseconds():
    chunks = list(islice(RoomSound(3).chunks(START), CHUNKS))
    assert [chunk.index for chunk in chunks] == list(range(CHUNKS))
    assert [chunk.timestamp_unix_ns for chunk in chunks] == [
        START + n * 16_000_000 for n in range(CHUNKS)
    ]
    assert {len(chunk.samples) for chunk in chunks} == {256}


def test_the_shape_is_that_of_its_chunks():
    sound = RoomSound(3)
    chunk = next(sound.chunks(START))
    assert sound.shape == AudioShape(sample_rate_hz=8000, channels=1)
    assert (chunk.sample_rate_hz, chunk.channels) == (8000, 1)


def test_a_seed_gives_the_same_samples_and_another_one_others():
    assert (heard(3) == heard(3)).all()
    assert (heard(3) != heard(4)).any()
