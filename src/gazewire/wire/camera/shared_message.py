"""An image in memory that programs of one machine share: the message tells where it lies.

The topic ``shared``; the header of a frame; a MessagePack map, the place. The pixels are in a piece
of memory without a name, which a program has open and others of the machine find under
``/proc/PID/fd/DESCRIPTOR``:

    bytes  0-15     a token, by which it is known to be the right one
    byte  64-       generations of its slots, 64 bits each, in the machine's order
    byte  offset-   the pixels

A slot's generation is odd while somebody writes there, and grows by 2 with each image. Whoever
finds it as the place tells, also after the pixels were used, has used the right ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import msgspec

from gazewire.errors import RemoteProtocolError
from gazewire.wire.camera.frame_message import FrameHeader
from gazewire.wire.camera.image_topic import ImageForm

__all__ = ["SharedPlace", "parse_shared", "shared_message"]

_Natural = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class SharedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where an image lies.

    Attributes:
        pid: of the program that has the memory open.
        descriptor: by which it has.
        token: the first 16 bytes of the memory.
        slot: of the image.
        generation: of the slot while the image is there; even.
        offset: of the first pixel, in bytes.
    """

    pid: _Natural
    descriptor: _Natural
    token: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    slot: _Natural
    generation: _Natural
    offset: _Natural


def shared_message(header: FrameHeader, place: SharedPlace) -> list[bytes]:
    """Make the parts of a message."""
    return [
        ImageForm.SHARED.prefix,
        msgspec.msgpack.encode(header),
        msgspec.msgpack.encode(place),
    ]


def parse_shared(parts: Sequence[bytes | memoryview]) -> tuple[FrameHeader, SharedPlace]:
    """Read a message.

    Raises:
        RemoteProtocolError: that is no such message.
    """
    if len(parts) != 3 or parts[0] != ImageForm.SHARED.prefix:
        raise RemoteProtocolError("a shared image has three parts, of which the first is shared")
    try:
        header = _HEADER.decode(parts[1])
        place = _PLACE.decode(parts[2])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RemoteProtocolError(f"what tells of a shared image is wrong: {error}") from error
    dimensions = 3 if header.pixel_format == "bgr24" else 2
    if len(header.shape) != dimensions or min(header.shape) < 1 or place.generation % 2:
        raise RemoteProtocolError("what tells of a shared image cannot be")
    if place.offset + math.prod(header.shape) >= 1 << 63:
        raise RemoteProtocolError("a shared image is larger than any memory")
    return header, place


_HEADER = msgspec.msgpack.Decoder(FrameHeader)
_PLACE = msgspec.msgpack.Decoder(SharedPlace)
