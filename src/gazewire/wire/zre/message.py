"""What nodes say to each other's mailboxes (ZRE, RFC 36 of ZeroMQ, version 2).

Each message is one ZRE frame; the content of a WHISPER or a SHOUT follows in frames of its own:

::

    0      2    3    4     6
    +------+----+----+-----+---------
    | AAA1 | id | 02 | seq | fields      big endian
    +------+----+----+-----+---------

    frames = Shout(sequence=2, group="pupil-groups", content=(b"...",)).serialize()
    message = parse_message(frames)

Text is UTF-8. Where it is not, it is read all the same, with U+FFFD in place of what makes no
sense: the incumbent fills the length field with a number of *characters*, so that its text beyond
ASCII comes cut short, perhaps inside of a character.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.zre.limits import DEFAULT_LIMITS, ZreLimits

__all__ = [
    "Hello",
    "Join",
    "Leave",
    "OtherMessage",
    "Ping",
    "PingOk",
    "Shout",
    "Whisper",
    "ZreMessage",
    "parse_message",
]

_SIGNATURE = 0xAAA1
_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first message to any peer: who we are and how to answer.

    Attributes:
        sequence: 1, as of any first message.
        endpoint: our mailbox as the peer can reach it, ``tcp://10.0.0.2:36809``; as it came.
        groups: that we are in.
        status: how many groups we have joined and left so far, modulo 256.
        name: for humans.
        headers: whatever else a peer should know.
    """

    COMMAND: ClassVar = 1

    sequence: int = 1
    endpoint: str
    groups: tuple[str, ...] = ()
    status: int = 0
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)

    def serialize(self) -> list[bytes]:
        """Write the one frame.

        Raises:
            LocalProtocolError: a value does not fit its field.
        """
        writer = _Writer(self.COMMAND, self.sequence)
        writer.text(self.endpoint, 1)
        writer.number(len(self.groups), 4)
        for group in self.groups:
            writer.text(group, 4)
        writer.number(self.status, 1)
        writer.text(self.name, 1)
        writer.number(len(self.headers), 4)
        for key, value in self.headers.items():
            writer.text(key, 1)
            writer.text(value, 4)
        return [bytes(writer.data)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """Content for one peer.

    Attributes:
        sequence: number of the message from this sender to this receiver.
        content: frames, as many as the sender likes.
    """

    COMMAND: ClassVar = 2

    sequence: int
    content: tuple[bytes, ...] = ()

    def serialize(self) -> list[bytes]:
        """Write all frames.

        Raises:
            LocalProtocolError: the sequence number is none.
        """
        return [bytes(_Writer(self.COMMAND, self.sequence).data), *self.content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shout:
    """Content for all members of a group, sent to each.

    Attributes:
        sequence: number of the message from this sender to this receiver.
        group: whose members get it; the sender need not be one.
        content: frames, as many as the sender likes.
    """

    COMMAND: ClassVar = 3

    sequence: int
    group: str
    content: tuple[bytes, ...] = ()

    def serialize(self) -> list[bytes]:
        """Write all frames.

        Raises:
            LocalProtocolError: a value does not fit its field.
        """
        writer = _Writer(self.COMMAND, self.sequence)
        writer.text(self.group, 1)
        return [bytes(writer.data), *self.content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """The sender is now in a group.

    Attributes:
        sequence: number of the message from this sender to this receiver.
        group: that it has joined.
        status: how many groups the sender has joined and left so far, modulo 256.
    """

    COMMAND: ClassVar = 4

    sequence: int
    group: str
    status: int

    def serialize(self) -> list[bytes]:
        """Write the one frame.

        Raises:
            LocalProtocolError: a value does not fit its field.
        """
        return [_membership(self.COMMAND, self.sequence, self.group, self.status)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The sender is no longer in a group.

    Attributes:
        sequence: number of the message from this sender to this receiver.
        group: that it has left.
        status: how many groups the sender has joined and left so far, modulo 256.
    """

    COMMAND: ClassVar = 5

    sequence: int
    group: str
    status: int

    def serialize(self) -> list[bytes]:
        """Write the one frame.

        Raises:
            LocalProtocolError: a value does not fit its field.
        """
        return [_membership(self.COMMAND, self.sequence, self.group, self.status)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Are you there? To be answered by `PingOk`.

    Attributes:
        sequence: number of the message from this sender to this receiver.
    """

    COMMAND: ClassVar = 6

    sequence: int

    def serialize(self) -> list[bytes]:
        """Write the one frame.

        Raises:
            LocalProtocolError: the sequence number is none.
        """
        return [bytes(_Writer(self.COMMAND, self.sequence).data)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PingOk:
    """The answer to `Ping`.

    Attributes:
        sequence: number of the message from this sender to this receiver.
    """

    COMMAND: ClassVar = 7

    sequence: int

    def serialize(self) -> list[bytes]:
        """Write the one frame.

        Raises:
            LocalProtocolError: the sequence number is none.
        """
        return [bytes(_Writer(self.COMMAND, self.sequence).data)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMessage:
    """A message whose command we do not know; it has its place in the sequence all the same.

    Drafts of the C library send some, to elect the leader of a group.

    Attributes:
        sequence: number of the message from this sender to this receiver.
        command: 8 to 255, or 0.
    """

    sequence: int
    command: int


ZreMessage = Hello | Whisper | Shout | Join | Leave | Ping | PingOk | OtherMessage
"""What a frame, and its content, can say."""


def parse_message(frames: Sequence[bytes], limits: ZreLimits = DEFAULT_LIMITS) -> ZreMessage:
    """Read a message as it came, without the identity that a ROUTER socket puts before it.

    Raises:
        RemoteProtocolError: it is no ZRE message of version 2, or beyond the limits.
    """
    if not frames:
        raise RemoteProtocolError("a message without any frame")
    head, *content = frames
    if len(head) > limits.message_bytes:
        raise RemoteProtocolError(f"a ZRE frame of {len(head)} bytes")
    reader = _Reader(head)
    signature, command, version = reader.number(2), reader.number(1), reader.number(1)
    if (signature, version) != (_SIGNATURE, _VERSION):
        raise RemoteProtocolError(f"not a ZRE message of version 2: {head[:16].hex(' ')}")
    sequence = reader.number(2)
    if command not in {Whisper.COMMAND, Shout.COMMAND}:
        if not 1 <= command <= PingOk.COMMAND:
            return OtherMessage(sequence=sequence, command=command)
        if content:
            raise RemoteProtocolError(f"content in a ZRE message with the command {command}")
    if len(content) > limits.content_frames or sum(map(len, content)) > limits.content_bytes:
        raise RemoteProtocolError(
            f"content of {len(content)} frames and {sum(map(len, content))} bytes"
        )
    message: ZreMessage
    match command:
        case Hello.COMMAND:
            message = _read_hello(reader, sequence, limits)
        case Whisper.COMMAND:
            message = Whisper(sequence=sequence, content=tuple(content))
        case Shout.COMMAND:
            message = Shout(sequence=sequence, group=reader.text(1), content=tuple(content))
        case Join.COMMAND:
            message = Join(sequence=sequence, group=reader.text(1), status=reader.number(1))
        case Leave.COMMAND:
            message = Leave(sequence=sequence, group=reader.text(1), status=reader.number(1))
        case Ping.COMMAND:
            message = Ping(sequence=sequence)
        case _:
            message = PingOk(sequence=sequence)
    reader.end()
    return message


def _read_hello(reader: _Reader, sequence: int, limits: ZreLimits) -> Hello:
    endpoint = reader.text(1)
    groups = tuple(reader.text(4) for _ in range(reader.count(limits.groups)))
    status = reader.number(1)
    name = reader.text(1)
    headers: dict[str, str] = {}
    for _ in range(reader.count(limits.headers)):
        key = reader.text(1)
        headers[key] = reader.text(4)
    return Hello(
        sequence=sequence,
        endpoint=endpoint,
        groups=groups,
        status=status,
        name=name,
        headers=headers,
    )


def _membership(command: int, sequence: int, group: str, status: int) -> bytes:
    writer = _Writer(command, sequence)
    writer.text(group, 1)
    writer.number(status, 1)
    return bytes(writer.data)


class _Reader:
    """Reads a frame from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def count(self, most: int) -> int:
        count = self.number(4)
        if count > most:
            raise RemoteProtocolError(f"a list of {count} in a ZRE message, where {most} may be")
        return count

    def text(self, length_size: int) -> str:
        return self._take(self.number(length_size)).decode("utf-8", "replace")

    def end(self) -> None:
        left = len(self._data) - self._offset
        if left:
            raise RemoteProtocolError(f"a ZRE message that goes on for {left} bytes after its end")

    def _take(self, size: int) -> bytes:
        taken = self._data[self._offset : self._offset + size]
        if len(taken) < size:
            raise RemoteProtocolError("a ZRE message that is cut short")
        self._offset += size
        return taken


class _Writer:
    """Writes a frame from front to back."""

    def __init__(self, command: int, sequence: int) -> None:
        self.data = bytearray()
        self.number(_SIGNATURE, 2)
        self.number(command, 1)
        self.number(_VERSION, 1)
        self.number(sequence, 2)

    def number(self, number: int, size: int) -> None:
        if not 0 <= number < 1 << (8 * size):
            raise LocalProtocolError(f"{number} does not fit into {size} bytes of a ZRE message")
        self.data += number.to_bytes(size, "big")

    def text(self, text: str, length_size: int) -> None:
        try:
            data = text.encode()
        except UnicodeEncodeError as error:
            raise LocalProtocolError(f"not text that can be sent: {text!r}") from error
        if len(data) >= 1 << (8 * length_size):
            raise LocalProtocolError(f"{len(data)} bytes of text are too long for a ZRE message")
        self.number(len(data), length_size)
        self.data += data
