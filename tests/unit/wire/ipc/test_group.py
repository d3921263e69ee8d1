from __future__ import annotations

from collections.abc import Callable

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.model import Notification
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    GroupPeer,
    encode_map,
    from_group,
    notification_topic,
    to_group,
)

UUID = bytes.fromhex("3dcddeccb12c4492b7d401d2b9e06f1f")
PEER = GroupPeer(UUID, "Unnamed Group Member")
NOW = 1_700_000_012_500_000_000


def ping(remote_notify: object) -> Notification:
    return Notification(subject="groups.ping", fields={"t1": 12.5, "remote_notify": remote_notify})


def received(fields: dict[str, object], timebase: TimeBase) -> Notification:
    return from_group(encode_map(fields), PEER, "SHOUT", NOW, timebase)


def test_a_notification_for_all_goes_out_without_its_mark(vector: Callable[[str], bytes]) -> None:
    outgoing = to_group(ping("all"))
    assert outgoing.peer_uuid is None
    assert outgoing.content == vector("group_ping")


@pytest.mark.parametrize("uuid", [UUID, b"sixteen letters."])
def test_a_notification_for_one_peer_names_it(uuid: bytes) -> None:
    assert to_group(ping(uuid)).peer_uuid == uuid


def test_a_peer_whose_bytes_came_as_text_is_found() -> None:
    assert to_group(ping("sixteen letters.")).peer_uuid == b"sixteen letters."


@pytest.mark.parametrize("remote_notify", ["some", bytes(15), 7, True, None])
def test_a_notification_for_nobody_we_know_is_refused(remote_notify: object) -> None:
    with pytest.raises(RemoteProtocolError, match="for 'all'"):
        to_group(ping(remote_notify))


def test_what_comes_in_tells_who_sent_it(timebase: TimeBase) -> None:
    fields = {"subject": "groups.ping", "t1": 12.5, "topic": "remote_notify.groups.ping"}
    notification = received(fields, timebase)
    assert notification == Notification(
        subject="groups.ping",
        fields={
            "t1": 12.5,
            "groups.peer": {
                "uuid_bytes": UUID,
                "name": "Unnamed Group Member",
                "arrival_timestamp": 12.5,
                "type": "SHOUT",
            },
        },
    )
    assert notification_topic(notification) == "notify.groups.ping"


def test_a_delay_that_a_peer_left_in_is_kept(timebase: TimeBase) -> None:
    notification = received({"subject": "x", "delay": 0.3}, timebase)
    assert notification_topic(notification) == "delayed_notify.x"


def test_a_mark_that_a_peer_left_in_does_not_send_it_round_for_ever(timebase: TimeBase) -> None:
    notification = received({"subject": "x", "remote_notify": "all"}, timebase)
    assert notification_topic(notification) == "notify.x"


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x80", b"\x81\xa7subject\x01", b"\xc0"])
def test_garbage_from_a_peer_is_refused(content: bytes, timebase: TimeBase) -> None:
    with pytest.raises(RemoteProtocolError):
        from_group(content, PEER, "WHISPER", NOW, timebase)
