"""What RTP packets carry: one package or module for each payload format."""

from gazewire.wire.payload.aac import (
    AacAccessUnit,
    AacDepacketizer,
    AacPacketizer,
    AudioConfig,
)
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

__all__ = [
    "KEEPALIVE",
    "AacAccessUnit",
    "AacDepacketizer",
    "AacPacketizer",
    "AudioConfig",
    "GazeFormat",
    "GazePayload",
    "GazeReceiver",
    "Keepalive",
    "UnknownEyeEvent",
    "format_for",
    "parse_eye_event",
    "parse_gaze",
    "parse_imu",
    "serialize_eye_event",
    "serialize_gaze",
    "serialize_imu",
]
