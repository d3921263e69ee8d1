"""Sound as a microphone gave it, and as it is coded."""

from __future__ import annotations

import msgspec

__all__ = ["AudioAccessUnit", "AudioChunk"]


class AudioChunk(msgspec.Struct, frozen=True, kw_only=True):
    """A short stretch of sound.

    Attributes:
        index: counts the microphone's chunks from 0; a gap means that chunks were lost.
        timestamp_unix_ns: instant of the first sample; the others follow at the sample rate.
        sample_rate_hz: samples a second in each channel.
        channels: 1 or more.
        samples: signed 16-bit integers, little-endian, the channels of one instant side by side.
            Whoever made the chunk does not change them afterwards, so that readers may keep them.
    """

    index: int
    timestamp_unix_ns: int
    sample_rate_hz: int
    channels: int
    samples: memoryview | bytes


class AudioAccessUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One coded stretch of sound of an AAC stream, 1024 samples a channel.

    Attributes:
        timestamp_unix_ns: instant of the first sample that a decoder gives out when it is given
            this access unit. An encoder that begins therefore starts with one access unit of before
            its first sample: decoders need it to get the next one right.
        data: for the decoder.
    """

    timestamp_unix_ns: int
    data: bytes
