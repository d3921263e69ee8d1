from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.pts import Announcement, MasterAddress, SyncNode, group_name

OWN, PEER, OTHER = (bytes([number]) * 16 for number in (5, 6, 7))


def node(**settings: float) -> SyncNode:
    return SyncNode(OWN, port=39817, **{"tie_breaker": 0.5, **settings})


def test_programs_meet_in_a_group_of_their_prefix() -> None:
    assert group_name() == "default-time_sync-v1"
    assert group_name("lab") == "lab-time_sync-v1"


def test_an_announcement_is_two_frames_of_decimal_text() -> None:
    frames = [b"5.734205", b"39817"]
    assert Announcement.parse(frames) == Announcement(5.734205, 39817)
    assert Announcement(5.734205, 39817).serialize() == frames


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [b"5.7"],
        [b"5.7", b"39817", b"more"],
        [b"5.7", b"39817", b"x" * 100],
        [b"", b""],
        [b"first", b"39817"],
        [b"5.7", b"39817.0"],
        [b"\xff", b"39817"],
        [b"nan", b"39817"],
        [b"inf", b"39817"],
        [b"5.7", b"0"],
        [b"5.7", b"65536"],
        [b"5." + b"7" * 100, b"39817"],
    ],
)
def test_other_shouts_are_no_announcements(frames: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        Announcement.parse(frames)


def test_rank_is_bias_then_having_led_then_having_followed_then_chance() -> None:
    alone = node(base_bias=1.0, tie_breaker=0.25)
    assert alone.rank == 4 + 2 + 0.25
    alone.synced()
    assert alone.rank == 4 + 2 + 1 + 0.25
    assert node(base_bias=0.0, tie_breaker=0.0).rank == 2.0


@pytest.mark.parametrize(
    "settings", [{"base_bias": -1.0}, {"base_bias": float("nan")}, {"tie_breaker": 1.5}]
)
def test_a_rank_that_cannot_be_is_our_fault(settings: dict[str, float]) -> None:
    with pytest.raises(LocalProtocolError):
        node(**settings)


def test_a_program_alone_is_master_and_announces_itself_once() -> None:
    alone = node()
    assert alone.master is None
    assert alone.announcement_to_send() == [b"6.5", b"39817"]
    assert alone.announcement_to_send() is None


def test_a_newcomer_is_told() -> None:
    alone = node()
    alone.announcement_to_send()
    alone.peer_joined()
    assert alone.announcement_to_send() == [b"6.5", b"39817"]
    assert alone.announcement_to_send() is None


def test_another_port_is_told() -> None:
    alone = node()
    alone.announcement_to_send()
    alone.listen_on(40000)
    assert alone.announcement_to_send() == [b"6.5", b"40000"]


def test_the_highest_rank_is_master_wherever_it_stands_in_the_list() -> None:
    follower = node()
    follower.peer_announced(PEER, "10.0.0.6", Announcement(9.0, 1006))
    follower.peer_announced(OTHER, "10.0.0.7", Announcement(8.0, 1007))
    assert follower.master == MasterAddress(PEER, "10.0.0.6", 1006)
    follower.peer_announced(OTHER, "10.0.0.7", Announcement(9.5, 1007))
    assert follower.master == MasterAddress(OTHER, "10.0.0.7", 1007)
    # The incumbent's list is out of order after this.
    follower.peer_left(OTHER)
    assert follower.master == MasterAddress(PEER, "10.0.0.6", 1006)
    follower.peer_left(PEER)
    follower.peer_left(PEER)
    assert follower.master is None


def test_a_lower_rank_changes_nothing() -> None:
    alone = node()
    alone.peer_announced(PEER, "10.0.0.6", Announcement(5.9, 1006))
    assert alone.master is None


def test_of_equal_ranks_all_choose_the_same() -> None:
    first = SyncNode(OWN, port=1, tie_breaker=0.5)
    second = SyncNode(PEER, port=2, tie_breaker=0.5)
    first.peer_announced(PEER, "b", Announcement(second.rank, 2))
    second.peer_announced(OWN, "a", Announcement(first.rank, 1))
    assert (first.master, second.master) == (MasterAddress(PEER, "b", 2), None)


def test_having_followed_raises_the_rank_and_is_told() -> None:
    follower = node()
    follower.announcement_to_send()
    follower.peer_announced(PEER, "10.0.0.6", Announcement(9.0, 1006))
    assert follower.announcement_to_send() is None
    follower.synced()
    assert follower.announcement_to_send() == [b"7.5", b"39817"]
    follower.synced()
    assert follower.announcement_to_send() is None


def test_a_group_without_end_is_refused_and_the_known_ones_are_not() -> None:
    crowded = node()
    for number in range(1000):
        crowded.peer_announced(number.to_bytes(16, "big"), "x", Announcement(1.0, 1))
    with pytest.raises(RemoteProtocolError):
        crowded.peer_announced(PEER, "x", Announcement(9.0, 1))
    crowded.peer_announced((7).to_bytes(16, "big"), "x", Announcement(9.0, 1))
    assert crowded.master == MasterAddress((7).to_bytes(16, "big"), "x", 1)
