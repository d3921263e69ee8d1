"""What RTP packets carry: one package or module for each payload format."""

from gazewire.wire.payload.aac import (
    AacAccessUnit,
    AacDepacketizer,
    AacPacketizer,
    AudioConfig,
)
from gazewire.wire.payload.audio_receiver import AudioReceiver
from gazewire.wire.payload.eye_event_receiver import EyeEventReceiver, ReceivedEyeEvent
from gazewire.wire.payload.eye_events import (
    KEEPALIVE,
    Keepalive,
    UnknownEyeEvent,
    parse_eye_event,
    serialize_eye_event,
)
from gazewire.wire.payload.gaze import (
    GazeFormat,
    GazePayload,
    format_for,
    parse_gaze,
    serialize_gaze,
)
from gazewire.wire.payload.gaze_receiver import GazeReceiver
from gazewire.wire.payload.imu import parse_imu, serialize_imu
from gazewire.wire.payload.imu_receiver import ImuReceiver
from gazewire.wire.payload.raw_receiver import RawReceiver, TimedPayload
from gazewire.wire.payload.receiver import PacketReceiver, PayloadReceiver

__all__ = [
    "KEEPALIVE",
    "AacAccessUnit",
    "AacDepacketizer",
    "AacPacketizer",
    "AudioConfig",
    "AudioReceiver",
    "EyeEventReceiver",
    "GazeFormat",
    "GazePayload",
    "GazeReceiver",
    "ImuReceiver",
    "Keepalive",
    "PacketReceiver",
    "PayloadReceiver",
    "RawReceiver",
    "ReceivedEyeEvent",
    "TimedPayload",
    "UnknownEyeEvent",
    "format_for",
    "parse_eye_event",
    "parse_gaze",
    "parse_imu",
    "serialize_eye_event",
    "serialize_gaze",
    "serialize_imu",
]
