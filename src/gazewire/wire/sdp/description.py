"""Session descriptions as values (SDP, RFC 4566).

What nobody here looks into (the origin, the connection, times) is kept as the text it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError

__all__ = ["Attribute", "MediaDescription", "OtherLine", "RtpMap", "SessionDescription"]

_RTPMAP = re.compile(r"([0-9]{1,3})[ \t]+([^/ \t]+)/([0-9]{1,9})(?:/([0-9]{1,3}))?[ \t]*")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One `a=` line: `a=name` or `a=name:value`."""

    name: str
    """Up to the colon."""

    value: str | None = None
    """Behind the colon; None where there is no colon."""


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A line of a type that has no field of its own."""

    type: str
    """The letter before the equals sign."""

    value: str
    """All behind it."""


@dataclass(frozen=True, slots=True)
class RtpMap:
    """What an RTP payload type stands for: the value of `a=rtpmap`, RFC 4566 §6."""

    payload_type: int
    """0 to 127; 96 and up are free for such maps."""

    encoding: str
    """Such as `H264`; the same in any case."""

    clock_rate_hz: int
    """Ticks of the RTP timestamp in a second."""

    channels: int | None = None
    """Channels of sound; better left out, as a client in the field takes it for the clock rate."""

    @classmethod
    def parse(cls, text: str) -> RtpMap:
        """Read `96 H264/90000` or `97 mpeg4-generic/8000/1`.

        Raises:
            RemoteProtocolError: it is not of that form.
        """
        match = _RTPMAP.fullmatch(text)
        if match is None or int(match[1]) > 127 or int(match[3]) == 0:
            raise RemoteProtocolError(f"an rtpmap was expected, {text!r} came")
        channels = None if match[4] is None else int(match[4])
        return cls(int(match[1]), match[2], int(match[3]), channels)

    def serialize(self) -> str:
        """Write the value of the attribute."""
        text = f"{self.payload_type} {self.encoding}/{self.clock_rate_hz}"
        return text if self.channels is None else f"{text}/{self.channels}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDescription:
    """One `m=` section."""

    kind: str
    """`video`, `audio` or `application`."""

    port: int = 0
    """0 in a description over RTSP, where SETUP agrees on ports. Another number makes some clients
    bind it, for every stream the same."""

    port_count: int | None = None
    """How many ports, where written behind a slash."""

    protocol: str = "RTP/AVP"
    """Transport protocol and profile."""

    formats: tuple[str, ...] = ()
    """RTP payload types, in digits, best first."""

    title: str | None = None
    """The `i=` line."""

    connection: str | None = None
    """The `c=` line."""

    attributes: tuple[Attribute, ...] = ()
    """All of them in order, repeated ones too."""

    others: tuple[OtherLine, ...] = ()
    """Lines of all other types."""

    @classmethod
    def for_rtp(
        cls, kind: str, rtpmap: RtpMap, *, fmtp: str | None = None, control: str | None = None
    ) -> MediaDescription:
        """Describe a stream of one payload type, attributes in the order of real devices.

        Args:
            kind: `video`, `audio` or `application`.
            rtpmap: what its payload type stands for.
            fmtp: format parameters, without the payload type before them.
            control: URL of the track, usually relative: `trackID=1`.
        """
        attributes = [Attribute("rtpmap", rtpmap.serialize())]
        if fmtp is not None:
            attributes.append(Attribute("fmtp", f"{rtpmap.payload_type} {fmtp}"))
        if control is not None:
            attributes.append(Attribute("control", control))
        return cls(kind=kind, formats=(str(rtpmap.payload_type),), attributes=tuple(attributes))

    def get(self, name: str) -> str | None:
        """Return the value of the first attribute of that name; empty for one without value."""
        return _first(self.attributes, name)

    def get_all(self, name: str) -> list[str]:
        """Return the values of all attributes of that name."""
        return _all(self.attributes, name)

    @property
    def control(self) -> str | None:
        """URL of the track, usually relative; see `gazewire.wire.rtsp.resolve_control`."""
        return self.get("control")

    @property
    def rtpmap(self) -> RtpMap | None:
        """What the first payload type stands for, or None where that is not said or unreadable."""
        for value in self.get_all("rtpmap"):
            try:
                rtpmap = RtpMap.parse(value)
            except RemoteProtocolError:
                continue
            if str(rtpmap.payload_type) in self.formats[:1]:
                return rtpmap
        return None

    @property
    def fmtp(self) -> str | None:
        """Parameters of the first payload type, without the number; see `gazewire.wire.sdp`."""
        for value in self.get_all("fmtp"):
            payload_type, _, parameters = value.partition(" ")
            if payload_type in self.formats[:1]:
                return parameters.strip(" \t")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDescription:
    """What DESCRIBE answers: a presentation and its streams."""

    origin: str = "- 0 0 IN IP4 0.0.0.0"
    """The `o=` line: user, id, version, network, address type, address."""

    name: str = "-"
    """The `s=` line."""

    information: str | None = None
    """The `i=` line."""

    connection: str | None = None
    """The `c=` line."""

    times: tuple[str, ...] = ("0 0",)
    """The `t=` lines; `0 0` is for ever."""

    attributes: tuple[Attribute, ...] = ()
    """Those before the first media section, in order, repeated ones too."""

    others: tuple[OtherLine, ...] = ()
    """Lines of all other types before the first media section."""

    media: tuple[MediaDescription, ...] = ()
    """The streams, in order."""

    def get(self, name: str) -> str | None:
        """Return the value of the first attribute of that name; empty for one without value."""
        return _first(self.attributes, name)

    def get_all(self, name: str) -> list[str]:
        """Return the values of all attributes of that name."""
        return _all(self.attributes, name)

    @property
    def control(self) -> str | None:
        """URL of the presentation as a whole, where the description names one."""
        return self.get("control")


def _first(attributes: Sequence[Attribute], name: str) -> str | None:
    return next(iter(_all(attributes, name)), None)


def _all(attributes: Sequence[Attribute], name: str) -> list[str]:
    return [attribute.value or "" for attribute in attributes if attribute.name == name]
