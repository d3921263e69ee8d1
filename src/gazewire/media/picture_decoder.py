"""H.264 access units to pictures, as they come from a network."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import av
from av.codec.context import Flags, ThreadType

from gazewire.media.annexb import join
from gazewire.media.decoded import Picture
from gazewire.model import AccessUnit
from gazewire.wire.payload.h264 import NalType, nal_type

__all__ = ["PictureDecoder"]

# As plain numbers, because a member of an enumeration is slow to find.
_PARAMETER_SETS = (int(NalType.SPS), int(NalType.PPS))
_NS = Fraction(1, 1_000_000_000)
# Two for each number of a sequence parameter set that there can be (ITU-T H.264 §7.4.2.1.1). The
# devices have one of each kind.
_MAX_PARAMETER_SETS = 64


class PictureDecoder:
    """Decodes a live stream at once, and gives out no picture that libav had to mend.

    It waits for a key frame at the beginning and after each access unit with an error in it,
    because until then pictures refer to others that are not there. What it cannot see is that
    access units are missing: those after them would be predicted from the wrong pictures. Who
    leaves some out says so by `wait_for_keyframe`; a `Depacketizer` waits for key frames by itself.

    There is one thread, the caller's. More do not help: pictures of these devices have one slice,
    and to decode several pictures at the same time means to hold back some. By measurement a second
    thread changes neither time nor load, at 1600 x 1200 (0.6 ms a picture) and at 384 x 192
    (0.03 ms).

    Attributes:
        undecodable: access units that had an error in them.
        skipped: access units left out while it waited for a key frame.
    """

    def __init__(self, *, parameter_sets: Iterable[bytes] = ()) -> None:
        """Open the decoder.

        Args:
            parameter_sets: sequence and picture parameter sets that the description of the stream
                has. Those in access units are used too, and the newest count.
        """
        self.undecodable = 0
        self.skipped = 0
        self._waits_for_keyframe = True
        # In the order in which they came last; a set has no value.
        self._parameter_sets = dict.fromkeys(parameter_sets)
        self._codec = self._open()

    def wait_for_keyframe(self) -> None:
        """Leave out what comes before the next key frame: an access unit was left out before."""
        self._waits_for_keyframe = True

    def decode(self, access_unit: AccessUnit) -> list[Picture]:
        """Decode one access unit; it takes milliseconds, so call it in a worker thread.

        Returns:
            The pictures that are complete now, in order of display: one for each access unit where
            the stream has no B-frames. Each has the timestamp of its own access unit.
        """
        for unit in access_unit.nal_units:
            if nal_type(unit) in _PARAMETER_SETS:
                self._keep(unit)
        if self._waits_for_keyframe and not access_unit.is_keyframe:
            self.skipped += 1
            return []
        packet = av.Packet(join(access_unit.nal_units))
        packet.pts = access_unit.timestamp_unix_ns
        packet.time_base = _NS
        try:
            frames = self._codec.decode(packet)
        except av.FFmpegError:
            frames = None
        # libav paints over most errors, and only marks what it has painted.
        if frames is None or any(frame.is_corrupt for frame in frames):
            self._begin_anew()
            return []
        self._waits_for_keyframe = False
        return [_picture(frame) for frame in frames]

    def flush(self) -> list[Picture]:
        """End the stream: get the pictures that a stream with B-frames holds back."""
        return [_picture(frame) for frame in self._codec.decode(None)]

    def _keep(self, parameter_set: bytes) -> None:
        self._parameter_sets.pop(parameter_set, None)
        self._parameter_sets[parameter_set] = None
        if len(self._parameter_sets) > _MAX_PARAMETER_SETS:
            del self._parameter_sets[next(iter(self._parameter_sets))]

    def _begin_anew(self) -> None:
        # A new decoder, because libav leaves the coefficients of a macroblock that broke off in
        # memory, and adds them to one of the next pictures, key frame or not. Flushing does not
        # change that, and opening costs 0.03 ms.
        self.undecodable += 1
        self._waits_for_keyframe = True
        self._codec = self._open()

    def _open(self) -> av.VideoCodecContext:
        codec = av.CodecContext.create("h264", "r")
        codec.thread_type = ThreadType.NONE
        codec.thread_count = 1
        codec.flags |= Flags.low_delay
        if self._parameter_sets:
            codec.extradata = join(self._parameter_sets)
        return codec


def _picture(frame: av.VideoFrame) -> Picture:
    assert frame.pts is not None, "each packet had a timestamp"
    return Picture(frame.pts, frame)
