"""RTSP URLs as real clients write them, and what a device reads from them.

Clients glue the name of a track to whatever base they have, so a parameter may end up in the path
and a path in the parameters: `rtsp://10.0.0.2:8086/?camera=world&audioenable=on/trackID=1`. Hence
parameters are searched for in the whole URL and not looked up in its query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError

__all__ = ["DEFAULT_PORT", "RtspUrl", "resolve_control"]

DEFAULT_PORT = 554
"""RFC 2326 §3.2. Devices of the Realtime API listen on 8086."""

# The official client asks for TCP by the scheme `rtspt` or `rtsps`, and keeps that in its requests.
_URL = re.compile(
    r"""
    (?P<scheme>rtsp[a-z]?)://
    (?:[^@/?]*@)?
    (?:\[(?P<ipv6>[0-9A-Fa-f:.]+(?:%[^\]]+)?)\]|(?P<host>[^\[\]:/?@]+))
    (?::(?P<port>[0-9]{0,5}))?
    (?P<path>/[^?]*)?
    (?:\?(?P<query>.*))?
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CAMERA = re.compile(r"\bcamera=(\w+)", re.ASCII)
_AUDIO = re.compile(r"\baudioenable=(on|off)\b", re.ASCII)
# Five digits: more would be no track of anybody's.
_TRACK = re.compile(r"trackID=([0-9]{1,5})(?![0-9])", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RtspUrl:
    """The URL of a request."""

    text: str
    """The whole, as written."""

    scheme: str
    """In small letters: `rtsp`, or a relative of it such as `rtspt`."""

    host: str
    """Name or address; an IPv6 address without its brackets."""

    port: int
    """554 where none is written."""

    path: str
    """From the first slash to the question mark; may be empty."""

    query: str
    """Behind the question mark, without it; may be empty."""

    @classmethod
    def parse(cls, text: str) -> RtspUrl:
        """Take an absolute RTSP URL apart.

        Raises:
            RemoteProtocolError: it is none.
        """
        match = _URL.fullmatch(text)
        if match is None:
            raise RemoteProtocolError(f"an RTSP URL was expected, {text!r} came")
        port = int(match["port"] or DEFAULT_PORT)
        if not 0 < port <= 0xFFFF:
            raise RemoteProtocolError(f"a port is 1 to 65535, {port} came in {text!r}")
        return cls(
            text=text,
            scheme=match["scheme"].lower(),
            host=match["ipv6"] or match["host"],
            port=port,
            path=match["path"] or "",
            query=match["query"] or "",
        )

    def __str__(self) -> str:
        return self.text

    @property
    def camera(self) -> str | None:
        """The source asked for (`world`, `gaze`, ...), or None where the URL names none."""
        match = _CAMERA.search(self.text)
        return None if match is None else match[1]

    @property
    def audio_enabled(self) -> bool | None:
        """Sound is wanted beside the picture; None where the URL does not say."""
        match = _AUDIO.search(self.text)
        return None if match is None else match[1] == "on"

    @property
    def track_id(self) -> int | None:
        """The number behind `trackID=`, or None where the URL names no track."""
        match = _TRACK.search(self.text)
        return None if match is None else int(match[1])


def resolve_control(base_url: str, control: str | None) -> str:
    """Return the URL that an `a=control` attribute stands for (RFC 2326 §C.1.1).

    A relative one is appended to the base with one slash between, query or not. That is not what
    RFC 1808 says for a base without a final slash, but what clients do and devices therefore
    expect.

    Args:
        base_url: `Content-Base` of the DESCRIBE answer, or the URL that was asked for.
        control: the attribute's value; None where there was no such attribute.
    """
    if control is None or control in {"", "*"}:
        return base_url
    if _ABSOLUTE.match(control):
        return control
    return f"{base_url.removesuffix('/')}/{control.removeprefix('/')}"
