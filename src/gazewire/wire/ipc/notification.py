"""Notifications on the bus: which topic each takes, and what makes one.

The subject in the map decides what happens; the topic decides only who receives it:

    remote_notify.<subject>     has ``remote_notify``: for the group of machines
    delayed_notify.<subject>    has ``delay``: for the delay service
    notify.<subject>            for everybody

A message under ``notify.`` that has a ``delay`` all the same is not delayed: some VR clients send
that, and it has always been handled at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Notification
from gazewire.wire.ipc.map_codec import find_fault
from gazewire.wire.ipc.message import MAX_TOPIC_BYTES, Message

__all__ = [
    "MAX_NOTIFICATION_BYTES",
    "MAX_SUBJECT_BYTES",
    "notification_from_map",
    "notification_map",
    "notification_message",
    "notification_topic",
    "parse_notification",
]

MAX_NOTIFICATION_BYTES = 1024 * 1024
"""Largest map that a program looks into for each notification that anybody sends it."""

# With room for the longest prefix.
MAX_SUBJECT_BYTES = MAX_TOPIC_BYTES - 32


def notification_topic(notification: Notification) -> str:
    """Choose the topic under which a sender of ours publishes a notification."""
    if notification.fields.get("remote_notify"):
        return f"remote_notify.{notification.subject}"
    if notification.fields.get("delay"):
        return f"delayed_notify.{notification.subject}"
    return f"notify.{notification.subject}"


def notification_map(notification: Notification) -> dict[str, object]:
    """Make the map of a notification: subject, fields, topic."""
    return {
        "subject": notification.subject,
        **notification.fields,
        "topic": notification_topic(notification),
    }


def notification_message(notification: Notification) -> Message:
    """Make the message of a notification.

    Raises:
        LocalProtocolError: its subject is empty or too long, or a field cannot travel.
    """
    if not 0 < len(notification.subject.encode()) <= MAX_SUBJECT_BYTES:
        raise LocalProtocolError("a notification's subject is neither empty nor endless")
    return Message.from_map(notification_topic(notification), notification_map(notification))


def parse_notification(
    message: Message, *, max_bytes: int = MAX_NOTIFICATION_BYTES
) -> Notification:
    """Read a notification. Its topic is not looked at: the subject decides.

    Args:
        message: whatever its topic.
        max_bytes: largest map; who waits for all the data of a calibration needs more.

    Raises:
        RemoteProtocolError: the map has no subject, cannot be read, or is too large.
    """
    if len(message.payload) > max_bytes:
        raise RemoteProtocolError(
            f"a notification has at most {max_bytes} bytes, not {len(message.payload)}"
        )
    return notification_from_map(message.map())


def notification_from_map(fields: Mapping[str, object]) -> Notification:
    """Read a notification from its map; what the map says of the topic is left out.

    Raises:
        RemoteProtocolError: the map has no subject, or something that could not be sent on.
    """
    subject = fields.get("subject")
    if not isinstance(subject, str) or not 0 < len(subject.encode()) <= MAX_SUBJECT_BYTES:
        raise RemoteProtocolError("a notification needs a subject, which is text")
    if fault := find_fault(fields):
        raise RemoteProtocolError(f"notification {subject[:80]!r} has something odd: it{fault}")
    rest = {key: value for key, value in fields.items() if key not in {"subject", "topic"}}
    return Notification(subject=subject, fields=rest)
