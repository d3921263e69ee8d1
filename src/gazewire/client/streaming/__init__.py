"""Streams one by one: what they are made of, and how to receive them from a URL."""

from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.base import RTSPData, SDPDataNotAvailableError
from gazewire.client.streaming.eye_events import (
    BlinkEventData,
    FixationEventData,
    FixationOnsetEventData,
)
from gazewire.client.streaming.gaze import (
    DualMonocularGazeData,
    EyestateEyelidGazeData,
    EyestateGazeData,
    GazeData,
)
from gazewire.client.streaming.imu import IMUData, ImuPacket
from gazewire.client.streaming.video import VideoFrame

__all__ = [
    "AudioFrame",
    "BlinkEventData",
    "DualMonocularGazeData",
    "EyestateEyelidGazeData",
    "EyestateGazeData",
    "FixationEventData",
    "FixationOnsetEventData",
    "GazeData",
    "IMUData",
    "ImuPacket",
    "RTSPData",
    "SDPDataNotAvailableError",
    "VideoFrame",
]
