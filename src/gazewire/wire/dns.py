"""DNS messages, as far as finding a device takes them (RFC 1035 §4, RFC 6762 §18).

Records that hold a name in a place that we know (PTR and SRV) are taken apart; the content of all
others stays bytes.

    query = DnsMessage.parse(datagram)
    answer = DnsMessage(id=query.id, flags=RESPONSE | AUTHORITATIVE, answers=(...,)).serialize()
"""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = [
    "ADDRESS",
    "ANY",
    "AUTHORITATIVE",
    "INTERNET",
    "OPERATION",
    "POINTER",
    "RESPONSE",
    "SERVICE",
    "TEXT",
    "DnsMessage",
    "DnsName",
    "DnsQuestion",
    "DnsRecord",
    "DnsService",
]

# RFC 1035 §3.2, RFC 2782
ADDRESS = 1
POINTER = 12
TEXT = 16
SERVICE = 33
ANY = 255
INTERNET = 1

# RFC 1035 §4.1.1
RESPONSE = 0x8000
AUTHORITATIVE = 0x0400
OPERATION = 0x7800

# RFC 1035 §2.3.4
_LABEL_BYTES = 63
_NAME_BYTES = 255

# RFC 6762 §17, without the headers of IP and UDP.
_MESSAGE_BYTES = 8972

# Names are short to write and long to read, so that a small message could cost us much.
_MOST_ENTRIES = 256

_HEADER_BYTES = 12

# RFC 1035 §4.1.4: two bits that mark a pointer; the other 14 reach to the end of any message.
_POINTER = 0xC0


@dataclass(frozen=True, slots=True)
class DnsName:
    """A domain name. Two that differ in the case of ASCII letters are equal to DNS, not to Python.

    Attributes:
        labels: from the most particular to the most general, each of 1 to 63 bytes; UTF-8 in mDNS.

    Raises:
        LocalProtocolError: a label, or the whole, is too long, or a label is empty.
    """

    labels: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not all(1 <= len(label) <= _LABEL_BYTES for label in self.labels):
            raise LocalProtocolError(f"a label of a name has 1 to 63 bytes: {self.labels!r}")
        if sum(len(label) + 1 for label in self.labels) + 1 > _NAME_BYTES:
            raise LocalProtocolError(f"a name has at most 255 bytes: {self.labels!r}")

    @classmethod
    def from_text(cls, text: str) -> DnsName:
        """Split a name at its full stops; the last one may be left out."""
        stripped = text.removesuffix(".")
        return cls(tuple(label.encode() for label in stripped.split(".")) if stripped else ())

    def __str__(self) -> str:
        return "".join(f"{label.decode(errors='replace')}." for label in self.labels)

    def is_same(self, other: DnsName) -> bool:
        """Compare as DNS does, regardless of the case of ASCII letters (RFC 6762 §16)."""
        return [a.lower() for a in self.labels] == [b.lower() for b in other.labels]


@dataclass(frozen=True, slots=True)
class DnsQuestion:
    """What is asked.

    Attributes:
        name: about whom.
        kind: of records, ``ANY`` for all.
        class_: ``INTERNET``; in mDNS the highest bit asks for an answer by unicast.
    """

    name: DnsName
    kind: int
    class_: int = INTERNET


