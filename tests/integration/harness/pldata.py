"""What Core programs store, read by its bytes and by nothing of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

__all__ = ["read_pairs"]


def read_pairs(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Read all pairs of topic and map, and be sure that the file ends with the last of them."""
    data = path.read_bytes()
    pairs: list[tuple[str, dict[str, Any]]] = []
    at = 0
    while at < len(data):
        assert data[at] == 0x92, f"no array of two at byte {at} of {path}"
        topic, at = _take(data, at + 1)
        payload, at = _take(data, at)
        pairs.append((topic.decode(), msgspec.msgpack.decode(payload)))
    assert at == len(data), f"{path} ends within a pair"
    return pairs


def _take(data: bytes, at: int) -> tuple[bytes, int]:
    """Read a text or a byte string (MessagePack), and where the next value begins."""
    kind = data[at]
    if 0xA0 <= kind <= 0xBF:
        size, begin = kind & 0x1F, at + 1
    else:
        width = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4}[kind]
        begin = at + 1 + width
        size = int.from_bytes(data[at + 1 : begin], "big")
    return data[begin : begin + size], begin + size
