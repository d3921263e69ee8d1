from __future__ import annotations

from uuid import UUID

import pytest

from gazewire.wire.zre import EVASIVE_NS, EXPIRED_NS, Endpoint, PeerCard
from gazewire.wire.zre.peer import Peer

ENDPOINT = Endpoint("10.0.0.2", 5000)
CARD = PeerCard(UUID(int=2), "two", ENDPOINT)


def greeted_peer(now_ns: int = 0) -> Peer:
    peer = Peer(ENDPOINT, now_ns)
    peer.greeted(CARD, ["a"], now_ns)
    return peer


def test_our_numbers_begin_with_one() -> None:
    peer = Peer(ENDPOINT, 0)
    assert [peer.next_sequence() for _ in range(3)] == [1, 2, 3]


def test_our_numbers_turn_as_those_of_the_incumbent() -> None:
    peer = Peer(ENDPOINT, 0)
    numbers = [peer.next_sequence() for _ in range(65_536)]
    assert numbers[65_532:] == [65_533, 65_534, 0, 1]


def test_our_numbers_turn_as_those_of_a_peer_that_counts_to_the_end() -> None:
    peer = Peer(ENDPOINT, 0)
    assert all(peer.takes(number) for number in range(1, 65_536))
    numbers = [peer.next_sequence() for _ in range(65_537)]
    assert numbers[65_532:] == [65_533, 65_534, 65_535, 0, 1]


@pytest.mark.parametrize("turn", [[65_534, 0, 1], [65_534, 65_535, 0, 1]])
def test_both_turns_of_a_peer_are_taken(turn: list[int]) -> None:
    peer = Peer(ENDPOINT, 0)
    assert all(peer.takes(number) for number in range(1, 65_534))
    assert all(peer.takes(number) for number in turn)


@pytest.mark.parametrize("number", [0, 1, 3, 4, 65_535])
def test_any_other_number_is_not_taken(number: int) -> None:
    peer = Peer(ENDPOINT, 0)
    assert peer.takes(1)
    assert not peer.takes(number)
    assert peer.takes(2)


@pytest.mark.parametrize("number", [0, 2, 65_535])
def test_the_first_number_is_one(number: int) -> None:
    assert not Peer(ENDPOINT, 0).takes(number)


def test_silence_is_evasive_and_then_the_end() -> None:
    peer = greeted_peer(now_ns=5)
    assert peer.next_timer_ns == peer.evasive_at_ns == 5 + EVASIVE_NS
    peer.pinged = True
    assert peer.next_timer_ns == peer.expired_at_ns == 5 + EXPIRED_NS
    peer.heard(100)
    assert peer.next_timer_ns == 100 + EVASIVE_NS


def test_who_has_not_said_hello_has_its_time_and_no_more() -> None:
    peer = Peer(ENDPOINT, 0)
    peer.heard(1000)
    assert peer.next_timer_ns == EXPIRED_NS


def test_groups_are_told_once_and_in_order() -> None:
    peer = Peer(ENDPOINT, 0)
    peer.greeted(CARD, ["b", "a", "b"], 0)
    assert list(peer.groups) == ["b", "a"]


def test_the_last_greeting_is_remembered() -> None:
    peer = greeted_peer(now_ns=1000)
    assert peer.was_greeted_within(10, 1009)
    assert not peer.was_greeted_within(10, 1010)
