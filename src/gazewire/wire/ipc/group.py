"""Notifications between machines: what a group's messages carry, and what becomes of them.

Out go the notifications that have ``remote_notify``: ``"all"`` for everybody in the group, or the
16 bytes of one peer's identity. In come maps with a subject, to which is added who sent them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gazewire.errors import RemoteProtocolError
from gazewire.model import Notification
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import encode_map
from gazewire.wire.ipc.message import Message
from gazewire.wire.ipc.notification import notification_map, parse_notification

__all__ = ["GroupPeer", "Outgoing", "from_group", "to_group"]

_UUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class GroupPeer:
    """Another machine in the group.

    Attributes:
        uuid: its identity, 16 bytes.
        name: its name.
    """

    uuid: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to tell the group.

    Attributes:
        peer_uuid: whom to tell; None for everybody.
        content: the one frame of the message.
    """

    peer_uuid: bytes | None
    content: bytes


def to_group(notification: Notification) -> Outgoing:
    """Make a group's message of a notification that is marked for it.

    The topic within keeps its prefix ``remote_notify.``, as it always has.

    Raises:
        RemoteProtocolError: its ``remote_notify`` is neither ``"all"`` nor 16 bytes.
    """
    fields = notification_map(notification)
    to = fields.pop("remote_notify", None)
    if isinstance(to, str) and to != "all":
        # An old sender's bytes that happen to be UTF-8.
        to = to.encode()
    if to != "all" and not (isinstance(to, bytes) and len(to) == _UUID_BYTES):
        raise RemoteProtocolError(
            f"{notification.subject[:80]!r} is for 'all' or the 16 bytes of a peer, not {to!r:.80}"
        )
    return Outgoing(to if isinstance(to, bytes) else None, encode_map(fields))


def from_group(
    content: bytes,
    peer: GroupPeer,
    how: Literal["SHOUT", "WHISPER"],
    arrival_unix_ns: int,
    timebase: TimeBase,
) -> Notification:
    """Read one frame of a group's message, and add who sent it under ``groups.peer``.

    A ``remote_notify`` that its sender left in is taken out: it would go round for ever.

    Args:
        content: the frame.
        peer: who sent it.
        how: to the group, or to us alone.
        arrival_unix_ns: when it came.
        timebase: in which that is told.

    Raises:
        RemoteProtocolError: it is not a map with a subject, or too large.
    """
    # A topic of no meaning: in a group there are none.
    notification = parse_notification(Message("", content))
    told = {
        "uuid_bytes": peer.uuid,
        "name": peer.name,
        "arrival_timestamp": timebase.core_s(arrival_unix_ns),
        "type": how,
    }
    fields = {**notification.fields, "groups.peer": told}
    fields.pop("remote_notify", None)
    return Notification(subject=notification.subject, fields=fields)
