"""The `RTP-Info` header, RFC 2326 §12.33: where each track's packets begin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp.headers.quoting import unquoted

__all__ = ["RtpInfo"]

# A comma parts two tracks only where the next one begins behind it, because URLs may hold commas.
_BETWEEN_TRACKS = re.compile(r",[ \t]*(?=url[ \t]*=)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class RtpInfo:
    """The first packet that belongs to a PLAY, for one track."""

    url: str
    """The track's URL, as it was set up."""

    sequence: int | None = None
    """Sequence number of that packet, unsigned 16-bit."""

    rtptime: int | None = None
    """RTP timestamp that the start of the range has, unsigned 32-bit."""

    @classmethod
    def parse(cls, text: str) -> RtpInfo:
        """Read the piece of one track: `url=...;seq=...;rtptime=...`; others are left out.

        Raises:
            RemoteProtocolError: there is no URL, or a number does not fit its field.
        """
        values: dict[str, str] = {}
        for piece in text.split(";"):
            name, _, value = piece.partition("=")
            values[name.strip(" \t").lower()] = unquoted(value)
        if not (url := values.get("url")):
            raise RemoteProtocolError(f"the URL of a track was expected, {text!r} came")
        return cls(
            url,
            _number("seq", values.get("seq"), 0xFFFF),
            _number("rtptime", values.get("rtptime"), 0xFFFF_FFFF),
        )

    @classmethod
    def parse_all(cls, text: str) -> tuple[RtpInfo, ...]:
        """Read the pieces of all tracks.

        Raises:
            RemoteProtocolError: as `parse`, for any of them.
        """
        return tuple(cls.parse(piece) for piece in _BETWEEN_TRACKS.split(text))

    def serialize(self) -> str:
        """Write the piece of this track."""
        text = f"url={self.url}"
        if self.sequence is not None:
            text += f";seq={self.sequence}"
        if self.rtptime is not None:
            text += f";rtptime={self.rtptime}"
        return text

    @staticmethod
    def serialize_all(tracks: Iterable[RtpInfo]) -> str:
        """Write the pieces of several tracks into one header."""
        return ",".join(track.serialize() for track in tracks)


def _number(name: str, value: str | None, largest: int) -> int | None:
    if value is None:
        return None
    if _NUMBER.fullmatch(value) is None or int(value) > largest:
        raise RemoteProtocolError(f"{name} is a number up to {largest}, {value!r} came")
    return int(value)
