"""Pupil Service in software, and what Capture had without its window: bus, Remote, eyes, gaze.

The service opens no camera and finds no pupil by itself: what does is put in, by the protocols
`Camera`, `PupilSource`, `GazeMapper`, `FixationDetector` and `BlinkDetector`.
"""

from gazewire.service.accuracy import (
    GazeAccuracy,
    TargetAccuracy,
    evaluate_gaze,
    nearest_in_time,
)
from gazewire.service.bus_outlet import BusAddresses
from gazewire.service.calibration import (
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    Calibrator,
    GazerName,
    Reference,
)
from gazewire.service.config import DEFAULT_REMOTE_PORT, ServiceConfig
from gazewire.service.core_time import AnchoredClock
from gazewire.service.detector_settings import (
    DETECTOR_2D,
    DETECTOR_3D,
    DetectorSettings,
    Roi,
)
from gazewire.service.exposure import (
    METHOD_2D,
    METHOD_3D,
    Camera,
    Exposure,
    FrameExposure,
    NoCamera,
    PupilSource,
    nothing_found,
)
from gazewire.service.eye_launcher import EyeLauncher, EyeStart, InProcessEyes, SpawnedEyes
from gazewire.service.eye_process import (
    REHEARSED_SUBJECT,
    SLOWED_SUBJECT,
    EyeParts,
    Rehearsal,
    eye_image_topic,
    run_eye,
)
from gazewire.service.fitting import ACCURACY_SUBJECT
from gazewire.service.gaze_mapper import (
    BlinkDetector,
    FixationDetector,
    GazeMapper,
    MappingMode,
    NoMapper,
    NoMovement,
)
from gazewire.service.key_environment import keys_from
from gazewire.service.logs import logs_published
from gazewire.service.movement_plugins import BlinkArgs, FixationArgs
from gazewire.service.outlet import Outlet
from gazewire.service.parts import ServiceParts
from gazewire.service.pipeline import Pass, Told
from gazewire.service.plugin import Events, NoArgs, Plugin, PluginContext, PluginType
from gazewire.service.plugins import PLUGIN_GROUP
from gazewire.service.recording import OpenRecording, RecordingPlan, RecordingWriter
from gazewire.service.server import RunningService, serve_service
from gazewire.service.surfaces import SurfaceLocator, SurfacePose, matrix3

__all__ = [
    "ACCURACY_SUBJECT",
    "DEFAULT_REMOTE_PORT",
    "DETECTOR_2D",
    "DETECTOR_3D",
    "METHOD_2D",
    "METHOD_3D",
    "PLUGIN_GROUP",
    "REHEARSED_SUBJECT",
    "SLOWED_SUBJECT",
    "AnchoredClock",
    "BlinkArgs",
    "BlinkDetector",
    "BusAddresses",
    "CalibrationFailedError",
    "CalibrationOutcome",
    "CalibrationRequest",
    "Calibrator",
    "Camera",
    "DetectorSettings",
    "Events",
    "Exposure",
    "EyeLauncher",
    "EyeParts",
    "EyeStart",
    "FixationArgs",
    "FixationDetector",
    "FrameExposure",
    "GazeAccuracy",
    "GazeMapper",
    "GazerName",
    "InProcessEyes",
    "MappingMode",
    "NoArgs",
    "NoCamera",
    "NoMapper",
    "NoMovement",
    "OpenRecording",
    "Outlet",
    "Pass",
    "Plugin",
    "PluginContext",
    "PluginType",
    "PupilSource",
    "RecordingPlan",
    "RecordingWriter",
    "Reference",
    "Rehearsal",
    "Roi",
    "RunningService",
    "ServiceConfig",
    "ServiceParts",
    "SpawnedEyes",
    "SurfaceLocator",
    "SurfacePose",
    "TargetAccuracy",
    "Told",
    "evaluate_gaze",
    "eye_image_topic",
    "keys_from",
    "logs_published",
    "matrix3",
    "nearest_in_time",
    "nothing_found",
    "run_eye",
    "serve_service",
]
