"""The time echo: a client tells its time, the device sends it back with its own.

Both are unsigned 64-bit big-endian counts of milliseconds since the Unix epoch. Any number of
rounds follow one another on a TCP connection, with nothing between them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Generic, Self, TypeVar

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["EchoReply", "EchoReplyReader", "EchoRequest", "EchoRequestReader"]

_REQUEST = struct.Struct(">Q")
_REPLY = struct.Struct(">QQ")


def _pack(layout: struct.Struct, *times_ms: int) -> bytes:
    try:
        return layout.pack(*times_ms)
    except struct.error as error:
        raise LocalProtocolError(f"not times in unsigned 64-bit ms: {times_ms}") from error


@dataclass(frozen=True, slots=True)
class EchoRequest:
    """What the client sends: 8 bytes.

    Attributes:
        client_unix_ms: its time when it sent this.
    """

    SIZE: ClassVar[int] = _REQUEST.size

    client_unix_ms: int

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read 8 bytes.

        Raises:
            RemoteProtocolError: there are more or fewer.
        """
        if len(data) != cls.SIZE:
            raise RemoteProtocolError(f"a time request is {cls.SIZE} bytes, not {len(data)}")
        return cls(*_REQUEST.unpack(data))

    def serialize(self) -> bytes:
        """Write 8 bytes."""
        return _pack(_REQUEST, self.client_unix_ms)


@dataclass(frozen=True, slots=True)
class EchoReply:
    """What the device answers: 16 bytes, which it must send at once.

    Attributes:
        client_unix_ms: as it came.
        device_unix_ms: the device's time when it answered, whole milliseconds, rounded down.
    """

    SIZE: ClassVar[int] = _REPLY.size

    client_unix_ms: int
    device_unix_ms: int

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read 16 bytes.

        Raises:
            RemoteProtocolError: there are more or fewer.
        """
        if len(data) != cls.SIZE:
            raise RemoteProtocolError(f"a time reply is {cls.SIZE} bytes, not {len(data)}")
        return cls(*_REPLY.unpack(data))

    def serialize(self) -> bytes:
        """Write 16 bytes."""
        return _pack(_REPLY, self.client_unix_ms, self.device_unix_ms)


M = TypeVar("M", EchoRequest, EchoReply)


class _Reader(Generic[M]):
    """Cuts a byte stream into messages of one size; keeps less than one of them."""

    def __init__(self, message: type[M]) -> None:
        self._message: type[M] = message
        self._rest = b""

    def receive_data(self, data: bytes) -> list[M]:
        """Take what came; tell the messages that are now complete."""
        data = self._rest + data
        size = self._message.SIZE
        end = len(data) - len(data) % size
        self._rest = data[end:]
        return [self._message.parse(data[start : start + size]) for start in range(0, end, size)]


class EchoRequestReader(_Reader[EchoRequest]):
    """The device's side of the stream."""

    def __init__(self) -> None:
        super().__init__(EchoRequest)


class EchoReplyReader(_Reader[EchoReply]):
    """The client's side of the stream."""

    def __init__(self) -> None:
        super().__init__(EchoReply)
