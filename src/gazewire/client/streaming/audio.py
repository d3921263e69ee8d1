"""Sound of the scene camera's microphone, as the official client spells it."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from numpy.typing import NDArray

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import DecodingFeed, Feed
from gazewire.client._engine.payloads import AUDIO
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.stream import LiveStream
from gazewire.client.streaming.base import RTSPRawStreamer, SDPDataNotAvailableError
from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped
from gazewire.errors import RemoteProtocolError
from gazewire.media import Sound, SoundDecoder, integer_resampler
from gazewire.wire.sdp import AacParameters, MediaDescription

if TYPE_CHECKING:
    import av

__all__ = [
    "AudioFrame",
    "AudioNotAvailableError",
    "RTSPAudioStreamer",
    "audio_feed",
    "receive_audio_frames",
]


class AudioNotAvailableError(Exception):
    """The device sends no sound; its microphone may be switched off in the app."""


class _AudioFields(NamedTuple):
    av_frame: av.AudioFrame
    timestamp_unix_seconds: float
    resampler: av.AudioResampler


class AudioFrame(Timestamped, _AudioFields):
    """A stretch of sound as the decoder made it: 1024 samples, floating point, mono.

    Attributes:
        av_frame: the decoder's frame.
        timestamp_unix_seconds: its first sample, by the device's clock.
        resampler: makes 16-bit integers; one for all frames of a stream.
    """

    @classmethod
    def at_unix_ns(
        cls, av_frame: av.AudioFrame, timestamp_unix_ns: int, resampler: av.AudioResampler
    ) -> Self:
        """Make it with its exact instant."""
        frame = cls(av_frame, timestamp_unix_ns / NS_PER_S, resampler)
        frame.timestamp_unix_ns = timestamp_unix_ns
        return frame

    # Any, here and below: libav's own method takes what it takes, and returns what was asked for.
    def to_ndarray(self, *args: Any, **kwargs: Any) -> NDArray[Any]:
        """Copy the sound into an array, (1, 1024) float32 in mono."""
        return self.av_frame.to_ndarray(*args, **kwargs)

    def to_resampled_ndarray(self, *args: Any, **kwargs: Any) -> Iterator[NDArray[Any]]:
        """Convert the sound to 16-bit integers, what players take.

        Yields:
            (1, N) int16; in all the samples of the frame.
        """
        for part in self.resampler.resample(self.av_frame):
            yield part.to_ndarray(*args, **kwargs)


def audio_feed(address: StreamAddress, options: StreamOptions) -> Feed[AudioFrame]:
    """Sound of the scene camera's microphone, decoded."""
    resampler_for = functools.cache(integer_resampler)

    def convert(sound: Sound) -> AudioFrame:
        frame = sound.audio_frame
        resampler = resampler_for(frame.layout.name, frame.sample_rate)
        return AudioFrame.at_unix_ns(frame, sound.timestamp_unix_ns, resampler)

    return DecodingFeed(LiveStream("audio", AUDIO, address, options), _sound_decoder, convert)


def _sound_decoder(media: MediaDescription) -> SoundDecoder:
    return SoundDecoder(AacParameters.parse(media.fmtp or "").config)


class RTSPAudioStreamer(RTSPRawStreamer):
    """Sound of the scene camera's microphone by its URL; in all else like `RTSPRawStreamer`."""

    _MEDIA: ClassVar[str] = "audio"

    def _make_feed(self, address: StreamAddress) -> Feed[AudioFrame]:
        return audio_feed(address, self._options)

    async def receive(self) -> AsyncIterator[AudioFrame]:  # type: ignore[override]  # of what it yields
        """Receive sound.

        Raises:
            NetworkError, DeviceRefusedError, RemoteProtocolError, TimeoutError: as
                `RTSPRawStreamer.receive`.
        """
        async for item in self._received():
            yield item

    @property
    def codec_config(self) -> str:
        """Configuration of the decoder, from the SDP, in hexadecimal digits.

        Raises:
            SDPDataNotAvailableError: the stream has not been opened yet, or tells none.
        """
        try:
            return AacParameters.parse(self._fmtp()).config.hex()
        except RemoteProtocolError as error:
            raise SDPDataNotAvailableError(str(error)) from error


async def receive_audio_frames(url: str, *args: Any, **kwargs: Any) -> AsyncIterator[AudioFrame]:
    """Receive sound; see `RTSPAudioStreamer`."""
    async with RTSPAudioStreamer(url, *args, **kwargs) as streamer:
        async for item in streamer.receive():
            yield item
