"""The eyeball behind the pupils of an eye camera: gaze and diameter in millimetres.

See `docs/explanation/eye-model.md` for the method.
"""

from gazewire.eye.model3d.anatomy import EyeAnatomy
from gazewire.eye.model3d.detector3d import EyeModel3d
from gazewire.eye.model3d.properties import Detector3dProperties
from gazewire.eye.model3d.pupil3d import SPHERE_RADIUS_MM, Pupil3d

__all__ = [
    "SPHERE_RADIUS_MM",
    "Detector3dProperties",
    "EyeAnatomy",
    "EyeModel3d",
    "Pupil3d",
]
