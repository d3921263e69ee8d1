"""How pictures of a recording are coded, and which encoder of this machine does it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.codec.context import Flags
from av.video.reformatter import ColorRange

from gazewire.errors import RecordingError
from gazewire.model import PixelFormat

__all__ = ["Coding", "FoundEncoder", "VideoCodec", "find_encoder"]

_KEYFRAMES_EVERY_S = 1.0
# Of a picture on which an encoder is tried; some in hardware take no smaller ones.
_TRIED_PX = 256
# FFmpeg's FF_QP2LAMBDA: from JPEG's scale of quantisers to that of libav.
_LAMBDA_OF_QUANTISER = 118


class VideoCodec(enum.StrEnum):
    """How pictures are coded, by the names that configurations use."""

    H264 = "h264"
    H265 = "h265"
    FFV1 = "ffv1"
    """Nothing is lost; about half of the raw bytes."""
    MJPEG = "mjpeg"
    """Each picture by itself."""
    RAW = "raw"

    @property
    def ending(self) -> str:
        """Of the files that hold it."""
        return _ENDINGS[self]


_ENDINGS = {
    VideoCodec.H264: "mp4",
    VideoCodec.H265: "mp4",
    VideoCodec.FFV1: "mkv",
    VideoCodec.MJPEG: "mkv",
    # Matroska does not know all raw images.
    VideoCodec.RAW: "nut",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """What is asked of a coding.

    Attributes:
        codec: how pictures are coded.
        quality: quantiser of H.264 and H.265, 1 (best) to 51; of MJPEG on the same scale. It means
            nothing to the others.
        speed: preset of libx264 and libx265, of which ``ultrafast`` costs least.
        hardware: look for an encoder in hardware first.
        threads: that one video may use; 0: as many as the machine has cores.
        reduction: each so many pixels, in both directions, become one.
    """

    codec: VideoCodec = VideoCodec.H264
    quality: int = 23
    speed: str = "ultrafast"
    hardware: bool = False
    threads: int = 1
    reduction: int = 1


@dataclass(frozen=True, slots=True)
class FoundEncoder:
    """An encoder of libav that works on this machine.

    Attributes:
        name: in libav.
        coding: what is asked of it.
        told: a sentence where it is another one than was asked for, or empty.
    """

    name: str
    coding: Coding
    told: str = ""

    def path(self, stem: Path) -> Path:
        """Name a file that it fills."""
        return stem.with_name(f"{stem.name}.{self.coding.codec.ending}")

    def pixel_format(self, source: PixelFormat) -> str:
        """Tell which of its pixel formats images are brought to."""
        match self.coding.codec:
            case VideoCodec.RAW:
                return source
            case VideoCodec.FFV1:
                return "bgr0" if source == "bgr24" else source
            case VideoCodec.MJPEG:
                return "yuvj420p"
            case _:
                return "yuv420p" if self.name.startswith("libx") else "nv12"

    def set_up(self, codec: av.VideoCodecContext, source: PixelFormat, rate_hz: float) -> None:
        """Set what is asked for, before it is opened."""
        coding = self.coding
        codec.pix_fmt = self.pixel_format(source)
        codec.thread_count = coding.threads
        codec.max_b_frames = 0
        codec.gop_size = max(1, round(rate_hz * _KEYFRAMES_EVERY_S))
        if codec.pix_fmt in {"yuv420p", "nv12"}:
            # Gray and colour keep all their levels; only what has video range already stays there.
            is_video_range = source == "yuv420p"
            codec.color_range = ColorRange.MPEG if is_video_range else ColorRange.JPEG
        if coding.codec is VideoCodec.MJPEG:
            codec.flags |= Flags.qscale
            codec.global_quality = _LAMBDA_OF_QUANTISER * max(2, coding.quality * 31 // 51)
        codec.options = dict(self._options())

    def _options(self) -> Mapping[str, str]:
        quality = str(self.coding.quality)
        family = self.name.partition("_")[2] or self.name
        match family:
            case "libx264":
                # No picture waits for a later one: a kill loses none that was written.
                return {"crf": quality, "preset": self.coding.speed, "tune": "zerolatency"}
            case "libx265":
                return {
                    "crf": quality,
                    "preset": self.coding.speed,
                    "tune": "zerolatency",
                    # Its banner goes past libav's log.
                    "x265-params": "log-level=none",
                }
            case "nvenc":
                return {"rc": "vbr", "cq": quality, "preset": "p1", "zerolatency": "1"}
            case "qsv":
                return {"global_quality": quality, "preset": "veryfast", "async_depth": "1"}
            case "amf":
                return {"rc": "cqp", "qp_i": quality, "qp_p": quality, "quality": "speed"}
            case _:
                return {}


_HARDWARE = {
    VideoCodec.H264: ("h264_nvenc", "h264_qsv", "h264_amf", "h264_videotoolbox"),
    VideoCodec.H265: ("hevc_nvenc", "hevc_qsv", "hevc_amf", "hevc_videotoolbox"),
}
_SOFTWARE = {
    VideoCodec.H264: "libx264",
    VideoCodec.H265: "libx265",
    VideoCodec.FFV1: "ffv1",
    VideoCodec.MJPEG: "mjpeg",
    VideoCodec.RAW: "rawvideo",
}


def find_encoder(coding: Coding) -> FoundEncoder:
    """Find an encoder that works on this machine, by coding a picture with it.

    Raises:
        RecordingError: there is none.
    """
    names = (*(_HARDWARE.get(coding.codec, ()) if coding.hardware else ()), _SOFTWARE[coding.codec])
    failures: list[str] = []
    for name in names:
        encoder = FoundEncoder(name, coding, _told(coding, failures, name))
        try:
            _try(encoder)
        except (av.FFmpegError, OSError, ValueError) as error:
            failures.append(f"{name}: {_reason(error)}")
        else:
            return encoder
    raise RecordingError(f"nothing here codes {coding.codec.value} ({'; '.join(failures)})")


def _told(coding: Coding, failures: list[str], name: str) -> str:
    if not coding.hardware or name not in _SOFTWARE.values():
        return ""
    why = "; ".join(failures) or f"there are none for {coding.codec.value}"
    return f"no encoder in hardware works here ({why}): {name} codes in software"


def _try(encoder: FoundEncoder) -> None:
    codec = av.CodecContext.create(encoder.name, "w")
    assert isinstance(codec, av.VideoCodecContext)
    codec.width = codec.height = _TRIED_PX
    codec.time_base = Fraction(1, 30)
    codec.framerate = Fraction(30)
    encoder.set_up(codec, "yuv420p", 30.0)
    picture = av.VideoFrame(_TRIED_PX, _TRIED_PX, codec.pix_fmt or "yuv420p")
    picture.pts = 0
    codec.encode(picture)
    codec.encode(None)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).splitlines()[0]
