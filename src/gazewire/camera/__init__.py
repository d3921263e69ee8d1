"""Where pictures, sound and samples come from."""

from gazewire.camera.camera_settings import CameraSettings
from gazewire.camera.camera_source import (
    CameraSource,
    DropCause,
    OpenCamera,
    Shot,
    SoftwareTriggered,
)
from gazewire.camera.capture_camera import CaptureCamera, CaptureControls
from gazewire.camera.control import ChoiceControl, Control, NumberControl
from gazewire.camera.footage import FootageTimeline, GazeTrack, Video
from gazewire.camera.live import Capture, LiveCamera
from gazewire.camera.moving_pattern import MovingPattern, read_frame_number
from gazewire.camera.sound import Sound, SoundPlayer
from gazewire.camera.source import (
    AudioShape,
    GlassesInfo,
    Presence,
    Published,
    Record,
    Source,
    Timeline,
    VideoShape,
    Wants,
)
from gazewire.camera.truth import StreamTruth, Truthful
from gazewire.camera.video_camera import VideoCamera

__all__ = [
    "AudioShape",
    "CameraSettings",
    "CameraSource",
    "Capture",
    "CaptureCamera",
    "CaptureControls",
    "ChoiceControl",
    "Control",
    "DropCause",
    "FootageTimeline",
    "GazeTrack",
    "GlassesInfo",
    "LiveCamera",
    "MovingPattern",
    "NumberControl",
    "OpenCamera",
    "Presence",
    "Published",
    "Record",
    "Shot",
    "SoftwareTriggered",
    "Sound",
    "SoundPlayer",
    "Source",
    "StreamTruth",
    "Timeline",
    "Truthful",
    "Video",
    "VideoCamera",
    "VideoShape",
    "Wants",
    "read_frame_number",
]
