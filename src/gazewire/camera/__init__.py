"""Where pictures and samples come from."""

from gazewire.camera.footage import FootageTimeline, GazeTrack, Video
from gazewire.camera.source import GlassesInfo, Record, Timeline, VideoShape

__all__ = [
    "FootageTimeline",
    "GazeTrack",
    "GlassesInfo",
    "Record",
    "Timeline",
    "Video",
    "VideoShape",
]
