"""A synthetic wearer: gaze, pictures and their truth, from a seed.

Nothing here knows how eyes are measured, so that truth shares no error with what it judges.
"""

from gazewire.errors import MissingExtraError

try:
    import cv2 as _  # noqa: F401
except ImportError as missing:
    raise MissingExtraError("device") from missing

from gazewire.sim.gaze_path import GazePath, Jump, Landmark, Movement, Rest
from gazewire.sim.head import HeadSway
from gazewire.sim.pinhole import Pinhole, Product, scene_camera
from gazewire.sim.scene import Scene
from gazewire.sim.wearer import Wearer

__all__ = [
    "GazePath",
    "HeadSway",
    "Jump",
    "Landmark",
    "Movement",
    "Pinhole",
    "Product",
    "Rest",
    "Scene",
    "Wearer",
    "scene_camera",
]
