"""Video files, read as frames with the timestamps that the file gives them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

from gazewire.errors import UndecodableSourceError
from gazewire.media.opening import open_media
from gazewire.media.picture import frame_from_picture
from gazewire.media.sound import SoundTrack
from gazewire.model import Frame

__all__ = ["VideoFile"]

_NS_PER_S = 1_000_000_000
# Where a file does not tell its rate.
_DEFAULT_RATE_HZ = 30.0


class VideoFile:
    """The first video track of a file, in any container and codec that libav reads.

    Nothing is kept in memory but the picture at hand; each iteration opens the file anew, so that
    several may run at once. A rotation that the file asks for is not applied: coordinates of gaze
    are those of the stored picture. Pictures in full range are brought to video range, and where
    the size changes on the way, pictures are scaled to that of the first.

    Attributes:
        path: the file.
        camera: what its frames say they come from.
        width: pixels in a row.
        height: rows.
        rate_hz: mean frames a second, as the file tells.
        sound: what was recorded with the pictures, or None.
        skipped: packets left out so far because they could not be decoded.
    """

    def __init__(self, path: Path, *, camera: str = "world") -> None:
        """Look into the file: read its headers and decode its first picture.

        Args:
            path: the file.
            camera: what its frames say they come from.

        Raises:
            UnreadableSourceError: there is no such file, or it may not be read.
            UndecodableSourceError: it is not a video, or no picture of it can be decoded.
        """
        self.path = path
        self.skipped = 0
        self.camera = camera
        with self._open() as container:
            stream = container.streams.video[0]
            first = next(self._pictures(container, stream), None)
            if first is None:
                raise UndecodableSourceError(
                    str(path), f"no picture of {path} can be decoded; the file is damaged or empty"
                )
            rate = stream.average_rate or stream.guessed_rate
            time_base = stream.time_base or Fraction(1, _NS_PER_S)
        _, picture = first
        first_picture_s = (picture.pts or 0) * time_base
        self.sound = SoundTrack.look_into(path, first_picture_s=first_picture_s)
        self.width = picture.width
        self.height = picture.height
        self.rate_hz = float(rate) if rate else _DEFAULT_RATE_HZ
        self.skipped = 0

    def frames(self, start_unix_ns: int = 0, first_index: int = 0) -> Iterator[Frame]:
        """Decode the file from its beginning, in order of display.

        Timestamps are the file's own, as integers: the first frame has `start_unix_ns`, each
        other one that plus its distance from the first, rounded to the nanosecond. They rise: where
        a damaged file steps back, it goes on one mean interval after the frame before.

        Args:
            start_unix_ns: instant of the first frame.
            first_index: its index; images that cannot be decoded are counted too.

        Raises:
            UnreadableSourceError: the file is gone.
            UndecodableSourceError: it holds something else by now.
        """
        interval_ns = round(_NS_PER_S / self.rate_hz)
        with self._open() as container:
            stream = container.streams.video[0]
            time_base = stream.time_base or Fraction(1, _NS_PER_S)
            first_pts: int | None = None
            shift_ns = 0
            elapsed_ns = -interval_ns
            for number, picture in self._pictures(container, stream):
                earliest_ns = elapsed_ns + interval_ns
                if picture.pts is None:
                    elapsed_ns = earliest_ns
                else:
                    first_pts = picture.pts if first_pts is None else first_pts
                    since_first_ns = _ns(picture.pts - first_pts, time_base) + shift_ns
                    if since_first_ns <= elapsed_ns:
                        shift_ns += earliest_ns - since_first_ns
                        since_first_ns = earliest_ns
                    elapsed_ns = since_first_ns
                if (picture.width, picture.height) != (self.width, self.height):
                    picture = picture.reformat(width=self.width, height=self.height)
                yield frame_from_picture(
                    picture,
                    camera=self.camera,
                    index=first_index + number,
                    timestamp_unix_ns=start_unix_ns + elapsed_ns,
                )

    def _open(self) -> av.container.InputContainer:
        container = open_media(self.path)
        if not container.streams.video:
            container.close()
            source = str(self.path)
            raise UndecodableSourceError(
                source, f"{source} has no video track; choose another file"
            )
        return container

    def _pictures(
        self, container: av.container.InputContainer, stream: av.VideoStream
    ) -> Iterator[tuple[int, av.VideoFrame]]:
        # Each picture with its number, in which those that were skipped count.
        number = 0
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                # The container itself is torn off here; all that came before was decoded.
                self.skipped += 1
                return
            if packet is None:
                return
            try:
                pictures = packet.decode()
            except av.FFmpegError:
                self.skipped += 1
                number += 1
                continue
            for picture in pictures:
                yield number, picture
                number += 1


def _ns(ticks: int, time_base: Fraction) -> int:
    # Exact, rounded to the nearest nanosecond.
    numerator = ticks * time_base.numerator * _NS_PER_S
    return (2 * numerator + time_base.denominator) // (2 * time_base.denominator)
