"""The datagram by which nodes of one network find one another (ZRE, RFC 36 of ZeroMQ, version 1).

::

    0       3     4          20        22
    +-------+-----+----------+---------+
    | Z R E |  1  |   UUID   |  port   |     big endian
    +-------+-----+----------+---------+

A node broadcasts it every second; the address it came from and the port are its mailbox. Port 0
says goodbye.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["DEFAULT_BEACON_PORT", "Beacon"]

DEFAULT_BEACON_PORT = 5670
"""UDP, registered for ZRE."""

_HEADER = b"ZRE\x01"
_BYTES = 22


@dataclass(frozen=True, slots=True)
class Beacon:
    """A sign of life, or of leaving.

    Attributes:
        node: whose.
        port: TCP port of its mailbox; 0 when it leaves.
    """

    node: UUID
    port: int

    @classmethod
    def parse(cls, data: bytes) -> Beacon:
        """Read a datagram.

        Raises:
            RemoteProtocolError: it is no beacon, or one of another version.
        """
        if len(data) != _BYTES or not data.startswith(_HEADER):
            raise RemoteProtocolError(f"not a ZRE beacon of version 1: {data[:32].hex(' ')}")
        return cls(UUID(bytes=data[4:20]), int.from_bytes(data[20:], "big"))

    def serialize(self) -> bytes:
        """Write the datagram.

        Raises:
            LocalProtocolError: the port is none.
        """
        if not 0 <= self.port <= 0xFFFF:
            raise LocalProtocolError(f"not a port: {self.port}")
        return _HEADER + self.node.bytes + self.port.to_bytes(2, "big")

    @property
    def is_goodbye(self) -> bool:
        """The node leaves."""
        return self.port == 0
