"""What is put into a service from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gazewire.service.calibration import Calibrator
from gazewire.service.exposure import Camera, NoCamera
from gazewire.service.eye_launcher import EyeLauncher
from gazewire.service.gaze_mapper import (
    BlinkDetector,
    FixationDetector,
    GazeMapper,
    MappingMode,
)
from gazewire.service.movement_plugins import BlinkArgs, FixationArgs
from gazewire.service.pldata import PldataWriter
from gazewire.service.plugin import PluginType
from gazewire.service.recording import OpenRecording
from gazewire.service.surfaces import SurfaceLocator

__all__ = ["ServiceParts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What a service is made of: it opens no camera and finds no pupil by itself.

    Attributes:
        launcher: lets eyes live.
        mapper: makes what maps pupils to gaze until somebody calibrates.
        fixations: makes what finds fixations.
        blinks: makes what finds blinks.
        calibrator: fits what maps when somebody has.
        scene: the scene camera.
        surfaces: finds surfaces in its images; None where none are known, and nobody looks until a
            client asks for it.
        open_recording: begins a recording in a folder that has been made for it.
        plugins: that run from the beginning, besides those of the service itself.
    """

    launcher: EyeLauncher
    mapper: Callable[[MappingMode], GazeMapper]
    fixations: Callable[[FixationArgs], FixationDetector]
    blinks: Callable[[BlinkArgs], BlinkDetector]
    calibrator: Calibrator
    scene: Camera = field(default_factory=NoCamera)
    surfaces: SurfaceLocator | None = None
    open_recording: OpenRecording = PldataWriter
    # Any: plugins of any arguments.
    plugins: tuple[PluginType[Any], ...] = ()
