"""The incumbent's pairing, output for output."""

from __future__ import annotations

from gazewire.gaze import IncumbentPairing

BOTH = frozenset({0, 1})

VECTOR = [
    ((0, 0.0, 1), []),
    ((1, 0.003, 0.9), [(0, 0.0), (1, 0.003)]),
    ((0, 0.008333, 1), [(0, 0.008333), (1, 0.003)]),
    ((1, 0.011333, 0.9), [(0, 0.008333), (1, 0.011333)]),
    ((0, 0.016667, 0.3), [(0, 0.016667)]),
    ((1, 0.019667, 0.9), []),
    ((0, 0.025, 1), [(0, 0.025), (1, 0.011333)]),
    ((1, 0.028, 0.9), [(0, 0.025), (1, 0.019667)]),
    ((0, 0.033333, 1), [(0, 0.025), (1, 0.028)]),
    ((1, 0.036333, 0.5), [(0, 0.033333), (1, 0.028)]),
    ((0, 0.041667, 1), [(1, 0.036333)]),
    ((1, 0.044667, 0.9), [(0, 0.033333), (1, 0.044667)]),
]


def test_the_vector_of_the_incumbent_comes_out(pupil) -> None:
    pairing = IncumbentPairing()
    for (eye_id, t_s, confidence), expected in VECTOR:
        given = pairing.add(pupil(eye_id, t_s, confidence), BOTH)
        told = [(datum.eye_id, datum.timestamp_unix_ns / 1e9) for base in given for datum in base]
        assert told == expected


def test_one_eye_alone_lags_by_ten(pupil) -> None:
    pairing = IncumbentPairing()
    given = [pairing.add(pupil(0, number / 120), frozenset({0})) for number in range(13)]
    assert [len(bases) for bases in given] == [0] * 10 + [1] * 3
    assert given[10][0][0].timestamp_unix_ns == 0
