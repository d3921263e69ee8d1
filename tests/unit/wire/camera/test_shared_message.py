from __future__ import annotations

import msgspec
import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.camera import FrameHeader, SharedPlace, parse_shared, shared_message

HEADER = FrameHeader(
    id="7-synthetic", index=3, exposure_unix_ns=1_795, pixel_format="gray", shape=(3, 4)
)
PLACE = SharedPlace(pid=7, descriptor=9, token=bytes(range(16)), slot=1, generation=4, offset=8192)


def changed(**fields: object) -> bytes:
    return msgspec.msgpack.encode(msgspec.to_builtins(PLACE, builtin_types=(bytes,)) | fields)


def test_what_is_written_is_read() -> None:
    parts = shared_message(HEADER, PLACE)
    assert parts[0] == b"shared"
    assert parse_shared(parts) == (HEADER, PLACE)


@pytest.mark.parametrize(
    "parts",
    [
        [b"shared"],
        [b"frame", *shared_message(HEADER, PLACE)[1:]],
        [b"shared", b"", changed()],
        [b"shared", msgspec.msgpack.encode(HEADER), b"\xc1"],
        [b"shared", msgspec.msgpack.encode(HEADER), changed(generation=3)],
        [b"shared", msgspec.msgpack.encode(HEADER), changed(slot=-1)],
        [b"shared", msgspec.msgpack.encode(HEADER), changed(token=b"short")],
        [b"shared", msgspec.msgpack.encode(HEADER), changed(offset=(1 << 63) - 1)],
        [
            b"shared",
            msgspec.msgpack.encode(msgspec.structs.replace(HEADER, shape=(3, 0))),
            changed(),
        ],
    ],
)
def test_garbage_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_shared(parts)
