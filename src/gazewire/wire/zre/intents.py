"""What a node wants done by whoever has sockets; in the order in which they are given.

A link is a one-way connection to a mailbox, which it is named by. There is at most one to each.
"""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.wire.zre.endpoint import Endpoint

__all__ = ["Broadcast", "CloseLink", "NodeIntent", "OpenLink", "SendMessage"]


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send a beacon on each interface."""

    beacon: bytes
    """The datagram."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Connect to a mailbox; messages may be queued before the connection stands.

    The routing identity of the connecting socket is the node's `identity`.
    """

    endpoint: Endpoint


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Queue a message on an open link, or tell the node that it cannot be: `Node.link_failed`."""

    endpoint: Endpoint

    frames: tuple[bytes, ...]
    """Of one message of ZeroMQ."""


@dataclass(frozen=True, slots=True)
class CloseLink:
    """Forget a link and all that is still queued on it."""

    endpoint: Endpoint


NodeIntent = Broadcast | OpenLink | SendMessage | CloseLink
"""What a `Node` wants done."""
