"""MessagePack under the names that published scripts call it by: ``serializer.dumps`` and others.

Options of the library that they were written for are taken and change nothing: text is text here,
and bytes are bytes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.wire.ipc import decode_map

__all__ = ["dumps", "loads", "packb", "unpackb"]


# Any, here: MessagePack carries values of many kinds, and the options are another library's.
def dumps(value: Any, **_options: Any) -> bytes:
    """Pack a value.

    Raises:
        TypeError: it is of a kind that MessagePack does not know.
    """
    return msgspec.msgpack.encode(value)


def loads(packed: bytes | memoryview, **_options: Any) -> Any:
    """Unpack a value, also one that an old sender has packed.

    Raises:
        ValueError: that is no MessagePack.
    """
    try:
        return decode_map(packed)
    except RemoteProtocolError:
        return msgspec.msgpack.decode(packed)


packb = dumps
unpackb = loads
