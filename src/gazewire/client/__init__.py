"""The client of the Realtime API, asynchronous; `gazewire.client.simple` is the blocking one.

::

    async with Device("10.0.0.2", 8080) as device:
        await device.recording_start()
        async for datum in device.gaze():
            ...

All names of the official client are here under the same names; to change over, change the import.
"""

from gazewire import __version__
from gazewire.client._engine.arrays import EYE_EVENT_DTYPE, GAZE_DTYPE, IMU_DTYPE, RecordArray
from gazewire.client._engine.mailbox import Delivery
from gazewire.client._engine.matching import Matching, SceneMatch
from gazewire.client._engine.statistics import StreamState, StreamStatistics
from gazewire.client._engine.transport import Transport
from gazewire.client.camera_control import CameraState
from gazewire.client.device import Device
from gazewire.client.device_error import DeviceError
from gazewire.client.discovery import Network, discover_devices, find_device, probe_subnet
from gazewire.client.item_stream import ItemStream
from gazewire.client.models import APIPath
from gazewire.client.status_update_notifier import StatusUpdateNotifier
from gazewire.client.streaming import (
    AudioFrame,
    BlinkEventData,
    DualMonocularGazeData,
    EyestateGazeData,
    FixationEventData,
    FixationOnsetEventData,
    GazeData,
    RTSPAudioStreamer,
    RTSPData,
    RTSPEyeEventStreamer,
    RTSPGazeStreamer,
    RTSPImuStreamer,
    RTSPRawStreamer,
    RTSPVideoFrameStreamer,
    VideoFrame,
    receive_audio_frames,
    receive_eye_events_data,
    receive_gaze_data,
    receive_imu_data,
    receive_raw_rtsp_data,
    receive_video_frames,
)
from gazewire.client.streaming.audio import AudioNotAvailableError
from gazewire.flow import Tagged
from gazewire.time.offset import ClockOffset

__all__ = [
    "EYE_EVENT_DTYPE",
    "GAZE_DTYPE",
    "IMU_DTYPE",
    "APIPath",
    "AudioFrame",
    "AudioNotAvailableError",
    "BlinkEventData",
    "CameraState",
    "ClockOffset",
    "Delivery",
    "Device",
    "DeviceError",
    "DualMonocularGazeData",
    "EyestateGazeData",
    "FixationEventData",
    "FixationOnsetEventData",
    "GazeData",
    "ItemStream",
    "Matching",
    "Network",
    "RTSPAudioStreamer",
    "RTSPData",
    "RTSPEyeEventStreamer",
    "RTSPGazeStreamer",
    "RTSPImuStreamer",
    "RTSPRawStreamer",
    "RTSPVideoFrameStreamer",
    "RecordArray",
    "SceneMatch",
    "StatusUpdateNotifier",
    "StreamState",
    "StreamStatistics",
    "Tagged",
    "Transport",
    "VideoFrame",
    "__version__",
    "discover_devices",
    "find_device",
    "probe_subnet",
    "receive_audio_frames",
    "receive_eye_events_data",
    "receive_gaze_data",
    "receive_imu_data",
    "receive_raw_rtsp_data",
    "receive_video_frames",
]
