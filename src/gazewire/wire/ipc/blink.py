"""Blinks on the bus: topic ``blinks``, one message for every sample over the threshold."""

from __future__ import annotations

from typing import Literal, Self

import msgspec

from gazewire.model import BlinkResponse
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import decode_struct
from gazewire.wire.ipc.pupil import WirePupil2d
from gazewire.wire.ipc.quantity import instant
from gazewire.wire.ipc.topic import BLINKS_TOPIC

__all__ = ["WireBlink", "decode_blink"]


class WireBlink(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of a filter's response.

    Attributes:
        topic: ``blinks``.
        type: the lids close or open.
        confidence: 0 to 1.
        base_data: whole maps of the 2-D pupils in the filter's window, both eyes mixed.
        timestamp: Core seconds of the middle of the window.
        record: true.
    """

    topic: str
    type: Literal["onset", "offset"]
    confidence: float
    base_data: tuple[WirePupil2d, ...]
    timestamp: float
    record: bool = True

    @classmethod
    def from_response(cls, response: BlinkResponse, timebase: TimeBase) -> Self:
        """Make it of our record.

        Raises:
            LocalProtocolError: a pupil is not 2-D.
        """
        return cls(
            topic=BLINKS_TOPIC,
            type=response.kind,
            confidence=float(response.confidence),
            base_data=tuple(WirePupil2d.from_datum(pupil, timebase) for pupil in response.base),
            timestamp=timebase.core_s(response.timestamp_unix_ns),
        )

    def response(self, timebase: TimeBase) -> BlinkResponse:
        """Our record of it.

        Raises:
            RemoteProtocolError: a time is not finite, or a pupil cannot be.
        """
        return BlinkResponse(
            kind=self.type,
            timestamp_unix_ns=instant(self.timestamp, timebase),
            confidence=self.confidence,
            base=tuple(pupil.datum(timebase) for pupil in self.base_data),
        )


_DECODER = msgspec.msgpack.Decoder(WireBlink)


def decode_blink(payload: bytes | memoryview) -> WireBlink:
    """Read the map of a filter's response.

    Raises:
        RemoteProtocolError: a key is missing or of another type.
    """
    return decode_struct(payload, _DECODER)
