"""Planes in the scene, found by their markers, and the gaze that falls on them."""

from gazewire.surface.calibration_marker import (
    CalibrationMarker,
    CalibrationMarkerKind,
    calibration_marker_image,
    calibration_marker_svg,
    find_calibration_markers,
)

__all__ = [
    "CalibrationMarker",
    "CalibrationMarkerKind",
    "calibration_marker_image",
    "calibration_marker_svg",
    "find_calibration_markers",
]
