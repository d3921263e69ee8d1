"""How each stream is described to clients, and which stands behind a URL."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from gazewire.device.product import SensorName
from gazewire.errors import DeviceRefusedError
from gazewire.net import Presentation, RtpStream
from gazewire.time import Clock
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.rtp import RtpSender
from gazewire.wire.rtsp import RtspUrl
from gazewire.wire.sdp import AacParameters, H264Parameters, MediaDescription, RtpMap

__all__ = [
    "AUDIO_SAMPLE_RATE_HZ",
    "DeviceCatalog",
    "Offer",
    "audio_offer",
    "data_offer",
    "video_offer",
]

AUDIO_SAMPLE_RATE_HZ = 8_000
"""Sound is mono at this rate: clients know it by heart."""

_CLOCK_HZ = 90_000
_VIDEO_PAYLOAD_TYPE = 96
_AUDIO_PAYLOAD_TYPE = 97
_AUDIO_TRACK_ID = 0
_TRACK_ID = 1
_CNAME = "gazewire"


@dataclass(frozen=True, slots=True)
class _Encoding:
    payload_type: int
    name: str


# Clients know the payload types by heart. The names of the last two are not published.
_DATA_ENCODINGS: Mapping[SensorName, _Encoding] = {
    "gaze": _Encoding(99, "com.pupillabs.gaze1"),
    "imu": _Encoding(100, "com.pupillabs.imu1"),
    "eye_events": _Encoding(101, "com.pupillabs.eye_events1"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A stream and the media section that describes it."""

    media: MediaDescription
    stream: RtpStream


def data_offer(sensor: SensorName, clock: Clock) -> Offer:
    """Make the stream of one kind of data."""
    encoding = _DATA_ENCODINGS[sensor]
    media = MediaDescription.for_rtp(
        "application",
        RtpMap(encoding.payload_type, encoding.name, _CLOCK_HZ),
        control=f"trackID={_TRACK_ID}",
    )
    return Offer(media, _stream(encoding.payload_type, clock, has_keyframes=False))


def video_offer(parameter_sets: ParameterSets, clock: Clock) -> Offer:
    """Make the stream of an H.264 video."""
    media = MediaDescription.for_rtp(
        "video",
        RtpMap(_VIDEO_PAYLOAD_TYPE, "H264", _CLOCK_HZ),
        fmtp=H264Parameters.for_parameter_sets(parameter_sets.sps, parameter_sets.pps).serialize(),
        control=f"trackID={_TRACK_ID}",
    )
    return Offer(media, _stream(_VIDEO_PAYLOAD_TYPE, clock, has_keyframes=True))


def audio_offer(config: bytes, clock: Clock) -> Offer:
    """Make the stream of an AAC sound.

    Args:
        config: what its decoders must know.
        clock: stamps the sender reports.
    """
    media = MediaDescription.for_rtp(
        "audio",
        # Without the number of channels: the official client would take it for the clock.
        RtpMap(_AUDIO_PAYLOAD_TYPE, "mpeg4-generic", AUDIO_SAMPLE_RATE_HZ),
        fmtp=AacParameters(config).serialize(),
        control=f"trackID={_AUDIO_TRACK_ID}",
    )
    stream = _stream(_AUDIO_PAYLOAD_TYPE, clock, clock_hz=AUDIO_SAMPLE_RATE_HZ, has_keyframes=False)
    return Offer(media, stream)


def _stream(
    payload_type: int, clock: Clock, *, clock_hz: int = _CLOCK_HZ, has_keyframes: bool
) -> RtpStream:
    sender = RtpSender(
        payload_type=payload_type,
        clock_hz=clock_hz,
        ssrc=secrets.randbits(32),
        first_sequence=secrets.randbits(16),
    )
    return RtpStream(sender, clock, cname=_CNAME, has_keyframes=has_keyframes)


class DeviceCatalog:
    """Finds the streams that a URL names by ``camera=`` and ``audioenable=``.

    Args:
        offers: what can be streamed, by the name of its sensor.
        audio: the sound that is described before the scene video where a client enables it, or
            None.
    """

    def __init__(self, offers: Mapping[SensorName, Offer], audio: Offer | None = None) -> None:
        self._presentations: dict[str, Presentation] = {
            sensor: Presentation(media=(offer.media,), tracks={_TRACK_ID: offer.stream})
            for sensor, offer in offers.items()
        }
        self._with_audio: dict[str, Presentation] = {}
        if audio is not None and (scene := offers.get("world")) is not None:
            self._with_audio["world"] = Presentation(
                media=(audio.media, scene.media),
                tracks={_AUDIO_TRACK_ID: audio.stream, _TRACK_ID: scene.stream},
            )

    async def open(self, url: RtspUrl) -> Presentation:
        """Find what a URL names.

        Raises:
            DeviceRefusedError: there is no such stream.
        """
        if url.camera is None:
            raise DeviceRefusedError(400, "The URL names no stream: add ?camera=world or the like")
        presentation = self._presentations.get(url.camera)
        if url.audio_enabled:
            presentation = self._with_audio.get(url.camera, presentation)
        if presentation is None:
            names = ", ".join(self._presentations) or "none"
            raise DeviceRefusedError(404, f"No stream {url.camera!r}; there are: {names}")
        return presentation
