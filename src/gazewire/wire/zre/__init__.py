"""ZRE (RFC 36 of ZeroMQ), version 2: nodes that find one another, form groups and talk in them.

It is the protocol of Pupil Groups and of Pupil's time sync.
"""

from gazewire.wire.zre.beacon import DEFAULT_BEACON_PORT, Beacon
from gazewire.wire.zre.endpoint import Endpoint
from gazewire.wire.zre.events import (
    ExitReason,
    GroupEvent,
    GroupJoined,
    GroupLeft,
    PeerCard,
    PeerEntered,
    PeerExited,
    ShoutReceived,
    WhisperReceived,
)
from gazewire.wire.zre.intents import Broadcast, CloseLink, NodeIntent, OpenLink, SendMessage
from gazewire.wire.zre.limits import ZreLimits
from gazewire.wire.zre.message import (
    Hello,
    Join,
    Leave,
    OtherMessage,
    Ping,
    PingOk,
    Shout,
    Whisper,
    ZreMessage,
    parse_message,
)
from gazewire.wire.zre.node import Node, NodeConfig
from gazewire.wire.zre.peer import EVASIVE_NS, EXPIRED_NS

__all__ = [
    "DEFAULT_BEACON_PORT",
    "EVASIVE_NS",
    "EXPIRED_NS",
    "Beacon",
    "Broadcast",
    "CloseLink",
    "Endpoint",
    "ExitReason",
    "GroupEvent",
    "GroupJoined",
    "GroupLeft",
    "Hello",
    "Join",
    "Leave",
    "Node",
    "NodeConfig",
    "NodeIntent",
    "OpenLink",
    "OtherMessage",
    "PeerCard",
    "PeerEntered",
    "PeerExited",
    "Ping",
    "PingOk",
    "SendMessage",
    "Shout",
    "ShoutReceived",
    "Whisper",
    "WhisperReceived",
    "ZreLimits",
    "ZreMessage",
    "parse_message",
]
