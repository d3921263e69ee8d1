"""Messages of the bus: a topic, a map, and raw frames such as images.

    frame 1    topic, UTF-8
    frame 2    one MessagePack map
    frame 3…   raw bytes, told by their presence alone

In memory the raw frames of a decoded map stand under the key ``__raw_data__``, on both sides; the
key never travels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import msgspec

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.ipc.map_codec import decode_map, encode_map, encode_struct

__all__ = [
    "MAX_EXTRA_FRAMES",
    "MAX_MESSAGE_BYTES",
    "MAX_TOPIC_BYTES",
    "RAW_DATA_KEY",
    "Message",
]

RAW_DATA_KEY = "__raw_data__"
MAX_TOPIC_BYTES = 64 * 1024
MAX_EXTRA_FRAMES = 64
MAX_MESSAGE_BYTES = 256 * 1024 * 1024
"""All frames together: a picture of 8K in full colour fits twice."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the bus.

    Attributes:
        topic: by whose beginning it is subscribed to.
        payload: one MessagePack map, not looked into.
        extra: raw frames; not copied.
    """

    topic: str
    payload: bytes | memoryview
    extra: tuple[bytes | memoryview, ...] = ()

    @classmethod
    def parse(cls, frames: Sequence[bytes | memoryview]) -> Self:
        """Read the frames of a message. The map is not decoded.

        Raises:
            RemoteProtocolError: there are too few frames or too many, the topic is not UTF-8, or
                something is larger than it may be.
        """
        if not 2 <= len(frames) <= 2 + MAX_EXTRA_FRAMES:
            raise RemoteProtocolError(
                f"a message has 2 to {2 + MAX_EXTRA_FRAMES} frames, not {len(frames)}"
            )
        topic, payload, *extra = frames
        size = sum(map(len, frames))
        if len(topic) > MAX_TOPIC_BYTES or size > MAX_MESSAGE_BYTES:
            raise RemoteProtocolError(
                f"a topic of {len(topic)} bytes in a message of {size} is too large"
            )
        try:
            return cls(str(topic, "utf-8"), payload, tuple(extra))
        except UnicodeDecodeError as error:
            raise RemoteProtocolError(f"a topic is UTF-8, not {bytes(topic[:80])!r}") from error

    @classmethod
    def from_struct(
        cls, topic: str, struct: msgspec.Struct, extra: Sequence[bytes | memoryview] = ()
    ) -> Self:
        """Make a message of one of the records of `gazewire.wire.ipc`."""
        return cls(topic, encode_struct(struct), tuple(extra))

    @classmethod
    def from_map(cls, topic: str, fields: Mapping[str, object]) -> Self:
        """Make a message of a map; what is under ``__raw_data__`` becomes the raw frames.

        Raises:
            LocalProtocolError: the map cannot travel, or its raw data is not a list of buffers.
        """
        extra = fields.get(RAW_DATA_KEY, ())
        if not isinstance(extra, list | tuple) or not all(
            isinstance(frame, bytes | bytearray | memoryview) for frame in extra
        ):
            raise LocalProtocolError(f"{RAW_DATA_KEY} is a list of buffers, not {extra!r:.80}")
        rest = {key: value for key, value in fields.items() if key != RAW_DATA_KEY}
        return cls(topic, encode_map(rest), tuple(extra))

    def serialize(self) -> list[bytes | memoryview]:
        """Write the frames."""
        return [self.topic.encode(), self.payload, *self.extra]

    def map(self) -> dict[str, object]:
        """Decode the map; raw frames, where there are any, are under ``__raw_data__`` as a tuple.

        Raises:
            RemoteProtocolError: it is not one whole map with text keys.
        """
        fields = decode_map(self.payload)
        fields.pop(RAW_DATA_KEY, None)
        if self.extra:
            fields[RAW_DATA_KEY] = self.extra
        return fields
