"""Frames into a video file of any coding, that survives a kill.

H.264 and H.265 go into fragmented MP4, FFV1 and MJPEG into Matroska, and raw images, of which
Matroska does not know all, into NUT: each can be read up to the last half second, whatever happens
to the program. Each frame has its true instant, so that frames that
were lost leave a gap in time.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.video.reformatter import ColorRange

from gazewire.errors import RecordingError
from gazewire.media.coding import FoundEncoder
from gazewire.media.fragmented import FRAGMENT_OPTIONS
from gazewire.media.picture import picture_from_frame
from gazewire.model import Frame, PixelFormat

__all__ = ["CodedFrames"]

_TICKS = Fraction(1, 90_000)
_NS_PER_S = 1_000_000_000
_OPTIONS = {
    "mp4": FRAGMENT_OPTIONS,
    # A cluster, milliseconds, is to Matroska what a fragment is to MP4.
    "mkv": {"cluster_time_limit": "500", "flush_packets": "1"},
    "nut": {"flush_packets": "1"},
}


class CodedFrames:
    """A video file that grows by frames.

    Timestamps in the file count from the first frame, 1/1000 s in Matroska and 1/90000 s elsewhere.

    Args:
        stem: the path without its ending, which the coding decides.
        width: pixels in a row of the frames to come.
        height: their rows.
        pixel_format: theirs.
        rate_hz: nominal; a hint.
        encoder: what codes them.

    Attributes:
        path: of the file; one that is there is replaced.
        width: coded pixels in a row.
        height: coded rows.

    Raises:
        RecordingError: it cannot be made.
    """

    def __init__(
        self,
        stem: Path,
        *,
        width: int,
        height: int,
        pixel_format: PixelFormat,
        rate_hz: float,
        encoder: FoundEncoder,
    ) -> None:
        self.path = encoder.path(stem)
        self._source = width, height, pixel_format
        self._coded_format = encoder.pixel_format(pixel_format)
        # Chroma has half the resolution.
        even = ~1 if self._coded_format in {"yuv420p", "nv12", "yuvj420p"} else ~0
        self.width = width // encoder.coding.reduction & even
        self.height = height // encoder.coding.reduction & even
        self._first_unix_ns: int | None = None
        self._last_ticks = -1
        self._is_open = True
        try:
            self._container = av.open(
                str(self.path), "w", container_options=dict(_OPTIONS[encoder.coding.codec.ending])
            )
            stream = self._container.add_stream(
                encoder.name, rate=Fraction(rate_hz).limit_denominator(1001)
            )
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height = self.width, self.height
            stream.codec_context.time_base = _TICKS
            encoder.set_up(stream.codec_context, pixel_format, rate_hz)
            self._stream = stream
            self._container.start_encoding()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._failure(error) from error

    def write(self, frame: Frame) -> None:
        """Append a frame. Instants must rise; two on one tick are put a tick apart.

        Raises:
            RecordingError: it has another size or format, or the file cannot be written any more.
        """
        if (frame.width, frame.height, frame.pixel_format) != self._source:
            width, height, pixel_format = self._source
            raise RecordingError(
                f"{self.path.name} takes {pixel_format} images of {width}x{height}, not "
                f"{frame.pixel_format} of {frame.width}x{frame.height}"
            )
        if self._first_unix_ns is None:
            self._first_unix_ns = frame.timestamp_unix_ns
        elapsed_ns = frame.timestamp_unix_ns - self._first_unix_ns
        ticks = round(elapsed_ns / _TICKS / _NS_PER_S)
        self._last_ticks = max(ticks, self._last_ticks + 1)
        picture = self._coded_picture(frame)
        picture.pts = self._last_ticks
        picture.time_base = _TICKS
        try:
            self._container.mux(self._stream.encode(picture))
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Write what is left and close the file. Harmless when repeated.

        Raises:
            RecordingError: the end could not be written.
        """
        if not self._is_open:
            return
        self._is_open = False
        try:
            if self._first_unix_ns is not None:
                self._container.mux(self._stream.encode(None))
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from error
        finally:
            self._close_container()

    def _close_container(self) -> None:
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def _coded_picture(self, frame: Frame) -> av.VideoFrame:
        picture = picture_from_frame(frame)
        same_size = (self.width, self.height) == (frame.width, frame.height)
        if same_size and self._coded_format == frame.pixel_format:
            return picture
        # From full range to full range, so that levels stay what they are.
        full = frame.pixel_format != "yuv420p" or self._coded_format == "yuvj420p"
        return picture.reformat(
            width=self.width,
            height=self.height,
            format=self._coded_format,
            dst_color_range=ColorRange.JPEG if full else None,
        )

    def _failure(self, error: Exception) -> RecordingError:
        return RecordingError(f"{self.path} cannot be written: {error}")
