"""Where pictures, sound and samples come from."""

from gazewire.camera.camera_source import CameraSource, DropCause, OpenCamera, Shot
from gazewire.camera.capture_camera import CaptureCamera
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
    "CameraSource",
    "Capture",
    "CaptureCamera",
    "DropCause",
    "FootageTimeline",
    "GazeTrack",
    "GlassesInfo",
    "LiveCamera",
    "MovingPattern",
    "OpenCamera",
    "Presence",
    "Published",
    "Record",
    "Shot",
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