@dataclass(frozen=True, slots=True)
class DnsService:
    """The content of an SRV record (RFC 2782).

    Attributes:
        port: where the service listens.
        target: on which machine.
        priority: the lowest first.
        weight: among those of the same priority.
    """

    port: int
    target: DnsName
    priority: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """What is told.

    Attributes:
        name: of whom.
        kind: of record.
        ttl_s: how long it may be believed.
        data: a name for PTR, a `DnsService` for SRV, else the bytes as they are.
        class_: ``INTERNET``; in mDNS the highest bit says that older records are void.
    """

    name: DnsName
    kind: int
    ttl_s: int
    data: DnsName | DnsService | bytes
    class_: int = INTERNET


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsMessage:
    """A query or a response.

    Attributes:
        id: by which the asker knows the answer.
        flags: 16 bits, ``RESPONSE`` among them; those of ``OPERATION`` are 0 in all queries.
        questions: what is asked, and repeated in an answer of unicast.
        answers: what was asked for.
        authorities: in a probe, what the prober is about to claim.
        additionals: what the asker may want to know next.
    """

    id: int = 0
    flags: int = 0
    questions: tuple[DnsQuestion, ...] = ()
    answers: tuple[DnsRecord, ...] = ()
    authorities: tuple[DnsRecord, ...] = ()
    additionals: tuple[DnsRecord, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> DnsMessage:
        """Read a datagram.

        Raises:
            RemoteProtocolError: it is no DNS message, or has more in it than a sane one.
        """
        if not _HEADER_BYTES <= len(data) <= _MESSAGE_BYTES:
            raise RemoteProtocolError(f"a DNS message of {len(data)} bytes")
        reader = _Reader(data)
        message_id, flags, *counts = (reader.number(2) for _ in range(_HEADER_BYTES // 2))
        if sum(counts) > _MOST_ENTRIES:
            raise RemoteProtocolError(f"a DNS message with {sum(counts)} entries")
        questions = tuple(reader.question() for _ in range(counts[0]))
        answers, authorities, additionals = (
            tuple(reader.record() for _ in range(count)) for count in counts[1:]
        )
        return cls(
            id=message_id,
            flags=flags,
            questions=questions,
            answers=answers,
            authorities=authorities,
            additionals=additionals,
        )

    def serialize(self) -> bytes:
        """Write a datagram, with names compressed where that is allowed.

        Raises:
            LocalProtocolError: a number does not fit its field, or the whole no datagram.
        """
        writer = _Writer()
        sections = (self.answers, self.authorities, self.additionals)
        for number in (self.id, self.flags, len(self.questions), *map(len, sections)):
            writer.number(number, 2)
        for question in self.questions:
            writer.question(question)
        for section in sections:
            for record in section:
                writer.record(record)
        if len(writer.data) > _MESSAGE_BYTES:
            raise LocalProtocolError(f"a DNS message of {len(writer.data)} bytes")
        return bytes(writer.data)


class _Reader:
    """Reads a message from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self._bytes(size), "big")

    def question(self) -> DnsQuestion:
        return DnsQuestion(self._name(), self.number(2), self.number(2))

    def record(self) -> DnsRecord:
        name = self._name()
        kind, class_, ttl_s, size = self.number(2), self.number(2), self.number(4), self.number(2)
        end = self._offset + size
        data: DnsName | DnsService | bytes
        match kind:
            case 12:
                data = self._name()
            case 33:
                priority, weight, port = (self.number(2) for _ in range(3))
                data = DnsService(port, self._name(), priority, weight)
            case _:
                data = self._bytes(size)
        if self._offset != end:
            raise RemoteProtocolError(f"a DNS record of kind {kind} and a wrong length, {size}")
        return DnsRecord(name, kind, ttl_s, data, class_)

    def _bytes(self, size: int) -> bytes:
        taken = self._data[self._offset : self._offset + size]
        if len(taken) < size:
            raise RemoteProtocolError("a DNS message that is cut short")
        self._offset += size
        return taken

    def _name(self) -> DnsName:
        labels: list[bytes] = []
        room = _NAME_BYTES - 1
        # Where the name goes on after its first pointer.
        after: int | None = None
        # RFC 1035 §4.1.4: a pointer names a *prior* occurrence, and so cannot run in a circle.
        start = self._offset
        while (length := self.number(1)) != 0:
            if length >= _POINTER:
                target = (length - _POINTER) << 8 | self.number(1)
                if not _HEADER_BYTES <= target < start:
                    raise RemoteProtocolError("a name in a DNS message points to no name before it")
                after = after or self._offset
                self._offset = start = target
                continue
            if length > _LABEL_BYTES:
                raise RemoteProtocolError(f"a label in a DNS message of type {length:#x}")
            room -= length + 1
            if room < 0:
                raise RemoteProtocolError("a name in a DNS message with more than 255 bytes")
            labels.append(self._bytes(length))
        self._offset = after or self._offset
        return DnsName(tuple(labels))


class _Writer:
    """Writes a message from front to back."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._offsets: dict[tuple[bytes, ...], int] = {}

    def number(self, number: int, size: int) -> None:
        if not 0 <= number < 1 << (8 * size):
            raise LocalProtocolError(f"{number} does not fit into {size} bytes of a DNS message")
        self.data += number.to_bytes(size, "big")

    def question(self, question: DnsQuestion) -> None:
        self._name(question.name)
        self.number(question.kind, 2)
        self.number(question.class_, 2)

    def record(self, record: DnsRecord) -> None:
        self._name(record.name)
        self.number(record.kind, 2)
        self.number(record.class_, 2)
        self.number(record.ttl_s, 4)
        start = len(self.data)
        self.number(0, 2)
        match record.data:
            case DnsName():
                self._name(record.data)
            case DnsService(port, target, priority, weight):
                for number in (priority, weight, port):
                    self.number(number, 2)
                # RFC 2782, and RFC 6762 §18.14 for whoever does not know mDNS.
                self._name(target, compressed=False)
            case _:
                self.data += record.data
        size = len(self.data) - start - 2
        if size > 0xFFFF:
            raise LocalProtocolError(f"a DNS record of {size} bytes")
        self.data[start : start + 2] = size.to_bytes(2, "big")

    def _name(self, name: DnsName, *, compressed: bool = True) -> None:
        labels = name.labels
        for index, label in enumerate(labels):
            if compressed:
                offset = self._offsets.setdefault(labels[index:], len(self.data))
                if offset < len(self.data):
                    self.number(_POINTER << 8 | offset, 2)
                    return
            self.data.append(len(label))
            self.data += label
        self.data.append(0)
