"""The kinds of streams that a device has, and what reads each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from gazewire.errors import RemoteProtocolError
from gazewire.model import AccessUnit, AudioAccessUnit, GazeDatum, ImuDatum
from gazewire.wire.payload import (
    AudioReceiver,
    EyeEventReceiver,
    GazeReceiver,
    ImuReceiver,
    PayloadReceiver,
    RawReceiver,
    ReceivedEyeEvent,
    TimedPayload,
)
from gazewire.wire.payload.h264 import VideoReceiver
from gazewire.wire.rtp import ReorderWindow
from gazewire.wire.sdp import MediaDescription, SessionDescription

__all__ = [
    "AUDIO",
    "EYE_EVENTS",
    "GAZE",
    "IMU",
    "VIDEO",
    "MissingStreamError",
    "PayloadCounts",
    "PayloadKind",
    "raw_payloads",
]

T = TypeVar("T")

_NS_PER_MS = 1_000_000

# A tenth of a second of pictures of the scene at several times their usual rate.
_MOST_HELD = 512


class MissingStreamError(RemoteProtocolError):
    """The device does not offer the stream, though the sensor is there."""


@dataclass(frozen=True, slots=True)
class PayloadCounts:
    """What a receiver could not use."""

    malformed: int = 0
    unknown: int = 0
    undated: int = 0
    incomplete: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadKind(Generic[T]):
    """What a stream carries.

    Attributes:
        media: what its section of the SDP is called: ``video``, ``audio`` or ``application``.
        receiver: reads the packets of one session.
        count: tells what such a receiver could not use.
        needs_clock: nothing is worth anything before the first sender report.
        pause_s: no pause of a healthy stream is longer.
        patience_ms: how long to wait for a packet that others have overtaken.
    """

    media: str
    receiver: Callable[..., PayloadReceiver[T]]
    count: Callable[[PayloadReceiver[T]], PayloadCounts]
    needs_clock: bool = True
    pause_s: float = 1.0
    patience_ms: int = 50

    def choose(self, description: SessionDescription) -> MediaDescription:
        """Find the stream among those of a presentation.

        Raises:
            MissingStreamError: it is not there.
            RemoteProtocolError: the device does not say how it is coded.
        """
        for media in description.media:
            if media.kind == self.media:
                if media.rtpmap is None:
                    raise RemoteProtocolError(f"the {self.media} stream has no rtpmap")
                return media
        raise MissingStreamError(f"the device offers no {self.media} stream there")

    def make_receiver(self, media: MediaDescription) -> PayloadReceiver[T]:
        """Make what reads the packets of one session.

        Args:
            media: one that `choose` has chosen.
        """
        assert media.rtpmap is not None
        return self.receiver(
            payload_type=media.rtpmap.payload_type,
            clock_hz=media.rtpmap.clock_rate_hz,
            window=ReorderWindow(max_packets=_MOST_HELD, max_wait_ns=self.patience_ms * _NS_PER_MS),
        )


def _count_gaze(receiver: PayloadReceiver[GazeDatum]) -> PayloadCounts:
    assert isinstance(receiver, GazeReceiver)
    return PayloadCounts(
        malformed=receiver.malformed, unknown=receiver.unexplained, undated=receiver.untimed
    )


def _count_video(receiver: PayloadReceiver[AccessUnit]) -> PayloadCounts:
    assert isinstance(receiver, VideoReceiver)
    pictures = receiver.depacketizer
    return PayloadCounts(
        malformed=pictures.malformed_packets,
        undated=receiver.untimed,
        incomplete=pictures.dropped_pictures,
    )


def _count_imu(receiver: PayloadReceiver[ImuDatum]) -> PayloadCounts:
    assert isinstance(receiver, ImuReceiver)
    return PayloadCounts(malformed=receiver.malformed)


def _count_eye_events(receiver: PayloadReceiver[ReceivedEyeEvent]) -> PayloadCounts:
    assert isinstance(receiver, EyeEventReceiver)
    return PayloadCounts(malformed=receiver.malformed, unknown=receiver.unknown)


def _count_audio(receiver: PayloadReceiver[AudioAccessUnit]) -> PayloadCounts:
    assert isinstance(receiver, AudioReceiver)
    return PayloadCounts(malformed=receiver.malformed, undated=receiver.untimed)


def _count_raw(receiver: PayloadReceiver[TimedPayload]) -> PayloadCounts:
    assert isinstance(receiver, RawReceiver)
    return PayloadCounts(undated=receiver.untimed)


GAZE = PayloadKind(media="application", receiver=GazeReceiver, count=_count_gaze)
# What comes behind a gap cannot be shown before the next key frame anyway, so that there is little
# to lose by waiting for three more pictures.
VIDEO = PayloadKind(media="video", receiver=VideoReceiver, count=_count_video, patience_ms=120)
AUDIO = PayloadKind(media="audio", receiver=AudioReceiver, count=_count_audio)
# These two carry their own time.
IMU = PayloadKind(media="application", receiver=ImuReceiver, count=_count_imu, needs_clock=False)
# Between events come keep-alive packets: from devices of ours each second, from phones each five.
EYE_EVENTS = PayloadKind(
    media="application",
    receiver=EyeEventReceiver,
    count=_count_eye_events,
    needs_clock=False,
    pause_s=5.5,
)


def raw_payloads(media: str) -> PayloadKind[TimedPayload]:
    """Payloads as they are, of any section of the SDP."""
    return PayloadKind(media=media, receiver=RawReceiver, count=_count_raw)
