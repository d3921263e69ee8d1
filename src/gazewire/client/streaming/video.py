"""Pictures of the scene and eye cameras, as the official client spells them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import DecodingFeed, Feed
from gazewire.client._engine.payloads import VIDEO
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.stream import LiveStream
from gazewire.client.streaming.base import RTSPRawStreamer, SDPDataNotAvailableError
from gazewire.client.streaming.nal_unit import extract_payload_from_nal_unit
from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped
from gazewire.errors import RemoteProtocolError
from gazewire.media import Picture, PictureDecoder
from gazewire.wire.sdp import H264Parameters, MediaDescription

if TYPE_CHECKING:
    import av

__all__ = [
    "BGRBuffer",
    "RTSPVideoFrameStreamer",
    "VideoFrame",
    "receive_video_frames",
    "video_feed",
]

BGRBuffer: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8, C-contiguous: blue, green, red."""


class _VideoFields(NamedTuple):
    av_frame: av.VideoFrame
    timestamp_unix_seconds: float


class VideoFrame(Timestamped, _VideoFields):
    """A picture as the decoder made it.

    Attributes:
        av_frame: the decoder's picture; usually YUV, of which `bgr_buffer` makes BGR.
        timestamp_unix_seconds: exposure, by the device's clock.
    """

    @classmethod
    def at_unix_ns(cls, av_frame: av.VideoFrame, timestamp_unix_ns: int) -> Self:
        """Make it with its exact instant."""
        # A named tuple's own constructor is a call of Python, this is not.
        frame = tuple.__new__(cls, (av_frame, timestamp_unix_ns / NS_PER_S))
        frame.timestamp_unix_ns = timestamp_unix_ns
        return frame

    # Any, here and below: libav's own method takes what it takes, and returns what was asked for.
    def to_ndarray(self, *args: Any, **kwargs: Any) -> NDArray[Any]:
        """Copy the picture into an array; the arguments are those of ``av.VideoFrame``'s."""
        return self.av_frame.to_ndarray(*args, **kwargs)

    def bgr_buffer(self) -> BGRBuffer:
        """Convert the picture to BGR, anew with each call; takes a millisecond.

        Returns:
            (H, W, 3) uint8, yours to draw on.
        """
        # Not with as many threads as there are cores, which would be libav's choice: to wake them
        # costs an eye picture several times its conversion, and a scene picture gains nothing.
        # Where no size changes, the way of interpolating changes no pixel.
        pixels = self.to_ndarray(format="bgr24", interpolation="FAST_BILINEAR", threads=1)
        # A copy where rows end with padding, which they do at unusual widths only.
        return np.ascontiguousarray(pixels)


def video_feed(name: str, address: StreamAddress, options: StreamOptions) -> Feed[VideoFrame]:
    """Pictures of a camera, decoded."""

    def convert(picture: Picture) -> VideoFrame:
        return VideoFrame.at_unix_ns(picture.video_frame, picture.timestamp_unix_ns)

    return DecodingFeed(LiveStream(name, VIDEO, address, options), _picture_decoder, convert)


def _picture_decoder(media: MediaDescription) -> PictureDecoder:
    try:
        described = H264Parameters.parse(media.fmtp or "")
    except RemoteProtocolError:
        # The pictures bring their parameters along.
        return PictureDecoder()
    return PictureDecoder(parameter_sets=described.parameter_sets)


class RTSPVideoFrameStreamer(RTSPRawStreamer):
    """Pictures of a camera by their URL; in all else like `RTSPRawStreamer`."""

    _MEDIA: ClassVar[str] = "video"
    # Two seconds of the scene: a picture of it takes 3 MB.
    _CAPACITY: ClassVar[int] = 60

    def _make_feed(self, address: StreamAddress) -> Feed[VideoFrame]:
        return video_feed("video", address, self._options)

    async def receive(self) -> AsyncIterator[VideoFrame]:  # type: ignore[override]  # of what it yields
        """Receive pictures.

        Raises:
            NetworkError, DeviceRefusedError, RemoteProtocolError, TimeoutError: as
                `RTSPRawStreamer.receive`.
        """
        async for item in self._received():
            yield item

    @property
    def sprop_parameter_set_payloads(self) -> list[bytes]:
        """Parameter sets of the decoder, from the SDP, each behind a start code.

        Raises:
            SDPDataNotAvailableError: the stream has not been opened yet, or tells none.
        """
        try:
            described = H264Parameters.parse(self._fmtp())
        except RemoteProtocolError as error:
            raise SDPDataNotAvailableError(str(error)) from error
        if not described.parameter_sets:
            raise SDPDataNotAvailableError("the device tells no parameter sets")
        return [extract_payload_from_nal_unit(unit) for unit in described.parameter_sets]


async def receive_video_frames(url: str, *args: Any, **kwargs: Any) -> AsyncIterator[VideoFrame]:
    """Receive pictures; see `RTSPVideoFrameStreamer`."""
    async with RTSPVideoFrameStreamer(url, *args, **kwargs) as streamer:
        async for item in streamer.receive():
            yield item
