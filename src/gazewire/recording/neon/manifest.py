"""The list of a recording's files, with what it takes to see that one was changed."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec

__all__ = ["ManifestEntry", "crc_text", "manifest_entry"]

_CHUNK_BYTES = 1 << 20


class ManifestEntry(msgspec.Struct, frozen=True):
    """One file.

    Attributes:
        name: its name in the folder.
        size: its length in bytes.
        crc: CRC-32 of its content as `crc_text` writes it.
    """

    name: str
    size: int
    crc: str


def crc_text(crc: int) -> str:
    """Write a CRC-32 (of zlib's polynomial) as a manifest has it: hexadecimal, no leading zeros."""
    return f"{crc:x}"


def manifest_entry(path: Path) -> ManifestEntry:
    """Read a file through and describe it.

    Raises:
        OSError: it cannot be read.
    """
    crc = size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
    return ManifestEntry(path.name, size, crc_text(crc))
