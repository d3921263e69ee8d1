"""Where pictures, sound and samples come from."""

from gazewire.camera.footage import FootageTimeline, GazeTrack, Video
from gazewire.camera.sound import Sound, SoundPlayer
from gazewire.camera.source import AudioShape, GlassesInfo, Record, Timeline, VideoShape, Wants

__all__ = [
    "AudioShape",
    "FootageTimeline",
    "GazeTrack",
    "GlassesInfo",
    "Record",
    "Sound",
    "SoundPlayer",
    "Timeline",
    "Video",
    "VideoShape",
    "Wants",
]
