"""Format parameters: what `a=fmtp` says about a payload type.

`FormatOptions` reads any of them. `H264Parameters` and `AacParameters` know two formats, read them
from the options, and write them as real devices do.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError

__all__ = ["AacParameters", "FormatOptions", "H264Parameters"]

_PROFILE_LEVEL_ID = re.compile(r"[0-9A-Fa-f]{6}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_NUMBER = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """The options of one format, in order: `name=value;name;...`."""

    options: tuple[tuple[str, str | None], ...]
    """Name and value as written; None where there is no equals sign."""

    @classmethod
    def parse(cls, text: str) -> FormatOptions:
        """Read options parted by semicolons, with or without spaces; any text is some."""
        options: list[tuple[str, str | None]] = []
        for piece in text.split(";"):
            if piece := piece.strip(" \t"):
                name, equals, value = piece.partition("=")
                options.append((name.rstrip(" \t"), value.lstrip(" \t") if equals else None))
        return cls(tuple(options))

    def serialize(self) -> str:
        """Write the options with bare semicolons between them."""
        return ";".join(
            name if value is None else f"{name}={value}" for name, value in self.options
        )

    def get(self, name: str) -> str | None:
        """Return the first value of that name in any case; empty for one without value."""
        wanted = name.lower()
        for written, value in self.options:
            if written.lower() == wanted:
                return value or ""
        return None


@dataclass(frozen=True, slots=True)
class H264Parameters:
    """Parameters of H.264 over RTP, RFC 6184 §8.1."""

    profile_level_id: str | None
    """Bytes 1 to 3 of the SPS in hexadecimal; None where not told."""

    parameter_sets: tuple[bytes, ...] = ()
    """NAL units to decode first, without start codes: the SPS, then the PPS."""

    packetization_mode: int = 1
    """1 allows a NAL unit to be cut in fragments (FU-A); 0 does not."""

    @classmethod
    def for_parameter_sets(cls, sps: bytes, pps: bytes) -> H264Parameters:
        """Describe a stream by the parameter sets of its encoder, NAL units of 4 bytes or more."""
        return cls(sps[1:4].hex(), (sps, pps))

    @classmethod
    def parse(cls, text: str) -> H264Parameters:
        """Read the parameters of a format, in any order.

        Raises:
            RemoteProtocolError: one of those that we know has a value it cannot have.
        """
        options = FormatOptions.parse(text)
        profile_level_id = options.get("profile-level-id")
        if profile_level_id is not None and _PROFILE_LEVEL_ID.fullmatch(profile_level_id) is None:
            raise RemoteProtocolError(
                f"profile-level-id takes six hexadecimal digits, {profile_level_id!r} came"
            )
        encoded = (options.get("sprop-parameter-sets") or "").split(",")
        return cls(
            profile_level_id,
            tuple(_decode_base64(piece) for piece in encoded if piece.strip(" \t")),
            # RFC 6184 §8.1: 0 where absent.
            _number(options, "packetization-mode", 0),
        )

    def serialize(self) -> str:
        """Write the parameters as real devices do: no spaces, and a semicolon at the end."""
        parts = [f"packetization-mode={self.packetization_mode}"]
        if self.profile_level_id is not None:
            parts.append(f"profile-level-id={self.profile_level_id}")
        if self.parameter_sets:
            encoded = (base64.b64encode(nal).decode() for nal in self.parameter_sets)
            parts.append(f"sprop-parameter-sets={','.join(encoded)}")
        return "".join(f"{part};" for part in parts)


@dataclass(frozen=True, slots=True)
class AacParameters:
    """Parameters of AAC over RTP in mode AAC-hbr, RFC 3640 §4.1."""

    config: bytes
    """AudioSpecificConfig (ISO 14496-3), what a decoder must know; hexadecimal 1588 is AAC-LC at
    8 kHz, mono."""

    profile_level_id: int = 15
    """Profile and level of MPEG-4 audio as ISO 14496-3 numbers them; devices write 15."""

    size_length_bits: int = 13
    """Width of the size in an AU header."""

    index_length_bits: int = 3
    """Width of the index in the first AU header of a packet."""

    index_delta_length_bits: int = 3
    """Width of the index difference in each other AU header."""

    @classmethod
    def parse(cls, text: str) -> AacParameters:
        """Read the parameters of a format, in any order.

        Raises:
            RemoteProtocolError: the mode is another, or a value is missing or cannot be.
        """
        options = FormatOptions.parse(text)
        mode = options.get("mode") or ""
        if mode.lower() != "aac-hbr":
            raise RemoteProtocolError(f"AAC in mode AAC-hbr was expected, mode {mode!r} came")
        config = options.get("config") or ""
        if _HEX.fullmatch(config) is None:
            raise RemoteProtocolError(f"config takes bytes in hexadecimal, {config!r} came")
        return cls(
            bytes.fromhex(config),
            _number(options, "profile-level-id", 15),
            # RFC 3640 §4.1: fields that are not named have no bits.
            _number(options, "sizeLength", 0),
            _number(options, "indexLength", 0),
            _number(options, "indexDeltaLength", 0),
        )

    def serialize(self) -> str:
        """Write the parameters as real devices do: spaces, and a semicolon at the end."""
        # streamtype 5 is audio (ISO 14496-1).
        return (
            f"streamtype=5; profile-level-id={self.profile_level_id}; mode=AAC-hbr; "
            f"config={self.config.hex()}; SizeLength={self.size_length_bits}; "
            f"IndexLength={self.index_length_bits}; "
            f"IndexDeltaLength={self.index_delta_length_bits};"
        )


def _number(options: FormatOptions, name: str, default: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if _NUMBER.fullmatch(text) is None:
        raise RemoteProtocolError(f"{name} takes a number, {text!r} came")
    return int(text)


def _decode_base64(text: str) -> bytes:
    # Devices forget the padding at the end.
    text = text.strip(" \t").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise RemoteProtocolError(f"base64 was expected, {text[:100]!r} came") from None
