"""Requests and responses as values, and the bytes they become.

The way back, from bytes to values, is `gazewire.wire.rtsp.reader`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtsp.status import reason_for

__all__ = ["Headers", "Request", "Response"]

_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z|~]+")
# What would break a line in two, or cannot be written as UTF-8.
_UNWRITABLE = re.compile("[\r\n\ud800-\udfff]")
_UNWRITABLE_IN_URL = re.compile("[\x00-\x20\ud800-\udfff]")


class Headers:
    """Header fields in the order they were written; names are the same in any case.

    A field may occur more than once. Immutable. Two are equal when their fields are, in order,
    whatever the case of the names.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields = tuple(fields)

    def get(self, name: str) -> str | None:
        """Return the first value of that name, or None."""
        return next(iter(self.get_all(name)), None)

    def get_all(self, name: str) -> list[str]:
        """Return all values of that name, in order."""
        wanted = name.lower()
        return [value for written, value in self._fields if written.lower() == wanted]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get_all(name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return self._folded() == other._folded()

    def __hash__(self) -> int:
        return hash(self._folded())

    def __repr__(self) -> str:
        return f"Headers({list(self._fields)!r})"

    def serialize(self) -> str:
        """Write one line a field, each with its CRLF.

        Raises:
            LocalProtocolError: a name is not a token, or a value would break the line.
        """
        lines = []
        for name, value in self._fields:
            if _TOKEN.fullmatch(name) is None:
                raise LocalProtocolError(f"{name!r} cannot be the name of a header")
            if _UNWRITABLE.search(value):
                raise LocalProtocolError(f"{value!r} cannot be the value of header {name}")
            lines.append(f"{name}: {value}\r\n")
        return "".join(lines)

    def _folded(self) -> tuple[tuple[str, str], ...]:
        return tuple((name.lower(), value) for name, value in self._fields)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, RFC 2326 §6."""

    method: str
    """As written; methods are told apart by case (RFC 2326 §6.1)."""

    url: str
    """As written: usually absolute, and `*` where the server as a whole is meant."""

    headers: Headers = field(default_factory=Headers)
    """All header fields, `Content-Length` included."""

    body: bytes = b""
    """Empty in all that clients of the field send."""

    version: str = "1.0"
    """The number behind `RTSP/`."""

    def serialize(self) -> bytes:
        """Write the request.

        Raises:
            LocalProtocolError: a part cannot be written, or `Content-Length` is not the body's.
        """
        if _TOKEN.fullmatch(self.method) is None:
            raise LocalProtocolError(f"{self.method!r} cannot be a method")
        if not self.url or _UNWRITABLE_IN_URL.search(self.url):
            raise LocalProtocolError(f"{self.url!r} cannot be the URL of a request")
        return _serialize(f"{self.method} {self.url} RTSP/{self.version}", self.headers, self.body)


@dataclass(frozen=True, slots=True)
class Response:
    """One response, RFC 2326 §7."""

    status: int
    """Three digits; 2xx is success."""

    reason: str
    """The words behind the status; for people only."""

    headers: Headers = field(default_factory=Headers)
    """All header fields, `Content-Length` included."""

    body: bytes = b""
    """The SDP of a DESCRIBE answer; empty otherwise."""

    @property
    def succeeded(self) -> bool:
        """The peer did what it was asked to do."""
        return 200 <= self.status < 300

    def serialize(self) -> bytes:
        """Write the response; without a reason, the RFC's words for the status are written.

        Raises:
            LocalProtocolError: a part cannot be written, or `Content-Length` is not the body's.
        """
        if not 100 <= self.status <= 999:
            raise LocalProtocolError(f"a status has three digits, not {self.status}")
        if _UNWRITABLE.search(self.reason):
            raise LocalProtocolError(f"{self.reason!r} cannot be a reason phrase")
        reason = self.reason or reason_for(self.status)
        return _serialize(f"RTSP/1.0 {self.status} {reason}", self.headers, self.body)


def _serialize(start_line: str, headers: Headers, body: bytes) -> bytes:
    # RFC 2326 §4.4: where Content-Length is absent, there is no body.
    announced = headers.get("Content-Length") or "0"
    if announced != str(len(body)):
        raise LocalProtocolError(
            f"the body has {len(body)} bytes but Content-Length says {announced}"
        )
    # RFC 2326 §4: the text is UTF-8.
    return f"{start_line}\r\n{headers.serialize()}\r\n".encode() + body
