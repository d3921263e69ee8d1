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
from gazewire.wire.sdp import H264Parameters, MediaDescription, RtpMap

__all__ = ["DeviceCatalog", "Offer", "data_offer", "video_offer"]

_CLOCK_HZ = 90_000
_VIDEO_PAYLOAD_TYPE = 96
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


def _stream(payload_type: int, clock: Clock, *, has_keyframes: bool) -> RtpStream:
    sender = RtpSender(
        payload_type=payload_type,
        clock_hz=_CLOCK_HZ,
        ssrc=secrets.randbits(32),
        first_sequence=secrets.randbits(16),
    )
    return RtpStream(sender, clock, cname=_CNAME, has_keyframes=has_keyframes)


class DeviceCatalog:
    """Finds the stream that a URL names by its ``camera=`` parameter.

    Args:
        offers: what can be streamed, by the name of its sensor.
    """

    def __init__(self, offers: Mapping[SensorName, Offer]) -> None:
        self._presentations: dict[str, Presentation] = {
            sensor: Presentation(media=(offer.media,), tracks={_TRACK_ID: offer.stream})
            for sensor, offer in offers.items()
        }

    async def open(self, url: RtspUrl) -> Presentation:
        """Find what a URL names.

        Raises:
            DeviceRefusedError: there is no such stream.
        """
        if url.camera is None:
            raise DeviceRefusedError(400, "The URL names no stream: add ?camera=world or the like")
        presentation = self._presentations.get(url.camera)
        if presentation is None:
            names = ", ".join(self._presentations) or "none"
            raise DeviceRefusedError(404, f"No stream {url.camera!r}; there are: {names}")
        return presentation
