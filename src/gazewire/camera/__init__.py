"""Where pictures, sound and samples come from."""

from gazewire.camera.footage import FootageTimeline, GazeTrack, Video
from gazewire.camera.live import Capture, LiveCamera
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

__all__ = [
    "AudioShape",
    "Capture",
    "FootageTimeline",
    "GazeTrack",
    "GlassesInfo",
    "LiveCamera",
    "Presence",
    "Published",
    "Record",
    "Sound",
    "SoundPlayer",
    "Source",
    "StreamTruth",
    "Timeline",
    "Truthful",
    "Video",
    "VideoShape",
    "Wants",
]
