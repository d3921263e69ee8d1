"""How much of a fragmented MP4 file is whole, wherever the writing of it was cut off.

Only the headers of boxes are read (ISO/IEC 14496-12 §4.2), and of the small ones that describe a
fragment the counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

__all__ = ["WholeFragments", "is_torn", "media_data", "movie_kind", "whole_fragments"]

_HEADER_BYTES = 8
_LONG_HEADER_BYTES = 16
# After the header of a track run: version and flags, then the count of samples (§8.8.8.2). In the
# header of a track fragment, its number stands in the same place (§8.8.7.2).
_RUN_COUNT = slice(_HEADER_BYTES + 4, _HEADER_BYTES + 8)
_FIRST_TRACK = 1


@dataclass(frozen=True, slots=True)
class WholeFragments:
    """What a player can use.

    Attributes:
        size_bytes: where the last whole fragment ends; what follows is of no use.
        samples: how many of the first track, the pictures, the whole fragments hold.
    """

    size_bytes: int
    samples: int


def whole_fragments(path: Path) -> WholeFragments | None:
    """Find the whole fragments of a file: each a complete ``moof`` box and its ``mdat``.

    Returns:
        What there is, or None where no fragment is whole.

    Raises:
        OSError: the file cannot be read.
    """
    whole: WholeFragments | None = None
    samples = 0
    announced: int | None = None
    with path.open("rb") as file:
        for kind, start, end in _boxes(file, 0, file.seek(0, os.SEEK_END)):
            if kind == b"moof":
                announced = _samples(file, start, end)
            elif kind == b"mdat" and announced is not None:
                samples += announced
                announced = None
                whole = WholeFragments(end, samples) if samples else None
    return whole


def is_torn(path: Path) -> bool:
    """Tell whether a file ends within a box, or between a ``moof`` and its ``mdat``.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size_bytes = file.seek(0, os.SEEK_END)
        last, reached = b"", 0
        for kind, _, end in _boxes(file, 0, size_bytes):
            last, reached = kind, end
    return reached < size_bytes or last == b"moof"


def movie_kind(path: Path) -> Literal["final", "fragmented", "unfinished"]:
    """Tell how an MP4 file was left, by its ``moov`` box (§8.2.1), which is its table of contents.

    Returns:
        ``final`` where it has one for the whole file, ``fragmented`` where the table is spread over
        the file (§8.8), ``unfinished`` where there is none, or not all of it.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        for kind, start, end in _boxes(file, 0, file.seek(0, os.SEEK_END)):
            if kind == b"moov":
                inner = _boxes(file, start + _HEADER_BYTES, end)
                is_fragmented = any(name == b"mvex" for name, _, _ in inner)
                return "fragmented" if is_fragmented else "final"
    return "unfinished"


def media_data(path: Path) -> tuple[int, int] | None:
    """Find the content of the first ``mdat`` box (§8.1.1), also of one that breaks off.

    Returns:
        Where it begins and ends in the file, or None where there is no such box.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size_bytes = file.seek(0, os.SEEK_END)
        start = 0
        for kind, begin, end in _boxes(file, 0, size_bytes):
            if kind == b"mdat" and end - begin > _LONG_HEADER_BYTES:
                return _content(file, begin), end
            start = end
        # What follows is a box that was never completed.
        file.seek(start)
        header = file.read(_LONG_HEADER_BYTES)
        return (_content(file, start), size_bytes) if header[4:8] == b"mdat" else None


def _content(file: BinaryIO, start: int) -> int:
    file.seek(start)
    is_long = int.from_bytes(file.read(4), "big") == 1
    return start + (_LONG_HEADER_BYTES if is_long else _HEADER_BYTES)


def _samples(file: BinaryIO, start: int, end: int) -> int:
    count = 0
    for track, track_start, track_end in _boxes(file, start + _HEADER_BYTES, end):
        if track != b"traf":
            continue
        number = _FIRST_TRACK
        for kind, box_start, _ in _boxes(file, track_start + _HEADER_BYTES, track_end):
            file.seek(box_start)
            told = int.from_bytes(file.read(_RUN_COUNT.stop)[_RUN_COUNT], "big")
            if kind == b"tfhd":
                number = told
            elif kind == b"trun" and number == _FIRST_TRACK:
                count += told
    return count


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Walk over the complete boxes between two offsets: kind, offset, offset behind it."""
    while start + _HEADER_BYTES <= end:
        file.seek(start)
        header = file.read(_LONG_HEADER_BYTES)
        kind, size = header[4:8], int.from_bytes(header[:4], "big")
        least = _HEADER_BYTES
        if size == 1:  # the size stands behind the kind, in 64 bits
            least, size = _LONG_HEADER_BYTES, int.from_bytes(header[8:], "big")
        elif size == 0:  # up to the end of the file
            size = end - start
        if size < least or start + size > end:
            return
        yield kind, start, start + size
        start += size
