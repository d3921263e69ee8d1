from __future__ import annotations

from collections.abc import Callable

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Notification
from gazewire.wire.ipc import (
    MAX_NOTIFICATION_BYTES,
    MAX_SUBJECT_BYTES,
    Message,
    encode_map,
    notification_message,
    notification_topic,
    parse_notification,
)
from gazewire.wire.remote import StartRecording


def test_the_start_of_an_eye_is_the_bytes_that_the_program_sends(
    vector: Callable[[str], bytes],
) -> None:
    notification = Notification(subject="eye_process.should_start.0", fields={"eye_id": 0})
    message = notification_message(notification)
    assert message.topic == "notify.eye_process.should_start.0"
    assert message.payload == vector("notify_eye_should_start")
    assert parse_notification(message) == notification


def test_the_start_of_a_recording_has_subject_session_and_topic_in_this_order() -> None:
    message = notification_message(StartRecording("my rec").notification)
    assert list(message.map().items()) == [
        ("subject", "recording.should_start"),
        ("session_name", "my rec"),
        ("topic", "notify.recording.should_start"),
    ]


@pytest.mark.parametrize(
    ("fields", "topic"),
    [
        ({}, "notify.x.y"),
        ({"delay": 0.0}, "notify.x.y"),
        ({"delay": 0}, "notify.x.y"),
        ({"delay": 0.3}, "delayed_notify.x.y"),
        ({"remote_notify": "all"}, "remote_notify.x.y"),
        ({"remote_notify": bytes(16)}, "remote_notify.x.y"),
        ({"remote_notify": ""}, "notify.x.y"),
        ({"remote_notify": None, "delay": 1}, "delayed_notify.x.y"),
        ({"remote_notify": "all", "delay": 0.3}, "remote_notify.x.y"),
    ],
)
def test_the_first_condition_that_holds_chooses_the_topic(
    fields: dict[str, object], topic: str
) -> None:
    assert notification_topic(Notification(subject="x.y", fields=fields)) == topic


def test_the_subject_decides_and_not_the_topic() -> None:
    message = Message.from_map("notify.meta.should_doc", {"subject": "x.y", "topic": "notify.z"})
    assert parse_notification(message) == Notification(subject="x.y")


def test_a_map_without_a_topic_is_a_notification(vector: Callable[[str], bytes]) -> None:
    notification = parse_notification(Message("notify.x", vector("notify_vr_delay")))
    assert notification.subject == "eye_process.should_start.1"
    # Not delayed for all that: it came under `notify.`, and is handled at once.
    assert notification.fields["delay"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"subject": None},
        {"subject": 7},
        {"subject": ""},
        {"subject": b"x"},
        {"subject": "s" * (MAX_SUBJECT_BYTES + 1)},
    ],
)
def test_a_notification_without_a_subject_is_the_peers_fault(fields: dict[str, object]) -> None:
    with pytest.raises(RemoteProtocolError, match="needs a subject"):
        parse_notification(Message.from_map("notify.x", fields))


@pytest.mark.parametrize("name", ["integer_keys", "extension", "deep"])
def test_what_could_not_be_sent_on_is_the_peers_fault(
    name: str, vector: Callable[[str], bytes]
) -> None:
    with pytest.raises(RemoteProtocolError, match="'x' has something odd: it"):
        parse_notification(Message("notify.x", vector(f"invalid_{name}")))


def test_an_undecodable_map_is_the_peers_fault() -> None:
    with pytest.raises(RemoteProtocolError):
        parse_notification(Message("notify.x", b"not MessagePack"))


def test_a_notification_of_megabytes_is_read_by_those_alone_who_wait_for_it() -> None:
    message = Message.from_map("notify.x", {"subject": "x", "data": bytes(MAX_NOTIFICATION_BYTES)})
    with pytest.raises(RemoteProtocolError, match="at most 1048576 bytes"):
        parse_notification(message)
    assert parse_notification(message, max_bytes=len(message.payload)).subject == "x"


@pytest.mark.parametrize("subject", ["", "s" * (MAX_SUBJECT_BYTES + 1)])
def test_we_send_no_subject_that_could_not_be_read(subject: str) -> None:
    with pytest.raises(LocalProtocolError, match="subject"):
        notification_message(Notification(subject=subject))


def test_the_longest_subject_fits_behind_every_prefix() -> None:
    for fields in ({}, {"delay": 1.0}, {"remote_notify": "all"}):
        subject = "s" * MAX_SUBJECT_BYTES
        message = notification_message(Notification(subject=subject, fields=fields))
        assert parse_notification(Message.parse(message.serialize())).subject == subject


def test_a_mode_or_action_among_the_keys_is_a_key_like_any_other() -> None:
    fields = {"mode": "x", "action": "y"}
    payload = encode_map({"subject": "calibration.should_start", **fields})
    assert parse_notification(Message("notify.x", payload)).fields == fields
