"""The records of a ``.pldata`` file: pairs of topic and packed map, one after the other.

Each is a MessagePack array of a text and a binary, ``92 <text> <binary>``. The lengths stand in
front, so that a record whose content is damaged costs no other one; where a length itself is
damaged, reading goes on at the next place that looks like a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gazewire.recording.finding import Findings

__all__ = ["PldataRecord", "read_pldata", "whole_size"]

_PAIR = b"\x92"
# What a record looks like: the pair, a short or an 8-bit text, and in it the letters of a topic.
_START = re.compile(rb"\x92(?:[\xa1-\xbf]|\xd9.)[A-Za-z_.]", re.DOTALL)
_FIXED_TEXT = range(0xA0, 0xC0)
# How many bytes tell the length, by what stands before them: texts, then binaries.
_TEXT = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_BINARY = {0xC4: 1, 0xC5: 2, 0xC6: 4}


@dataclass(frozen=True, slots=True)
class PldataRecord:
    """One record.

    Attributes:
        offset: where it begins in the file.
        topic: of the bus.
        payload: MessagePack of a map.
    """

    offset: int
    topic: str
    payload: bytes


def read_pldata(content: bytes, file: str, findings: Findings) -> Iterator[PldataRecord]:
    """Give the records of a file that are whole.

    Args:
        content: of the file.
        file: its name, for the findings.
        findings: what is left out is told here.
    """
    offset = 0
    while offset < len(content):
        found = _record(content, offset)
        if found is not None:
            record, offset = found
            yield record
            continue
        start = _resume(content, offset + 1)
        if start is None:
            said = f"the last {len(content) - offset} bytes are no whole record"
            findings.add(file, offset, said)
            return
        findings.add(file, offset, f"{start - offset} bytes are no record")
        offset = start


def whole_size(content: bytes) -> int:
    """Tell where the last whole record ends."""
    end = 0
    for record in read_pldata(content, "", Findings()):
        found = _record(content, record.offset)
        end = end if found is None else found[1]
    return end


def _record(content: bytes, offset: int) -> tuple[PldataRecord, int] | None:
    # The record that begins here, and where it ends.
    if content[offset : offset + 1] != _PAIR:
        return None
    topic = _piece(content, offset + 1, _TEXT)
    if topic is None:
        return None
    payload = _piece(content, topic[1], _BINARY)
    if payload is None:
        return None
    text = content[topic[0] : topic[1]]
    if not text or not text.isascii():
        return None
    record = PldataRecord(offset, text.decode("ascii"), content[payload[0] : payload[1]])
    return record, payload[1]


def _piece(content: bytes, offset: int, widths: dict[int, int]) -> tuple[int, int] | None:
    # Where a text or a binary begins and ends.
    if offset >= len(content):
        return None
    kind = content[offset]
    if kind in _FIXED_TEXT and widths is _TEXT:
        start, length = offset + 1, kind - _FIXED_TEXT.start
    elif kind in widths:
        start = offset + 1 + widths[kind]
        length = int.from_bytes(content[offset + 1 : start], "big")
    else:
        return None
    return (start, start + length) if start + length <= len(content) else None


def _resume(content: bytes, offset: int) -> int | None:
    for match in _START.finditer(content, offset):
        if _record(content, match.start()) is not None:
            return match.start()
    return None
