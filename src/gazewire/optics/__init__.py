"""Geometry that eyes and scenes share: cameras, rays, circles. No eye is in it.

Frames of reference are those of cameras: millimetres, x to the right, y down, z forward. A pixel's
centre is a whole number; (0, 0) is the centre of the top left one.
"""

from gazewire.optics.camera import Camera, Lens
from gazewire.optics.known_cameras import known_camera, nominal_camera

__all__ = ["Camera", "Lens", "known_camera", "nominal_camera"]
