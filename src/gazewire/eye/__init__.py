"""From an image of an eye to its pupil, and from pupils to the eyeball behind them.

from gazewire.eye import Detector2d

detector = Detector2d()
pupil = detector.detect(gray)  # (H, W) uint8, near infrared
if pupil is not None and pupil.confidence >= 0.6:
x_px, y_px = pupil.center_px
"""

from gazewire.errors import MissingExtraError

try:
    import cv2 as _  # noqa: F401
except ImportError as missing:
    raise MissingExtraError("seeing") from missing

from gazewire.eye.detector2d import Detector2d, detect
from gazewire.eye.pupil2d import Pupil2d
from gazewire.model import DetectorSettings2d

__all__ = ["Detector2d", "DetectorSettings2d", "Pupil2d", "detect"]
