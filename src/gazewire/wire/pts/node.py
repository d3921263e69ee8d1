"""One program in a group that shares its time: its rank, the others', and who is master.

Ranks travel in the group's shouts (ZRE). What the node wants to shout is asked for after every
call that tells it something, as bytes are asked of a connection:

    node.peer_announced(uuid, host, Announcement.parse(frames))
    if (frames := node.announcement_to_send()) is not None: ...
    node.master                                         # None: it is us
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["Announcement", "MasterAddress", "SyncNode", "group_name"]

_MAX_PEERS = 1000
_MAX_NUMBER_BYTES = 32


def group_name(prefix: str = "default") -> str:
    """The group in which the programs with this prefix meet."""
    return f"{prefix}-time_sync-v1"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a program shouts: two frames of decimal text.

    Attributes:
        rank: the highest in the group is master.
        port: TCP port where it would tell its time.
    """

    rank: float
    port: int

    @classmethod
    def parse(cls, frames: Sequence[bytes]) -> Self:
        """Read the frames of a shout.

        Raises:
            RemoteProtocolError: they are no announcement; the group may well shout other things.
        """
        if len(frames) != 2 or any(len(frame) > _MAX_NUMBER_BYTES for frame in frames):
            raise RemoteProtocolError("an announcement is a rank and a port")
        try:
            rank, port = float(frames[0].decode("ascii")), int(frames[1].decode("ascii"))
        except ValueError as error:
            raise RemoteProtocolError("an announcement is two decimal numbers") from error
        if not math.isfinite(rank) or not 0 < port < 65536:
            raise RemoteProtocolError(f"no such rank {rank!r} or no such port {port}")
        return cls(rank, port)

    def serialize(self) -> list[bytes]:
        """Write the frames of a shout."""
        return [repr(float(self.rank)).encode(), str(self.port).encode()]


@dataclass(frozen=True, slots=True)
class MasterAddress:
    """Where the master tells its time.

    Attributes:
        uuid: its identity in the group.
        host: address of its machine.
        port: TCP port.
    """

    uuid: bytes
    host: str
    port: int


class SyncNode:
    """A program's place among those that share a time.

    Args:
        uuid: our identity in the group; it decides where ranks are equal.
        port: where we would tell our time as master.
        tie_breaker: random number from 0 to 1, drawn once.
        base_bias: how much we want to be master; 0 or more.
    """

    def __init__(
        self, uuid: bytes, *, port: int, tie_breaker: float, base_bias: float = 1.0
    ) -> None:
        if not math.isfinite(base_bias) or base_bias < 0 or not 0 <= tie_breaker <= 1:
            raise LocalProtocolError("a bias is 0 or more, and a tie-breaker lies between 0 and 1")
        self._uuid = uuid
        self._port = port
        self._tie_breaker = tie_breaker
        self._base_bias = base_bias
        self._has_been_master = False
        self._has_been_synced = False
        self._peers: dict[bytes, tuple[float, MasterAddress]] = {}
        self._master: MasterAddress | None = None
        self._announced: Announcement | None = None
        self._asked = True
        self._elect()

    @property
    def rank(self) -> float:
        """Ours: those who have been master or follower before come first."""
        return (
            4 * self._base_bias
            + 2 * self._has_been_master
            + self._has_been_synced
            + self._tie_breaker
        )

    @property
    def master(self) -> MasterAddress | None:
        """Whose time we follow, or None where it is ours that others follow."""
        return self._master

    def announcement_to_send(self) -> list[bytes] | None:
        """The frames to shout now, once: at the start, for a newcomer, or on a change of ours."""
        own = Announcement(self.rank, self._port)
        if own == self._announced and not self._asked:
            return None
        self._announced, self._asked = own, False
        return own.serialize()

    def listen_on(self, port: int) -> None:
        """Take another port for telling our time."""
        self._port = port

    def peer_joined(self) -> None:
        """Somebody is new in the group, and has not heard our announcement."""
        self._asked = True

    def peer_announced(self, uuid: bytes, host: str, announcement: Announcement) -> None:
        """Take note of another one's rank.

        Args:
            uuid: its identity.
            host: address of its machine, from its ZRE endpoint.
            announcement: what it shouted.

        Raises:
            RemoteProtocolError: there are too many in the group already.
        """
        if uuid not in self._peers and len(self._peers) >= _MAX_PEERS:
            raise RemoteProtocolError(f"a group of more than {_MAX_PEERS} is none")
        address = MasterAddress(uuid, host, announcement.port)
        self._peers[uuid] = announcement.rank, address
        self._elect()

    def peer_left(self, uuid: bytes) -> None:
        """Forget one that left the group or went silent; told twice is told once."""
        self._peers.pop(uuid, None)
        self._elect()

    def synced(self) -> None:
        """Take note that we have corrected our clock by a master's."""
        self._has_been_synced = True
        self._elect()

    def _elect(self) -> None:
        if self._leads():
            # Having led raises our rank, which cannot cost us the lead.
            self._has_been_master = True
            self._master = None
        else:
            _, self._master = max(self._peers.values(), key=lambda peer: (peer[0], peer[1].uuid))

    def _leads(self) -> bool:
        own = self.rank, self._uuid
        return all((rank, address.uuid) < own for rank, address in self._peers.values())
