"""What a node tells its owner."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from gazewire.wire.zre.endpoint import Endpoint

__all__ = [
    "ExitReason",
    "GroupEvent",
    "GroupJoined",
    "GroupLeft",
    "PeerCard",
    "PeerEntered",
    "PeerExited",
    "ShoutReceived",
    "WhisperReceived",
]


@dataclass(frozen=True, slots=True)
class PeerCard:
    """Who a peer says it is; nobody has checked it."""

    uuid: UUID
    """By which whispers are addressed; new at each start of the peer."""

    name: str
    """For humans; peers may have the same."""

    endpoint: Endpoint
    """The mailbox that we have connected to."""

    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Whatever else it has told of itself."""


class ExitReason(enum.Enum):
    """Why a peer is no longer there. Those but the first three may meet us again at once."""

    GOODBYE = "it said goodbye"
    SILENT = "it was silent for too long"
    REPLACED = "another node has taken its endpoint"
    GREETED_AGAIN = "it said HELLO again, so it had forgotten us"
    MESSAGES_LOST = "messages from it were lost"
    MALFORMED = "it sent what cannot be right"
    UNREACHABLE = "messages to it could not be queued any more"


@dataclass(frozen=True, slots=True)
class PeerEntered:
    """A peer has said HELLO. The groups that it is in follow as events of their own."""

    peer: PeerCard


@dataclass(frozen=True, slots=True)
class PeerExited:
    """A peer is gone; nothing more comes from it unless it enters again."""

    peer: PeerCard

    groups: tuple[str, ...]
    """That it was in until now; it is out of all of them, without further events."""

    reason: ExitReason
    """How we know."""


@dataclass(frozen=True, slots=True)
class GroupJoined:
    """A peer is now in a group."""

    peer: PeerCard

    group: str


@dataclass(frozen=True, slots=True)
class GroupLeft:
    """A peer is no longer in a group, but still there."""

    peer: PeerCard

    group: str


@dataclass(frozen=True, slots=True)
class WhisperReceived:
    """A peer has sent something to us alone."""

    peer: PeerCard

    content: tuple[bytes, ...]
    """Frames; possibly none."""


@dataclass(frozen=True, slots=True)
class ShoutReceived:
    """A peer has sent something to a group that we are in."""

    peer: PeerCard

    group: str

    content: tuple[bytes, ...]
    """Frames; possibly none."""


GroupEvent = PeerEntered | PeerExited | GroupJoined | GroupLeft | WhisperReceived | ShoutReceived
"""What a `Node` tells."""
