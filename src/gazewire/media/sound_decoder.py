"""AAC access units to sound, as they come from a network."""

from __future__ import annotations

from fractions import Fraction

import av
from av.codec.context import ThreadType

from gazewire.media.decoded import Sound
from gazewire.model import AudioAccessUnit

__all__ = ["SoundDecoder"]

_NS = Fraction(1, 1_000_000_000)


class SoundDecoder:
    """Decodes a live stream of access units, each at once.

    Joined in the middle, or after a loss, the first samples are not yet clean: each access unit
    needs the one before it.

    Attributes:
        undecodable: access units that gave no sound because they are broken.
    """

    def __init__(self, config: bytes) -> None:
        """Open the decoder.

        Args:
            config: AudioSpecificConfig, as the description of the stream has it.
        """
        self.undecodable = 0
        self._codec = av.CodecContext.create("aac", "r")
        self._codec.thread_type = ThreadType.NONE
        self._codec.extradata = config

    def decode(self, unit: AudioAccessUnit) -> list[Sound]:
        """Decode one access unit; it takes a tenth of a millisecond.

        Returns:
            Its sound, with its timestamp; nothing where it is broken.
        """
        packet = av.Packet(unit.data)
        packet.pts = unit.timestamp_unix_ns
        packet.time_base = _NS
        try:
            frames = self._codec.decode(packet)
        except av.FFmpegError:
            frames = []
        # One access unit is one frame: the decoder has no delay of its own.
        if len(frames) != 1 or frames[0].is_corrupt:
            self.undecodable += 1
            return []
        return [Sound(unit.timestamp_unix_ns, frames[0])]
