"""What a device tells of itself by DNS, and how it answers those who know DNS but not mDNS.

A query that comes from another port than 5353 is one of plain DNS that happens to be multicast
(RFC 6762 §6.7). Its sender, the Unity client among them, wants one answer, to itself, with all in
it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from gazewire.wire.dns import (
    ADDRESS,
    ANY,
    AUTHORITATIVE,
    INTERNET,
    OPERATION,
    POINTER,
    RESPONSE,
    SERVICE,
    TEXT,
    DnsMessage,
    DnsName,
    DnsQuestion,
    DnsRecord,
    DnsService,
)
from gazewire.wire.service_name import SERVICE_TYPE

__all__ = ["Advertisement"]

# RFC 6762 §6.7: not longer, because nobody will tell the asker of a change.
_LEGACY_TTL_S = 10

# RFC 6763 §6.1: a TXT record without keys is one zero byte.
_EMPTY_TEXT = b"\0"

# RFC 6763 §9: asks which kinds of service there are.
_ALL_TYPES = DnsName.from_text("_services._dns-sd._udp.local.")
_TYPE = DnsName.from_text(SERVICE_TYPE)

# RFC 6762 §5.4: the highest bit of a question's class is no part of it.
_CLASS_BITS = 0x7FFF


@dataclass(frozen=True, slots=True)
class Advertisement:
    """A device as it is announced.

    Attributes:
        full_name: of its service.
        host_name: of its machine, with its domain.
        port: of its HTTP.
        addresses: IPv4, dotted; clients use the first.
    """

    full_name: str
    host_name: str
    port: int
    addresses: tuple[str, ...]

    def answer(self, query: DnsMessage) -> DnsMessage | None:
        """Answer a legacy query, or None where it asks nothing that we know.

        Every record stands among the answers, also those that are only the way to the next one:
        there are clients that look nowhere else.
        """
        # RFC 6762 §18.3: another operation than a query is ignored.
        if query.flags & (RESPONSE | OPERATION):
            return None
        wanted = [record for question in query.questions for record in self._records(question)]
        if not wanted:
            return None
        return DnsMessage(
            id=query.id,
            flags=RESPONSE | AUTHORITATIVE,
            questions=query.questions,
            answers=tuple(dict.fromkeys(wanted)),
        )

    def _records(self, question: DnsQuestion) -> Iterator[DnsRecord]:
        """The records that answer a question, each followed by those that it leads to."""
        if question.class_ & _CLASS_BITS not in {INTERNET, ANY}:
            return
        service, host = DnsName.from_text(self.full_name), DnsName.from_text(self.host_name)

        def is_asked_for(name: DnsName, kind: int) -> bool:
            return question.kind in {kind, ANY} and question.name.is_same(name)

        if is_asked_for(_ALL_TYPES, POINTER):
            yield DnsRecord(_ALL_TYPES, POINTER, _LEGACY_TTL_S, _TYPE)
        pointed_to = is_asked_for(_TYPE, POINTER)
        if pointed_to:
            yield DnsRecord(_TYPE, POINTER, _LEGACY_TTL_S, service)
        located = pointed_to or is_asked_for(service, SERVICE)
        if located:
            yield DnsRecord(service, SERVICE, _LEGACY_TTL_S, DnsService(self.port, host))
        if pointed_to or is_asked_for(service, TEXT):
            yield DnsRecord(service, TEXT, _LEGACY_TTL_S, _EMPTY_TEXT)
        if located or is_asked_for(host, ADDRESS):
            for address in self.addresses:
                packed = ipaddress.IPv4Address(address).packed
                yield DnsRecord(host, ADDRESS, _LEGACY_TTL_S, packed)
