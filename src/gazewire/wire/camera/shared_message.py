"""Images in memory that programs of one machine share: how they meet, and what lies where.

Whoever subscribes to ``shared`` is sent an invitation: the topic, and the name of a socket of this
machine. On that socket comes the memory, as an open file beside 8 bytes, which are the number of
the first image in it that is new; and then a byte whenever there is an image. When images are of
another size, another memory comes. In it, all numbers being of 64 bits in the machine's order:

    byte   0   ``GAZEWIRE``
    byte   8   1, the version of all this
    byte  16   slots
    byte  24   where the pixels of the first slot are
    byte  32   from there to those of the next slot
    byte  40   images so far; the last of them is in the slot (images - 1) modulo slots
    byte 4096 + 1024 * slot   generation; length; the header of the frame, in MessagePack

A slot's generation is odd while somebody writes there, and 2 times the number of the slot's images
when one is there. Whoever finds the same one before and after has read one image, and all of it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError
from gazewire.wire.camera.image_topic import ImageForm

__all__ = ["SharedLayout", "invitation", "parse_invitation"]

_MAGIC = b"GAZEWIRE"
_VERSION = 1
_HEAD = struct.Struct("=8sQQQQ")
_RECORDS_AT = 4096
_RECORD_BYTES = 1024
_PAGE = 4096
_MOST_SLOTS = 1 << 16
# Of a socket's address on Linux, less the byte that makes it abstract.
_LONGEST_NAME = 107


@dataclass(frozen=True, slots=True)
class SharedLayout:
    """What lies where; offsets are in bytes.

    Attributes:
        slots: images that are there at one time.
        first: of the pixels of the first slot.
        stride: from there to those of the next one.
    """

    slots: int
    first: int
    stride: int

    HEAD_BYTES = _HEAD.size
    COUNT_AT = _HEAD.size
    RECORD_BYTES = _RECORD_BYTES
    HEADER_AT = 16
    """In a record, after the generation and the length."""

    @classmethod
    def plan(cls, slots: int, nbytes: int) -> SharedLayout:
        """Lay out so many images of so many bytes."""
        return cls(slots, _pages(_RECORDS_AT + slots * _RECORD_BYTES), _pages(nbytes))

    @property
    def nbytes(self) -> int:
        """Of the memory."""
        return self.first + self.slots * self.stride

    def record(self, slot: int) -> int:
        """Offset of what is known of a slot."""
        return _RECORDS_AT + slot * _RECORD_BYTES

    def pixels(self, slot: int) -> int:
        """Offset of the pixels of a slot."""
        return self.first + slot * self.stride

    def place(self, number: int) -> tuple[int, int]:
        """Slot and generation of an image, numbered from 0."""
        return number % self.slots, 2 * (number // self.slots + 1)

    def serialize(self) -> bytes:
        """Make the head of the memory."""
        return _HEAD.pack(_MAGIC, _VERSION, self.slots, self.first, self.stride)

    @classmethod
    def parse(cls, head: bytes, nbytes: int) -> SharedLayout:
        """Read the head of a memory of so many bytes.

        Raises:
            RemoteProtocolError: that is none.
        """
        if len(head) != _HEAD.size:
            raise RemoteProtocolError("that is no memory with images")
        magic, version, slots, first, stride = _HEAD.unpack(head)
        layout = cls(slots, first, stride)
        if (magic, version) != (_MAGIC, _VERSION):
            raise RemoteProtocolError("that is no memory with images")
        if not 0 < slots <= _MOST_SLOTS or first < layout.record(slots) or layout.nbytes > nbytes:
            raise RemoteProtocolError("a memory with images says of itself what cannot be")
        return layout


def invitation(name: str) -> list[bytes]:
    """Make the parts of an invitation to a socket."""
    return [ImageForm.SHARED.prefix, name.encode("ascii")]


def parse_invitation(parts: Sequence[bytes | memoryview]) -> str:
    """Read an invitation.

    Returns:
        The name of the socket.

    Raises:
        RemoteProtocolError: that is none.
    """
    if len(parts) != 2 or parts[0] != ImageForm.SHARED.prefix:
        raise RemoteProtocolError("an invitation has two parts, of which the first is shared")
    name = bytes(parts[1])
    if not name.isascii() or not name.isalnum() or len(name) > _LONGEST_NAME:
        raise RemoteProtocolError("an invitation is to no socket that could be")
    return name.decode("ascii")


def _pages(nbytes: int) -> int:
    return -(-nbytes // _PAGE) * _PAGE
