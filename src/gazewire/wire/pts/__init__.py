"""Time sync of Core programs (PTS version 1): who is master, and how far our clock is off.

The programs of a group tell one another a rank and a port; the highest rank is master. The others
ask it for its Core time over TCP, sixty times in a row, and correct their own. `SyncNode` knows the
roles; `RequestReader` and `serialize_time` are the master's side of a connection, `ExchangeRound`
the follower's; `plan_correction` tells what to do about what it found.
"""

from gazewire.wire.pts.correction import (
    SLEW_INTERVAL_S,
    Correction,
    Hold,
    Jump,
    Refuse,
    Slew,
    plan_correction,
)
from gazewire.wire.pts.exchange import (
    CONNECT_TIMEOUT_S,
    EXCHANGES,
    RETRY_S,
    ROUND_PAUSE_S,
    ROUND_SPREAD_S,
    Exchange,
    ExchangeRound,
    OffsetEstimate,
    RequestReader,
    estimate_offset,
    serialize_time,
)
from gazewire.wire.pts.node import Announcement, MasterAddress, SyncNode, group_name

__all__ = [
    "CONNECT_TIMEOUT_S",
    "EXCHANGES",
    "RETRY_S",
    "ROUND_PAUSE_S",
    "ROUND_SPREAD_S",
    "SLEW_INTERVAL_S",
    "Announcement",
    "Correction",
    "Exchange",
    "ExchangeRound",
    "Hold",
    "Jump",
    "MasterAddress",
    "OffsetEstimate",
    "Refuse",
    "RequestReader",
    "Slew",
    "SyncNode",
    "estimate_offset",
    "group_name",
    "plan_correction",
    "serialize_time",
]
