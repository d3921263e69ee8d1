"""What flows: frozen records shared by every floor above.

Each instant is ``timestamp_unix_ns``, integer nanoseconds of Unix time, taken at exposure by the
source and never re-taken. Pixels have their origin at the centre of the top left pixel, x to the
right and y down.
"""

from gazewire.model.access_unit import AccessUnit
from gazewire.model.audio import AudioAccessUnit, AudioChunk
from gazewire.model.eye_event import Blink, EyeEvent, Fixation, Onset, Saccade
from gazewire.model.frame import Frame, PixelFormat
from gazewire.model.gaze import Eyelid, EyeState, GazeDatum, Vector3
from gazewire.model.imu import ImuDatum
from gazewire.model.mark import Event
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

__all__ = [
    "AccessUnit",
    "AudioAccessUnit",
    "AudioChunk",
    "Blink",
    "Component",
    "Event",
    "EyeEvent",
    "EyeState",
    "Eyelid",
    "Fixation",
    "Frame",
    "GazeDatum",
    "Hardware",
    "ImuDatum",
    "NetworkDevice",
    "Onset",
    "Phone",
    "PixelFormat",
    "Recording",
    "RecordingAction",
    "ResourceState",
    "Saccade",
    "Sensor",
    "Vector3",
]
