"""What a configuration says beside its cameras, a table each."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from gazewire.media import Coding, VideoCodec

__all__ = [
    "EncodingConfig",
    "RecordingConfig",
    "SetsConfig",
    "Speed",
    "TriggerConfig",
    "ViewConfig",
]

Speed = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"]
"""Presets of libx264 and libx265, the least work first."""


class RecordingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[recording]``: where recordings go.

    Attributes:
        folder: where to.
        least_free_mb: recordings end while the disk still has so many megabytes.
    """

    folder: str = "recordings"
    least_free_mb: Annotated[float, msgspec.Meta(ge=0)] = 200.0


class EncodingConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[encoding]``: how images are coded.

    Attributes:
        codec: ``h264``, ``h265``, ``ffv1`` (nothing is lost), ``mjpeg`` or ``raw``.
        quality: quantiser of codings that lose something, 1 (best) to 51.
        speed: of H.264 and H.265 in software; slower makes smaller files.
        hardware: ``auto`` takes an encoder in hardware where one works, ``yes`` says so where none
            does, ``no`` looks for none.
        threads: that the video of one camera may use; 0: as many as there are cores.
        queue_s: images of so many seconds wait for the encoder before some are passed over.
    """

    codec: VideoCodec = VideoCodec.H264
    quality: Annotated[int, msgspec.Meta(ge=1, le=51)] = 23
    speed: Speed = "ultrafast"
    hardware: Literal["auto", "yes", "no"] = "auto"
    threads: Annotated[int, msgspec.Meta(ge=0, le=64)] = 1
    queue_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 1.0

    def coding(self, reduction: int) -> Coding:
        """Say it to an encoder; each so many pixels, in both directions, become one."""
        return Coding(
            codec=self.codec,
            quality=self.quality,
            speed=self.speed,
            hardware=self.hardware != "no",
            threads=self.threads,
            reduction=reduction,
        )

    def cheaper(self, reduction: int) -> str:
        """Propose what takes less of the processor, for whoever sees that it is too slow."""
        software = self.codec in {VideoCodec.H264, VideoCodec.H265}
        if self.codec in {VideoCodec.H265, VideoCodec.FFV1}:
            return "codec = 'h264' under [encoding] takes less"
        if software and self.speed != "ultrafast":
            return "speed = 'ultrafast' under [encoding] takes less"
        if self.codec is not VideoCodec.RAW and reduction < 4:
            return f"downsampling_factor = {2 * reduction} of this camera takes less"
        if self.codec is VideoCodec.RAW:
            return "the disk is too slow for it: codec = 'h264' under [encoding] writes less"
        return "a lower fps of this camera takes less"


class SetsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[sets]``: images of all cameras that belong together.

    Attributes:
        match: by ``time`` of exposure, or by the number of the ``trigger`` that all wait for.
        tolerance_ms: in a set, instants are no further apart; None: a third of the shortest time
            between two images.
    """

    match: Literal["time", "trigger"] = "time"
    tolerance_ms: Annotated[float, msgspec.Meta(gt=0)] | None = None

    def tolerance_ns(self, fastest_hz: float) -> int | None:
        """Tell the tolerance for a `SetMatcher`."""
        if self.match == "trigger":
            return None
        if self.tolerance_ms is not None:
            return round(self.tolerance_ms * 1_000_000)
        return round(1_000_000_000 / fastest_hz / 3)


class TriggerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[trigger]``: what cameras whose ``trigger`` is ``software`` are exposed by.

    Attributes:
        rate_hz: all are exposed together so many times a second; None: when the page, or
            ``POST /api/trigger``, says so.
    """

    rate_hz: Annotated[float, msgspec.Meta(gt=0, le=1000)] | None = None


class ViewConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[view]``: the page.

    Attributes:
        columns: cameras side by side; None: as many as have room.
        rate_hz: images of each camera a second, at the most.
        width: pixels in a row of what is shown.
        quality: of JPEG, 1 to 95.
    """

    columns: Annotated[int, msgspec.Meta(ge=1, le=16)] | None = None
    rate_hz: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0
    width: Annotated[int, msgspec.Meta(ge=64, le=4096)] = 640
    quality: Annotated[int, msgspec.Meta(ge=1, le=95)] = 75
