"""Where pictures and samples come from."""

from gazewire.camera.source import GlassesInfo, Record, Timeline, VideoShape

__all__ = ["GlassesInfo", "Record", "Timeline", "VideoShape"]
