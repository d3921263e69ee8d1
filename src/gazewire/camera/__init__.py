"""Where pictures, sound and samples come from."""

from gazewire.camera.footage import FootageTimeline, GazeTrack, Video
from gazewire.camera.sound import Sound
from gazewire.camera.source import AudioShape, GlassesInfo, Record, Timeline, VideoShape

__all__ = [
    "AudioShape",
    "FootageTimeline",
    "GazeTrack",
    "GlassesInfo",
    "Record",
    "Sound",
    "Timeline",
    "Video",
    "VideoShape",
]
