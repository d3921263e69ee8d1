from __future__ import annotations

import itertools

import numpy as np
import pytest

from gazewire.media.gapless import GaplessSound

RATE = 1000
MS = 1_000_000


def stretch(first: int, count: int = 100) -> np.ndarray:
    return np.arange(first, first + count, dtype=np.int16)[:, None]


def joined(*stretches: tuple[np.ndarray, float]) -> list[int]:
    sound = GaplessSound(RATE, 1)
    pieces = [piece for samples, ms in stretches for piece in sound.join(samples, round(ms * MS))]
    return [int(value) for piece in pieces for value in piece[:, 0]]


def test_stretches_are_laid_end_to_end():
    assert joined((stretch(1), 0), (stretch(101), 100)) == list(range(1, 201))


@pytest.mark.parametrize("jitter_ms", [-40, -17, 1, 17, 40])
def test_jitter_changes_nothing(jitter_ms):
    parts = [(stretch(1 + 100 * n), 100 * n + (jitter_ms if n else 0)) for n in range(10)]
    assert joined(*parts) == list(range(1, 1001))


def test_a_gap_is_filled_with_silence():
    assert joined((stretch(1), 0), (stretch(101), 150)) == [
        *range(1, 101),
        *[0] * 50,
        *range(101, 201),
    ]


def test_what_comes_twice_is_cut():
    assert joined((stretch(1), 0), (stretch(51), 50)) == list(range(1, 151))


def test_what_came_before_altogether_is_left_out():
    assert joined((stretch(1, 200), 0), (stretch(1), 0), (stretch(201), 200)) == list(range(1, 301))


@pytest.mark.parametrize(("begin_ms", "expected"), [(7, [*[0] * 7, 1, 2, 3]), (-2, [3])])
def test_the_first_stretch_lies_exactly_where_it_belongs(begin_ms, expected):
    assert joined((stretch(1, 3), begin_ms)) == expected


def test_what_lies_before_the_beginning_is_left_out_to_the_sample():
    parts = [(stretch(1), -230), (stretch(101), -130), (stretch(201), -30), (stretch(301), 70)]
    assert joined(*parts) == list(range(231, 401))


def test_after_a_gap_time_is_exact_again():
    parts = [(stretch(1), 0), (stretch(101), 130), (stretch(201), 270)]
    assert joined(*parts)[270:] == list(range(201, 301)), "30 ms of jitter, then 70 ms late"


def test_drift_is_made_good_before_it_is_noticed():
    sound = GaplessSound(RATE, 1)
    count = 0
    for number in range(1000):
        begin_ms = 100.1 * number  # one part in a thousand slow
        count += sum(map(len, sound.join(stretch(0), round(begin_ms * MS))))
        assert abs(count - 100 - begin_ms) <= 41


def test_hours_of_silence_are_not_made_at_once():
    pieces = GaplessSound(RATE, 1).join(stretch(1), 10 * 3600 * 1000 * MS)
    assert max(map(len, itertools.islice(pieces, 100))) <= RATE


def test_channels_stay_side_by_side():
    samples = np.array([[1, -1], [2, -2]], np.int16)
    first, second = GaplessSound(RATE, 2).join(samples, MS)
    assert first.tolist() == [[0, 0]]
    assert second.tolist() == [[1, -1], [2, -2]]
