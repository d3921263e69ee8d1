from __future__ import annotations

import math
import random
import struct

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.pts import (
    EXCHANGES,
    Exchange,
    ExchangeRound,
    OffsetEstimate,
    RequestReader,
    estimate_offset,
    serialize_time,
)


def exchange(offset_s: float, there_s: float, back_s: float, *, at_s: float = 100.0) -> Exchange:
    """What a follower sees whose clock is `offset_s` ahead of its master's."""
    return Exchange(at_s, at_s - offset_s + there_s, at_s + there_s + back_s)


def incumbent_offset_s(seen: Exchange) -> float:
    return seen.sent_s - (seen.master_s + seen.round_trip_s / 2)


def a_round(offset_s: float, delay_s: float, jitter_s: float, seed: int) -> OffsetEstimate:
    """A whole round with the master, over a network that delays as it likes."""
    random_ = random.Random(seed)
    master, round_, now_s = RequestReader(), ExchangeRound(), 1000.0
    while not round_.complete:
        request = round_.ask(now_s)
        now_s += delay_s + random_.uniform(0, jitter_s)
        assert master.receive_data(request) == 1
        answer = serialize_time(now_s - offset_s)
        now_s += delay_s + random_.uniform(0, jitter_s)
        round_.receive_data(answer, now_s)
    return round_.estimate()


def test_a_question_is_four_bytes_and_an_answer_a_double_little_end_first() -> None:
    assert ExchangeRound().ask(0.0) == bytes.fromhex("73796e63")
    assert serialize_time(12.5) == bytes.fromhex("0000000000002940")


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        ([b"sync"], [1]),
        ([b"syncsync"], [2]),
        ([b"sy", b"nc"], [0, 1]),
        ([b"s", b"yncsyn", b"c"], [0, 1, 1]),
        ([b"ping", b"sync"], [0, 1]),
        ([b"SYNC"], [0]),
        ([b""], [0]),
        ([b"x" * 100_003, b"x", b"sync"], [0, 0, 1]),
    ],
)
def test_a_master_answers_each_question_once_and_nothing_else(
    data: list[bytes], answers: list[int]
) -> None:
    master = RequestReader()
    assert [master.receive_data(piece) for piece in data] == answers


@pytest.mark.parametrize("delay_s", [0.0, 0.005, 0.020])
def test_the_delay_of_the_network_is_no_offset(delay_s: float) -> None:
    assert exchange(0.0, delay_s, delay_s).offset_s == pytest.approx(0.0, abs=1e-12)
    assert exchange(0.25, delay_s, delay_s).offset_s == pytest.approx(0.25, abs=1e-12)


@pytest.mark.parametrize(("delay_s", "wrong_by_s"), [(0.005, -0.010), (0.020, -0.040)])
def test_the_incumbent_takes_a_round_trip_for_an_offset(delay_s: float, wrong_by_s: float) -> None:
    seen = exchange(0.0, delay_s, delay_s)
    assert incumbent_offset_s(seen) == pytest.approx(wrong_by_s, abs=1e-12)
    assert abs(seen.offset_s) < 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_20_ms_of_delay_with_5_ms_of_jitter_are_wrong_by_less_than_1_ms(seed: int) -> None:
    estimate = a_round(offset_s=3.0, delay_s=0.020, jitter_s=0.005, seed=seed)
    assert abs(estimate.offset_s - 3.0) < 0.001
    assert 0 < estimate.jitter_s < 0.0025


def test_the_slower_third_of_a_round_does_not_count() -> None:
    quick = [exchange(0.0, 0.001, 0.001)] * 41
    slow = [exchange(0.0, 0.9, 0.001)] * 19
    assert estimate_offset(slow + quick) == OffsetEstimate(
        pytest.approx(0.0, abs=1e-12), pytest.approx(0.0, abs=1e-12)
    )
    assert estimate_offset([*slow, slow[0], *quick[1:]]).jitter_s > 0.01


def test_jitter_is_the_mean_absolute_deviation() -> None:
    seen = [exchange(0.010, 0.5, 0.5), exchange(0.030, 0.5, 0.5), exchange(9.0, 5.0, 5.0)]
    estimate = estimate_offset(seen)
    assert estimate.offset_s == pytest.approx(0.020)
    assert estimate.jitter_s == pytest.approx(0.010)


def test_an_estimate_of_nothing_is_our_fault() -> None:
    with pytest.raises(LocalProtocolError):
        ExchangeRound().estimate()


def test_a_round_has_sixty_questions() -> None:
    round_ = ExchangeRound()
    for number in range(EXCHANGES):
        assert not round_.complete
        round_.ask(float(number))
        assert round_.pending
        round_.receive_data(serialize_time(0.0), float(number))
        assert not round_.pending
    assert round_.complete
    assert EXCHANGES == 60


def test_an_answer_in_pieces_is_one_answer() -> None:
    round_ = ExchangeRound()
    round_.ask(1.0)
    for piece in struct.unpack("8c", serialize_time(5.0)):
        assert round_.pending
        round_.receive_data(piece, 2.0)
    assert not round_.pending


def test_one_question_at_a_time() -> None:
    round_ = ExchangeRound()
    round_.ask(1.0)
    with pytest.raises(LocalProtocolError):
        round_.ask(1.0)


@pytest.mark.parametrize(
    "data", [serialize_time(1.0) + b"x", bytes(1000), serialize_time(math.nan)]
)
def test_an_answer_that_cannot_be_is_the_masters_fault(data: bytes) -> None:
    round_ = ExchangeRound()
    round_.ask(1.0)
    with pytest.raises(RemoteProtocolError):
        round_.receive_data(data, 2.0)


def test_an_answer_to_nothing_is_the_masters_fault() -> None:
    with pytest.raises(RemoteProtocolError):
        ExchangeRound().receive_data(b"x", 1.0)
