"""The documents of a recording: what recorded, whom, when, with which questions.

The fields carry the names of the files' keys, so that the records are the files.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import msgspec

from gazewire import __version__
from gazewire.wire.template import Template, TemplateData

__all__ = [
    "ANONYMOUS",
    "NO_QUESTIONS",
    "InvisibleInfo",
    "RecordingDevice",
    "RecordingInfo",
    "TemplateAnswers",
    "Wearer",
    "recording_info",
]

_NS_PER_S = 1_000_000_000

# Readers take what stands before the hyphen for the version of the phone's app, and shift fixations
# where it is lower than this one.
_APP_VERSION = f"2.9.31-gazewire-{__version__}"
# Says "Neon" to the vendor's tools; 2.5 is what phones wrote in 2025.
_DATA_FORMAT_VERSION = "2.5"
# The last that the vendor's desktop player takes.
_INVISIBLE_FORMAT_VERSION = "1.4"
_INVISIBLE_APP_VERSION = f"1.4.30-gazewire-{__version__}"
# The vendor's exporter looks here for the way in which blinks were found.
_PIPELINE_VERSION = "2.8.0"
# What the vendor's app assumes of a wearer that nobody measured.
_INTER_EYE_DISTANCE_MM = 63.0
_GAZE_RATE_HZ = 200


class RecordingDevice(msgspec.Struct, frozen=True, kw_only=True):
    """What made a recording.

    Attributes:
        device_name: as users call the device.
        device_id: 16 hexadecimal digits.
        module_serial: of the glasses' sensor module; six digits on Neon.
        frame_name: of the glasses' frame.
    """

    device_name: str
    device_id: str
    module_serial: str
    frame_name: str = ""


class Wearer(msgspec.Struct, frozen=True, kw_only=True):
    """``wearer.json``: whose eyes are recorded.

    Attributes:
        uuid: the same person has the same one in all recordings.
        name: for humans.
    """

    uuid: str
    name: str


ANONYMOUS = Wearer(uuid=str(uuid.uuid5(uuid.NAMESPACE_DNS, "wearer.gazewire")), name="Anonymous")
"""The wearer of devices that do not know who wears them."""


NO_QUESTIONS = Template(
    id=uuid.uuid5(uuid.NAMESPACE_DNS, "template.gazewire"),
    name="No questions",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    recording_name_format=("{date}", "_", "{time}"),
)
"""The template of devices that ask nothing."""


class TemplateAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to a template's questions.

    Attributes:
        id: of the template.
        version: when that was last changed.
        recording_name: what users call the recording.
        data: answers by the UUID of their question.
    """

    id: uuid.UUID
    version: datetime
    recording_name: str
    data: TemplateData


class RecordingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """``info.json``.

    Attributes:
        recording_id: UUID.
        start_time: nanoseconds of Unix time.
        duration: nanoseconds; 0 where the recording has only begun.
        android_device_id: 16 hexadecimal digits.
        android_device_name: as users call the device.
        android_device_model: what kind of device.
        module_serial_number: of the glasses' sensor module.
        frame_name: of the glasses' frame.
        wearer_id: as in ``wearer.json``.
        template_data: its `id` is that of ``template.json``, or the vendor's exporter stops.
        workspace_id: where it belongs in the vendor's cloud; None: nowhere.
        data_format_version: 2 for Neon, and a minor number.
        app_version: must begin as a version that Python packages could have.
        wearer_ied: distance between the eyes in millimetres.
        gaze_offset: pixels that were added to gaze.
        gaze_frequency: nominal rate in Hz.
        gaze_mode: which eyes gaze is computed from.
        calib_version: of the way in which `gaze_offset` is meant.
        pipeline_version: of the vendor's processing.
        os_version: of the device.
        frame_id: number of the kind of frame.
        firmware_version: of the sensor module, and of its logic.
    """

    recording_id: str
    start_time: int
    duration: int
    android_device_id: str
    android_device_name: str
    android_device_model: str
    module_serial_number: str
    frame_name: str
    wearer_id: str
    template_data: TemplateAnswers
    workspace_id: str | None = None
    data_format_version: str = _DATA_FORMAT_VERSION
    app_version: str = _APP_VERSION
    wearer_ied: float = _INTER_EYE_DISTANCE_MM
    gaze_offset: tuple[float, float] = (0.0, 0.0)
    gaze_frequency: int = _GAZE_RATE_HZ
    gaze_mode: str = "binocular"
    calib_version: int = 1
    pipeline_version: str = _PIPELINE_VERSION
    os_version: str = ""
    frame_id: str = ""
    firmware_version: tuple[int, int] = (0, 0)


class InvisibleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """``info.json`` of Pupil Invisible; fields as in `RecordingInfo`.

    Attributes:
        glasses_serial_number: of the glasses.
        scene_camera_serial_number: of the camera that is clipped to them.
    """

    recording_id: str
    start_time: int
    duration: int
    android_device_id: str
    android_device_name: str
    android_device_model: str
    glasses_serial_number: str
    wearer_id: str
    template_data: TemplateAnswers
    scene_camera_serial_number: str = ""
    data_format_version: str = _INVISIBLE_FORMAT_VERSION
    app_version: str = _INVISIBLE_APP_VERSION
    gaze_offset: tuple[float, float] = (0.0, 0.0)
    calib_version: int = 1
    pipeline_version: str = _PIPELINE_VERSION


def recording_info(
    device: RecordingDevice,
    wearer: Wearer,
    template: Template,
    *,
    recording_id: str,
    start_unix_ns: int,
    gaze_rate_hz: float | None,
    is_invisible: bool = False,
) -> RecordingInfo | InvisibleInfo:
    """Say what is known when a recording begins.

    Args:
        device: what records.
        wearer: whom.
        template: which questions were asked; none is answered yet.
        recording_id: UUID.
        start_unix_ns: when it begins.
        gaze_rate_hz: nominal rate of gaze; None where there is no gaze.
        is_invisible: the glasses are Pupil Invisible.
    """
    start = datetime.fromtimestamp(start_unix_ns // _NS_PER_S, UTC)
    answers = TemplateAnswers(
        id=template.id,
        version=template.updated_at,
        recording_name=f"{start:%Y-%m-%d_%H:%M:%S}",
        data={},
    )
    if is_invisible:
        return InvisibleInfo(
            recording_id=recording_id,
            start_time=start_unix_ns,
            duration=0,
            android_device_id=device.device_id,
            android_device_name=device.device_name,
            android_device_model="gazewire",
            glasses_serial_number=device.module_serial,
            wearer_id=wearer.uuid,
            template_data=answers,
        )
    return RecordingInfo(
        recording_id=recording_id,
        start_time=start_unix_ns,
        duration=0,
        android_device_id=device.device_id,
        android_device_name=device.device_name,
        android_device_model="gazewire",
        module_serial_number=device.module_serial,
        frame_name=device.frame_name,
        wearer_id=wearer.uuid,
        template_data=answers,
        gaze_frequency=_GAZE_RATE_HZ if gaze_rate_hz is None else round(gaze_rate_hz),
    )
