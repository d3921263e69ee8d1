"""The maps of the bus in MessagePack: what may stand in one, and what is made of others' habits.

What we write has text for keys, ``str`` for text, ``bin`` for bytes, and a 64-bit float for every
real number: readers in C# cast what they find to ``double`` and fail on anything else.

What we read may be older. Before MessagePack knew text from bytes, both were ``raw``, which is read
as ``str`` today: one that is not UTF-8 is bytes. Python 2 packed its text as ``bin`` where it was
asked to tell the two apart: where keys are ``bin``, values of ``bin`` that are UTF-8 are text too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = [
    "MAX_DEPTH",
    "MAX_MAP_BYTES",
    "decode_map",
    "decode_struct",
    "encode_map",
    "encode_struct",
    "find_fault",
]

MAX_MAP_BYTES = 16 * 1024 * 1024
"""Largest map that is read; the data of a calibration of twenty minutes fit."""

MAX_DEPTH = 64
"""How many lists and maps may lie within one another."""

# Maps in old manners are taken apart piece by piece, which costs more. They are small.
_MAX_OLD_MAP_BYTES = 256 * 1024
_MAX_OLD_DEPTH = 32

S = TypeVar("S", bound=msgspec.Struct)

_MAP_DECODER = msgspec.msgpack.Decoder(dict[str, object])
_RAW_DECODER = msgspec.msgpack.Decoder(msgspec.Raw)
# Any: the keys of old senders are text or bytes, a union that msgspec cannot tell apart by type.
_RAW_MAP_DECODER = msgspec.msgpack.Decoder(dict[Any, msgspec.Raw])
_RAW_LIST_DECODER = msgspec.msgpack.Decoder(list[msgspec.Raw])
_VALUE_DECODER = msgspec.msgpack.Decoder()


def _plain_number(value: object) -> object:
    # Numbers of other libraries that are numbers of Python too, such as NumPy's float64.
    for kind in (float, int, str):
        if isinstance(value, kind):
            return kind(value)
    raise NotImplementedError


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain_number)


def encode_struct(struct: msgspec.Struct) -> bytes:
    """Write one of the records of `gazewire.wire.ipc`."""
    return _ENCODER.encode(struct)


def decode_struct(payload: bytes | memoryview, decoder: msgspec.msgpack.Decoder[S]) -> S:
    """Read a map into a record. Keys that the record does not know are skipped.

    Args:
        payload: one MessagePack map.
        decoder: of the record.

    Raises:
        RemoteProtocolError: the map lacks a key, has a value of another type, or is none.
    """
    _check_size(payload)
    try:
        return decoder.decode(payload)
    except (ValueError, RecursionError) as error:
        failure = error
    try:
        old = _decode_old_map(payload)
        return msgspec.convert(old, decoder.type)
    except (ValueError, RecursionError):
        # The first failure tells more: there it was taken for what it should be.
        raise RemoteProtocolError(f"not such a map: {failure}") from failure


def encode_map(fields: Mapping[str, object]) -> bytes:
    """Write a map that no record describes.

    Raises:
        LocalProtocolError: a key is not text, or a value is of no kind that the bus knows.
    """
    if fault := find_fault(fields):
        raise LocalProtocolError(f"the bus cannot carry this map: {fault}")
    try:
        return _ENCODER.encode(fields)
    except (TypeError, ValueError, OverflowError) as error:
        raise LocalProtocolError(f"the bus cannot carry this map: {error}") from error


def decode_map(payload: bytes | memoryview) -> dict[str, object]:
    """Read a map that no record describes.

    The keys are text. Values are None, bool, int, float, str, bytes, lists and maps; what a map
    within the map has for keys is not checked: see `find_fault`.

    Raises:
        RemoteProtocolError: it is not one whole map with text keys.
    """
    _check_size(payload)
    try:
        return _MAP_DECODER.decode(payload)
    except (ValueError, RecursionError) as error:
        failure = error
    try:
        return _decode_old_map(payload)
    except (ValueError, RecursionError):
        raise RemoteProtocolError(f"not a map with text keys: {failure}") from failure


def find_fault(value: object, *, depth: int = MAX_DEPTH) -> str | None:
    """Tell what in a value the bus cannot carry, and where.

    It carries None, bool, int, float, text, bytes, and lists and maps of them with text keys, no
    more than `depth` of them within one another.

    Returns:
        None where there is nothing wrong.
    """
    match value:
        case None | bool() | int() | float() | str() | bytes() | bytearray() | memoryview():
            return None
        case list() | tuple() | Mapping() if not depth:
            return " is nested too deeply"
        case list() | tuple():
            for index, item in enumerate(value):
                if fault := find_fault(item, depth=depth - 1):
                    return f"[{index}]{fault}"
            return None
        case Mapping():
            for key, item in value.items():
                if not isinstance(key, str):
                    return f" has a key that is a {type(key).__name__}"
                if fault := find_fault(item, depth=depth - 1):
                    return f".{key:.80}{fault}"
            return None
    return f" is a {type(value).__name__}"


def _check_size(payload: bytes | memoryview) -> None:
    if len(payload) > MAX_MAP_BYTES:
        raise RemoteProtocolError(f"a map has at most {MAX_MAP_BYTES} bytes, not {len(payload)}")


def _decode_old_map(payload: bytes | memoryview) -> dict[str, object]:
    if len(payload) > _MAX_OLD_MAP_BYTES:
        raise ValueError("too large for an old sender")
    value = _decode_old(_RAW_DECODER.decode(payload), _MAX_OLD_DEPTH, bytes_are_text=False)
    if not isinstance(value, dict):
        raise ValueError("not a map")
    return value


def _decode_old(raw: msgspec.Raw, depth: int, *, bytes_are_text: bool) -> object:
    """Read one value by the habits of old senders."""
    if not depth:
        raise ValueError("nested too deeply")
    first = memoryview(raw)[0]
    if _is_map(first):
        items = _RAW_MAP_DECODER.decode(raw)
        bytes_are_text = bytes_are_text or any(isinstance(key, bytes) for key in items)
        return {
            _text_key(key): _decode_old(item, depth - 1, bytes_are_text=bytes_are_text)
            for key, item in items.items()
        }
    if _is_list(first):
        return [
            _decode_old(item, depth - 1, bytes_are_text=bytes_are_text)
            for item in _RAW_LIST_DECODER.decode(raw)
        ]
    try:
        value: object = _VALUE_DECODER.decode(raw)
    except UnicodeDecodeError:
        return _content_of_raw(bytes(raw))
    if bytes_are_text and isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return value


def _text_key(key: object) -> str:
    if isinstance(key, bytes):
        return key.decode()
    if isinstance(key, str):
        return key
    raise ValueError(f"a key is text, not {key!r}")


def _is_map(first: int) -> bool:
    return first & 0xF0 == 0x80 or first in {0xDE, 0xDF}


def _is_list(first: int) -> bool:
    return first & 0xF0 == 0x90 or first in {0xDC, 0xDD}


def _content_of_raw(packed: bytes) -> bytes:
    """Take the header off a value of the ``str`` family."""
    header = {0xD9: 2, 0xDA: 3, 0xDB: 5}.get(packed[0], 1)
    return packed[header:]
