"""H.264 access units to frames, as they come from a network."""

from __future__ import annotations

from collections.abc import Iterable

from gazewire.media.decoded import Picture
from gazewire.media.picture import frame_from_picture
from gazewire.media.picture_decoder import PictureDecoder
from gazewire.model import AccessUnit, Frame

__all__ = ["H264Decoder"]


class H264Decoder:
    """Decodes a live stream to frames: what `PictureDecoder` gives, copied into one piece each.

    It waits for a key frame, at the beginning and after each access unit that cannot be decoded.
    """

    def __init__(
        self, *, camera: str = "world", parameter_sets: tuple[bytes, bytes] | None = None
    ) -> None:
        """Open the decoder.

        Args:
            camera: what frames say they come from.
            parameter_sets: sequence and picture parameter set; None where access units bring them.
        """
        self._camera = camera
        self._index = 0
        self._decoder = PictureDecoder(parameter_sets=parameter_sets or ())

    @property
    def skipped(self) -> int:
        """Access units that gave no frame so far, broken or waiting for a key frame."""
        return self._decoder.skipped + self._decoder.undecodable

    def decode(self, access_unit: AccessUnit) -> list[Frame]:
        """Decode one access unit; it takes milliseconds, so call it in a worker thread.

        Returns:
            The frames that are complete now, in order of display: one for each access unit where
            the stream has no B-frames. Each has the timestamp of its own access unit.
        """
        return self._frames(self._decoder.decode(access_unit))

    def flush(self) -> list[Frame]:
        """End the stream: get the frames that a stream with B-frames holds back."""
        return self._frames(self._decoder.flush())

    def _frames(self, pictures: Iterable[Picture]) -> list[Frame]:
        frames = []
        for picture in pictures:
            frames.append(
                frame_from_picture(
                    picture.video_frame,
                    camera=self._camera,
                    index=self._index,
                    timestamp_unix_ns=picture.timestamp_unix_ns,
                )
            )
            self._index += 1
        return frames
