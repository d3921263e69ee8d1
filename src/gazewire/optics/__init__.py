"""Geometry that eyes and scenes share: cameras, rays, circles. No eye is in it.

Frames of reference are those of cameras: millimetres, x to the right, y down, z forward. A pixel's
centre is a whole number; (0, 0) is the centre of the top left one.
"""

from gazewire.optics.camera import Camera, Lens
from gazewire.optics.circle import circle_outline, sphere_outline, unproject_circle
from gazewire.optics.conic import axes_of_shape, dual_conic, ellipse_of_dual, shape_of_axes
from gazewire.optics.known_cameras import known_camera, nominal_camera
from gazewire.optics.rotation import rotation_to_axis

__all__ = [
    "Camera",
    "Lens",
    "axes_of_shape",
    "circle_outline",
    "dual_conic",
    "ellipse_of_dual",
    "known_camera",
    "nominal_camera",
    "rotation_to_axis",
    "shape_of_axes",
    "sphere_outline",
    "unproject_circle",
]
