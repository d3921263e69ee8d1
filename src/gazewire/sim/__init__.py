"""A synthetic wearer: gaze, pictures and their truth, from a seed.

Nothing here knows how eyes are measured, so that truth shares no error with what it judges.
"""

from gazewire.errors import MissingExtraError

try:
    import cv2 as _  # noqa: F401
except ImportError as missing:
    raise MissingExtraError("device") from missing

from gazewire.sim.attention import Attention
from gazewire.sim.ball import BALL_RADIUS, Ball
from gazewire.sim.exhibit import Exhibit
from gazewire.sim.eye_image import EyeRenderer
from gazewire.sim.eye_pose import EyePose
from gazewire.sim.eye_truth import Glint, PupilTruth
from gazewire.sim.eye_video import EyeVideo
from gazewire.sim.gaze_path import GazePath, Jump, Landmark, Movement, Rest
from gazewire.sim.head import HeadMotion
from gazewire.sim.person import Eye, Person
from gazewire.sim.pinhole import Pinhole, Product, scene_camera
from gazewire.sim.scene import Scene
from gazewire.sim.truth import EyeTruth, MovementName, WearerTruth
from gazewire.sim.wearer import Wearer

__all__ = [
    "BALL_RADIUS",
    "Attention",
    "Ball",
    "Exhibit",
    "Eye",
    "EyePose",
    "EyeRenderer",
    "EyeTruth",
    "EyeVideo",
    "GazePath",
    "Glint",
    "HeadMotion",
    "Jump",
    "Landmark",
    "Movement",
    "MovementName",
    "Person",
    "Pinhole",
    "Product",
    "PupilTruth",
    "Rest",
    "Scene",
    "Wearer",
    "WearerTruth",
    "scene_camera",
]
