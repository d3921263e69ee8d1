"""What decoders give out: pictures and sound where libav has put them, copied by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from gazewire.media.plane import rows_of

__all__ = ["Picture", "Sound"]


# Without slots, because the cached properties live in the instance's dictionary; compared by
# identity, because comparing pixels is nothing that should happen by the way.
@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture, whose colours are computed when somebody asks for them.

    Whoever wants more than `bgr` and `gray` works with `video_frame`; its memory may still be what
    the decoder predicts the next pictures from, so nobody writes to it.

    Attributes:
        timestamp_unix_ns: instant of exposure.
        video_frame: the picture in libav's hands, mostly ``yuv420p``; its `pts` is the instant, and
            its `time` the same in seconds.
    """

    timestamp_unix_ns: int
    video_frame: av.VideoFrame

    @cached_property
    def bgr(self) -> NDArray[np.uint8]:
        """The colours: (H, W, 3) uint8, C-contiguous, blue first.

        Computed when it is first asked for, in the thread that asks, and kept: 0.6 ms for
        1600 x 1200. The array is the picture's own and may be drawn on; the next who asks sees it.
        """
        # As many threads as there are cores is what libav takes if not told otherwise. Waking them
        # costs an eye picture five times its conversion, and a scene picture gains nothing. Where
        # no size changes, the way of interpolating changes no pixel: this one is quick to set up.
        converted = self.video_frame.reformat(
            format="bgr24", interpolation=Interpolation.FAST_BILINEAR, threads=1
        )
        rows = rows_of(converted.planes[0])[: converted.height, : 3 * converted.width]
        # A copy where rows end with padding, which they do at unusual widths only.
        return np.ascontiguousarray(rows).reshape(converted.height, converted.width, 3)

    @cached_property
    def gray(self) -> NDArray[np.uint8]:
        """The brightness as it was coded: (H, W) uint8, read-only, without padding.

        A view of the decoder's memory where that has eight bits a pixel, as it mostly has; rows
        need not follow each other closely. Black is 16 and white 235, or 0 and 255 where
        `video_frame` has the full range.
        """
        frame = self.video_frame
        if not _has_plain_luma(frame):
            frame = frame.reformat(format="gray", threads=1)
        rows = rows_of(frame.planes[0])[: frame.height, : frame.width]
        rows.flags.writeable = False
        return rows


@dataclass(frozen=True, eq=False)
class Sound:
    """A decoded stretch of sound.

    Attributes:
        timestamp_unix_ns: instant of the first sample; the others follow at the sample rate.
        audio_frame: the samples in libav's hands, ``fltp`` where they come from AAC.
    """

    timestamp_unix_ns: int
    audio_frame: av.AudioFrame

    @cached_property
    def s16(self) -> NDArray[np.int16]:
        """The samples as signed 16-bit integers: (N, channels) int16, C-contiguous.

        Computed when it is first asked for, and kept; the same integers that libav makes of them.
        """
        samples = np.rint(self.audio_frame.to_ndarray().T * np.float32(1 << 15))
        return np.ascontiguousarray(samples.clip(-(1 << 15), (1 << 15) - 1), np.int16)


def _has_plain_luma(frame: av.VideoFrame) -> bool:
    # The first plane holds brightness and nothing else, a byte a pixel.
    first, *others = frame.format.components
    return first.is_luma and first.bits == 8 and all(other.plane != 0 for other in others)
