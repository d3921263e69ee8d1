"""The pictures of an MP4 file that never got its table of contents.

Such a file holds coded pictures one after the other, and nothing that says where they begin. Of
H.264 each unit has its length in front (ISO/IEC 14496-15 §5.3.3); what is missing are the parameter
sets, which a camera never changes, so that another file of the same camera has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gazewire.model import AccessUnit
from gazewire.recording.fragments import media_data

__all__ = ["parameter_sets_of", "salvaged_units"]

_LENGTH_BYTES = 4
_SLICE, _KEY_SLICE, _SPS, _PPS = 1, 5, 7, 8
_PLAUSIBLE_TYPES = frozenset(range(1, 13))
# A unit that is longer is none, but garbage read as a length.
_LONGEST_UNIT = 1 << 24
_CONFIGURATION = b"avcC"
# Of the configuration record, up to the number of sequence parameter sets (§5.3.3.1.2).
_CONFIGURATION_HEAD_BYTES = 5
# How much of a file is searched for the record: it stands in a table of contents.
_SEARCHED_BYTES = 1 << 26


def parameter_sets_of(path: Path) -> tuple[bytes, bytes] | None:
    """Find the sequence and picture parameter set in the table of contents of an MP4 file.

    Returns:
        The first of each, or None where the file has none, or is not H.264.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_SEARCHED_BYTES)
        file.seek(max(0, path.stat().st_size - _SEARCHED_BYTES))
        for content in (head, file.read()):
            at = content.find(_CONFIGURATION)
            while at >= 0:
                found = _parse_configuration(content[at + len(_CONFIGURATION) :][:4096])
                if found is not None:
                    return found
                at = content.find(_CONFIGURATION, at + 1)
    return None


def salvaged_units(path: Path, times_unix_ns: Sequence[int]) -> Iterator[AccessUnit]:
    """Give the coded pictures in a file without table of contents.

    What is no unit of H.264, such as sound that lies between, ends it. There are none where the
    first picture is no key frame: nothing could be decoded.

    Args:
        path: the file.
        times_unix_ns: an instant for each picture; pictures beyond have none and are left out.

    Raises:
        OSError: the file cannot be read.
    """
    # Of pictures and instants, what is left over has no partner.
    for number, (units, at) in enumerate(zip(_pictures(path), times_unix_ns, strict=False)):
        is_key = any(unit[0] & 0x1F == _KEY_SLICE for unit in units)
        if number == 0 and not is_key:
            return
        yield AccessUnit(timestamp_unix_ns=at, nal_units=tuple(units), is_keyframe=is_key)


def _pictures(path: Path) -> Iterator[list[bytes]]:
    # The units of one picture, with what stands in front of it.
    units: list[bytes] = []
    for unit in _units(path):
        is_slice = unit[0] & 0x1F in {_SLICE, _KEY_SLICE}
        # The first slice of a picture begins with macroblock 0, which is coded as a single one bit.
        begins = (is_slice and len(unit) > 1 and bool(unit[1] & 0x80)) or not is_slice
        has_picture = any(other[0] & 0x1F in {_SLICE, _KEY_SLICE} for other in units)
        if begins and has_picture:
            yield units
            units = []
        units.append(unit)
    if any(unit[0] & 0x1F in {_SLICE, _KEY_SLICE} for unit in units):
        yield units


def _units(path: Path) -> Iterator[bytes]:
    span = media_data(path)
    if span is None:
        return
    offset, end = span
    with path.open("rb") as file:
        file.seek(offset)
        while offset + _LENGTH_BYTES < end:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
            offset += _LENGTH_BYTES + length
            if not 0 < length <= _LONGEST_UNIT or offset > end:
                return
            unit = file.read(length)
            if unit[0] & 0x80 or unit[0] & 0x1F not in _PLAUSIBLE_TYPES:
                return
            yield unit


def _parse_configuration(record: bytes) -> tuple[bytes, bytes] | None:
    if len(record) < _CONFIGURATION_HEAD_BYTES + 3 or record[0] != 1:
        return None
    found = []
    offset = _CONFIGURATION_HEAD_BYTES
    for kind in (_SPS, _PPS):
        count = record[offset] & 0x1F if offset < len(record) else 0
        offset += 1
        first: bytes | None = None
        for _ in range(count):
            length = int.from_bytes(record[offset : offset + 2], "big")
            piece = record[offset + 2 : offset + 2 + length]
            offset += 2 + length
            if first is None and len(piece) == length and piece and piece[0] & 0x1F == kind:
                first = piece
        if first is None:
            return None
        found.append(first)
    return found[0], found[1]
