"""H.264 access units to frames, as they come from a network."""

from __future__ import annotations

import av
from av.codec.context import Flags, ThreadType

from gazewire.media.annexb import join
from gazewire.media.picture import frame_from_picture
from gazewire.model import AccessUnit, Frame

__all__ = ["H264Decoder"]


class H264Decoder:
    """Decodes a live stream: no threads that keep frames back, and no end at a broken picture.

    It waits for a key frame, at the beginning and after each access unit that cannot be decoded,
    because until then pictures refer to others that are not there.

    Attributes:
        skipped: access units that gave no frame so far, broken or waiting for a key frame.
    """

    def __init__(
        self, *, camera: str = "world", parameter_sets: tuple[bytes, bytes] | None = None
    ) -> None:
        """Open the decoder.

        Args:
            camera: what frames say they come from.
            parameter_sets: sequence and picture parameter set; None where access units bring them.
        """
        self.skipped = 0
        self._camera = camera
        self._index = 0
        self._waits_for_keyframe = True
        self._codec = av.CodecContext.create("h264", "r")
        self._codec.thread_type = ThreadType.NONE
        self._codec.flags |= Flags.low_delay
        if parameter_sets is not None:
            self._codec.extradata = join(parameter_sets)

    def decode(self, access_unit: AccessUnit) -> list[Frame]:
        """Decode one access unit; it takes milliseconds, so call it in a worker thread.

        Returns:
            The frames that are complete now, in order of display: one for each access unit where
            the stream has no B-frames. Each has the timestamp of its own access unit.
        """
        if self._waits_for_keyframe and not access_unit.is_keyframe:
            self.skipped += 1
            return []
        packet = av.Packet(join(access_unit.nal_units))
        packet.pts = access_unit.timestamp_unix_ns
        try:
            pictures = self._codec.decode(packet)
        except av.FFmpegError:
            self.skipped += 1
            self._waits_for_keyframe = True
            return []
        self._waits_for_keyframe = False
        return [self._frame(picture) for picture in pictures]

    def flush(self) -> list[Frame]:
        """End the stream: get the frames that a stream with B-frames holds back."""
        return [self._frame(picture) for picture in self._codec.decode(None)]

    def _frame(self, picture: av.VideoFrame) -> Frame:
        assert picture.pts is not None, "each packet had a timestamp"
        frame = frame_from_picture(
            picture, camera=self._camera, index=self._index, timestamp_unix_ns=picture.pts
        )
        self._index += 1
        return frame
