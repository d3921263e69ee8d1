"""The `Transport` header, RFC 2326 §12.39: how packets shall travel."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp.headers.quoting import split_unquoted, unquoted

__all__ = ["Transport"]

_NUMBERS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
# The RFC wants eight digits; devices leave leading zeros out.
_SSRC = re.compile(r"[0-9A-Fa-f]{1,8}")
_NEEDS_QUOTES = re.compile(r'[;,"= \t]')

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """One way to carry a track: what a client offers, or what a server agreed to.

    `parse` reads parameters in any order. `serialize` writes those present in the order of the
    fields below, as real devices do, and then the others.
    """

    protocol: str = "RTP/AVP"
    """In capitals: `RTP/AVP` or `RTP/AVP/UDP` for datagrams, `RTP/AVP/TCP` for interleaved."""

    is_multicast: bool = False
    """Where neither `unicast` nor `multicast` is written we read unicast, as all clients mean it;
    the RFC's default is the other."""

    destination: str | None = None
    """Address that packets go to. A server must not believe a client in this."""

    source: str | None = None
    """Address that packets come from, where it is not the server's."""

    interleaved: Pair | None = None
    """Channels of RTP and RTCP, each 0 to 255; one number `n` is read as `n-(n+1)`."""

    client_port: Pair | None = None
    """The client's UDP ports for RTP and RTCP; one number `n` is read as `n-(n+1)`."""

    server_port: Pair | None = None
    """The server's UDP ports for RTP and RTCP; need not be neighbours."""

    ssrc: int | None = None
    """Synchronisation source that the server will send with, unsigned 32-bit."""

    mode: str | None = None
    """`play` or `record` without quotes, as written; None is play."""

    others: tuple[tuple[str, str | None], ...] = ()
    """Parameters that are none of the above, in order, as written; None for one without value."""

    @classmethod
    def parse(cls, text: str) -> Transport:
        """Read one transport.

        Raises:
            RemoteProtocolError: a port, channel or SSRC is none, or there is no protocol.
        """
        protocol, *parameters = split_unquoted(text, ";") or [""]
        if not protocol or "=" in protocol:
            raise RemoteProtocolError(f"a transport protocol was expected, {text!r} came")
        is_multicast = False
        pairs: dict[str, Pair] = {}
        words: dict[str, str] = {}
        ssrc: int | None = None
        others: list[tuple[str, str | None]] = []
        for parameter in parameters:
            written, equals, value = parameter.partition("=")
            name, value = written.strip(" \t").lower(), unquoted(value)
            if name in {"unicast", "multicast"} and not equals:
                is_multicast = name == "multicast"
            elif name in {"client_port", "server_port"}:
                pairs[name] = _pair(name, value, range(1, 0x1_0000))
            elif name == "interleaved":
                pairs[name] = _pair(name, value, range(0x100))
            elif name == "ssrc":
                ssrc = _parse_ssrc(value)
            elif name in {"destination", "source", "mode"} and value:
                words[name] = value
            else:
                others.append((written.strip(" \t"), value if equals else None))
        return cls(
            protocol=protocol.upper(),
            is_multicast=is_multicast,
            destination=words.get("destination"),
            source=words.get("source"),
            interleaved=pairs.get("interleaved"),
            client_port=pairs.get("client_port"),
            server_port=pairs.get("server_port"),
            ssrc=ssrc,
            mode=words.get("mode"),
            others=tuple(others),
        )

    @classmethod
    def parse_all(cls, text: str) -> tuple[Transport, ...]:
        """Read the alternatives of a header, the client's favourite first.

        Raises:
            RemoteProtocolError: as `parse`, for any of them, or because there is none.
        """
        alternatives = tuple(cls.parse(piece) for piece in split_unquoted(text, ","))
        if not alternatives:
            raise RemoteProtocolError("a transport was expected, an empty header came")
        return alternatives

    def serialize(self) -> str:
        """Write this transport."""
        parts = [self.protocol, "multicast" if self.is_multicast else "unicast"]
        named: tuple[tuple[str, str | None], ...] = (
            ("destination", self.destination),
            ("source", self.source),
            ("interleaved", _write_pair(self.interleaved)),
            ("client_port", _write_pair(self.client_port)),
            ("server_port", _write_pair(self.server_port)),
            ("ssrc", None if self.ssrc is None else f"{self.ssrc:08x}"),
            ("mode", self.mode),
        )
        parts += [f"{name}={_quoted(value)}" for name, value in named if value is not None]
        parts += [
            name if value is None else f"{name}={_quoted(value)}" for name, value in self.others
        ]
        return ";".join(parts)

    @staticmethod
    def serialize_all(alternatives: Iterable[Transport]) -> str:
        """Write several alternatives into one header."""
        return ",".join(transport.serialize() for transport in alternatives)

    @property
    def over_udp(self) -> bool:
        """RTP in datagrams (RFC 2326 §12.39: UDP where no lower transport is written)."""
        return self.protocol in {"RTP/AVP", "RTP/AVP/UDP"}

    @property
    def over_tcp(self) -> bool:
        """RTP between the messages of the RTSP connection."""
        return self.protocol == "RTP/AVP/TCP"


def _pair(name: str, value: str, allowed: range) -> Pair:
    match = _NUMBERS.fullmatch(value)
    if match is not None:
        first = int(match[1])
        second = first + 1 if match[2] is None else int(match[2])
        if first in allowed and second in allowed:
            return first, second
    raise RemoteProtocolError(
        f"{name} takes one or two numbers from {allowed.start} to {allowed.stop - 1}, "
        f"{value!r} came"
    )


def _parse_ssrc(value: str) -> int:
    if _SSRC.fullmatch(value) is None:
        raise RemoteProtocolError(f"ssrc takes eight hexadecimal digits, {value!r} came")
    return int(value, 16)


def _write_pair(pair: Pair | None) -> str | None:
    return None if pair is None else f"{pair[0]}-{pair[1]}"


def _quoted(value: str) -> str:
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value
