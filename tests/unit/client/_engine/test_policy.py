from __future__ import annotations

import pytest

from gazewire.client._engine.policy import (
    AnswerLimit,
    RetryDelay,
    StreamPolicy,
    TransportChoice,
)


def test_delays_double_up_to_the_bound_and_begin_anew_after_a_success() -> None:
    delay = RetryDelay(StreamPolicy(first_retry_s=0.1, longest_retry_s=0.5))
    assert [delay.next_s() for _ in range(5)] == [0.1, 0.2, 0.4, 0.5, 0.5]
    delay.reset()
    assert delay.next_s() == 0.1


def test_a_device_that_lets_us_wait_gets_more_time_up_to_the_bound() -> None:
    limit = AnswerLimit(StreamPolicy(answer_timeout_s=2.0, longest_answer_s=10.0))
    seen = [limit.seconds]
    for _ in range(4):
        limit.extend()
        seen.append(limit.seconds)
    assert seen == [2, 4, 8, 10, 10]


def test_a_first_limit_beyond_the_bound_does_not_shrink() -> None:
    limit = AnswerLimit(StreamPolicy(answer_timeout_s=30.0, longest_answer_s=10.0))
    limit.extend()
    assert limit.seconds == 30


def test_udp_is_the_first_choice_and_doubted_until_it_has_worked() -> None:
    choice = TransportChoice()
    assert not choice.over_tcp
    assert choice.doubts_udp
    choice.udp_came()
    assert not choice.doubts_udp
    assert choice.is_free


def test_tcp_is_remembered_where_it_alone_brought_something() -> None:
    choice = TransportChoice()
    choice.only_tcp_came()
    assert choice.over_tcp


def test_another_network_can_take_away_what_worked() -> None:
    choice = TransportChoice()
    choice.udp_came()
    choice.only_tcp_came()
    assert choice.over_tcp
    assert choice.doubts_udp


@pytest.mark.parametrize("over_tcp", [True, False])
def test_what_the_user_has_chosen_is_never_doubted(over_tcp: bool) -> None:
    choice = TransportChoice(over_tcp)
    choice.only_tcp_came()
    assert choice.over_tcp is over_tcp
    assert not choice.doubts_udp
    assert not choice.is_free


def test_a_new_choice_forgets_what_was_learned() -> None:
    choice = TransportChoice()
    choice.only_tcp_came()
    choice.choose(None)
    assert not choice.over_tcp
    choice.choose(True)
    assert choice.over_tcp
    assert not choice.is_free
