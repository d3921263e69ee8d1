"""Planes in the scene, found by their markers, and the gaze that falls on them."""

from gazewire.surface.calibration_marker import (
    CalibrationMarker,
    CalibrationMarkerKind,
    calibration_marker_image,
    calibration_marker_svg,
    find_calibration_markers,
)
from gazewire.surface.definitions import pack_definitions, unpack_definitions
from gazewire.surface.dwell import Dwell, dwell
from gazewire.surface.heatmap import heat_map
from gazewire.surface.mapping import SurfaceTrail
from gazewire.surface.markers import MARKER_FAMILIES, Marker, MarkerDetector, MarkerId
from gazewire.surface.surface import Surface, SurfaceLocation

__all__ = [
    "MARKER_FAMILIES",
    "CalibrationMarker",
    "CalibrationMarkerKind",
    "Dwell",
    "Marker",
    "MarkerDetector",
    "MarkerId",
    "Surface",
    "SurfaceLocation",
    "SurfaceTrail",
    "calibration_marker_image",
    "calibration_marker_svg",
    "dwell",
    "find_calibration_markers",
    "heat_map",
    "pack_definitions",
    "unpack_definitions",
]
