"""Streams one by one: what they are made of, and how to receive them from a URL."""

from gazewire.client.streaming.audio import AudioFrame, RTSPAudioStreamer, receive_audio_frames
from gazewire.client.streaming.base import (
    RTSPData,
    RTSPRawStreamer,
    SDPDataNotAvailableError,
    receive_raw_rtsp_data,
)
from gazewire.client.streaming.eye_events import (
    BlinkEventData,
    FixationEventData,
    FixationOnsetEventData,
    RTSPEyeEventStreamer,
    receive_eye_events_data,
)
from gazewire.client.streaming.gaze import (
    DualMonocularGazeData,
    EyestateEyelidGazeData,
    EyestateGazeData,
    GazeData,
    RTSPGazeStreamer,
    receive_gaze_data,
)
from gazewire.client.streaming.gaze_batches import RTSPGazeBatchStreamer, receive_gaze_batches
from gazewire.client.streaming.imu import IMUData, ImuPacket, RTSPImuStreamer, receive_imu_data
from gazewire.client.streaming.video import RTSPVideoFrameStreamer, VideoFrame, receive_video_frames

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
    "RTSPAudioStreamer",
    "RTSPData",
    "RTSPEyeEventStreamer",
    "RTSPGazeBatchStreamer",
    "RTSPGazeStreamer",
    "RTSPImuStreamer",
    "RTSPRawStreamer",
    "RTSPVideoFrameStreamer",
    "SDPDataNotAvailableError",
    "VideoFrame",
    "receive_audio_frames",
    "receive_eye_events_data",
    "receive_gaze_batches",
    "receive_gaze_data",
    "receive_imu_data",
    "receive_raw_rtsp_data",
    "receive_video_frames",
]
