"""Many cameras at once: images out to other programs, boxes back, and nobody waited for."""

from gazewire.errors import MissingExtraError

try:
    import cv2 as _  # noqa: F401
except ImportError as missing:
    raise MissingExtraError("cameras") from missing

from gazewire.multicam.camera_frame import CameraFrame
from gazewire.multicam.config import CameraConfig, CamerasConfig, ConfigError, load_config
from gazewire.multicam.frame_sets import FrameSetSubscriber, subscribe_sets
from gazewire.multicam.server import RunningCameras, serve_cameras
from gazewire.multicam.subscriber import CameraSubscriber, subscribe

__all__ = [
    "CameraConfig",
    "CameraFrame",
    "CameraSubscriber",
    "CamerasConfig",
    "ConfigError",
    "FrameSetSubscriber",
    "RunningCameras",
    "load_config",
    "serve_cameras",
    "subscribe",
    "subscribe_sets",
]
