"""What flows: frozen records shared by every floor above.

Each instant is ``timestamp_unix_ns``, integer nanoseconds of Unix time, taken at exposure by the
source and never re-taken. Pixels have their origin at the centre of the top left pixel, x to the
right and y down.
"""

from gazewire.model.access_unit import AccessUnit
from gazewire.model.annotation import Annotation
from gazewire.model.audio import AudioAccessUnit, AudioChunk
from gazewire.model.blink_response import BlinkResponse
from gazewire.model.detector_settings import DetectorSettings2d
from gazewire.model.dispersion_fixation import DispersionFixation
from gazewire.model.eye_event import Blink, EyeEvent, Fixation, Onset, Saccade
from gazewire.model.eye_movement import (
    DetectedBlink,
    DetectedFixation,
    DetectedOscillation,
    DetectedPursuit,
    DetectedSaccade,
    EyeMovement,
)
from gazewire.model.frame import Frame, PixelFormat
from gazewire.model.gaze import Eyelid, EyeState, GazeDatum, Vector3
from gazewire.model.imu import ImuDatum
from gazewire.model.mapped_gaze import DatumReference, GazeRay, MappedGaze
from gazewire.model.mark import Event
from gazewire.model.notification import Notification
from gazewire.model.pupil import (
    METHOD_2D,
    METHOD_3D,
    Circle3d,
    Ellipse,
    EyeId,
    EyeModel,
    Point2,
    PupilDatum,
    Sphere,
    nothing_found,
)
from gazewire.model.status import (
    Component,
    Hardware,
    NetworkDevice,
    Phone,
    Recording,
    RecordingAction,
    ResourceState,
    Sensor,
)
from gazewire.model.surface import Matrix3, SurfaceDatum, SurfaceFixation, SurfaceGaze

__all__ = [
    "METHOD_2D",
    "METHOD_3D",
    "AccessUnit",
    "Annotation",
    "AudioAccessUnit",
    "AudioChunk",
    "Blink",
    "BlinkResponse",
    "Circle3d",
    "Component",
    "DatumReference",
    "DetectedBlink",
    "DetectedFixation",
    "DetectedOscillation",
    "DetectedPursuit",
    "DetectedSaccade",
    "DetectorSettings2d",
    "DispersionFixation",
    "Ellipse",
    "Event",
    "EyeEvent",
    "EyeId",
    "EyeModel",
    "EyeMovement",
    "EyeState",
    "Eyelid",
    "Fixation",
    "Frame",
    "GazeDatum",
    "GazeRay",
    "Hardware",
    "ImuDatum",
    "MappedGaze",
    "Matrix3",
    "NetworkDevice",
    "Notification",
    "Onset",
    "Phone",
    "PixelFormat",
    "Point2",
    "PupilDatum",
    "Recording",
    "RecordingAction",
    "ResourceState",
    "Saccade",
    "Sensor",
    "Sphere",
    "SurfaceDatum",
    "SurfaceFixation",
    "SurfaceGaze",
    "Vector3",
    "nothing_found",
]
