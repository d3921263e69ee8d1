"""Makes the recorder of each recording, in the layout that is wanted."""

from __future__ import annotations

from collections.abc import Callable

from gazewire.camera import GlassesInfo
from gazewire.device.config import DeviceConfig
from gazewire.device.state import DeviceState
from gazewire.device.streams import DeviceStreams
from gazewire.device.templates import Questionnaire
from gazewire.optics import Camera
from gazewire.recording import (
    BothLayouts,
    LayoutChoice,
    Recorder,
    RecordingFolder,
    RecordingWriter,
    core_folder,
)
from gazewire.recording.core import CoreRecordingWriter
from gazewire.recording.neon import (
    NO_QUESTIONS,
    NeonRecordingWriter,
    RecordingDevice,
    calibrated_cameras,
)
from gazewire.time import Clock
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.template import TemplateData

__all__ = ["recorder_factory"]

OpenWriter = Callable[[RecordingFolder, str, int], RecordingWriter]


def recorder_factory(
    config: DeviceConfig,
    info: GlassesInfo,
    state: DeviceState,
    streams: DeviceStreams,
    questionnaire: Questionnaire | None,
    clock: Clock,
) -> Callable[[str, int], Recorder]:
    """Make a function that makes a recorder from the id and the begin of a recording."""
    open_neon = _neon(config, info, state, streams, questionnaire)
    open_core = _core(info, streams)

    def open_both(
        folder: RecordingFolder, recording_id: str, start_unix_ns: int
    ) -> RecordingWriter:
        neon = open_neon(folder, recording_id, start_unix_ns)
        return BothLayouts([neon, open_core(core_folder(folder), recording_id, start_unix_ns)])

    open_writer = {
        LayoutChoice.NEON: open_neon,
        LayoutChoice.CORE: open_core,
        LayoutChoice.BOTH: open_both,
    }[config.layout]

    def make_recorder(recording_id: str, start_unix_ns: int) -> Recorder:
        return Recorder(
            config.record_dir,
            recording_id=recording_id,
            start_unix_ns=start_unix_ns,
            open_writer=lambda folder: open_writer(folder, recording_id, start_unix_ns),
            clock=clock,
        )

    return make_recorder


def _neon(
    config: DeviceConfig,
    info: GlassesInfo,
    state: DeviceState,
    streams: DeviceStreams,
    questionnaire: Questionnaire | None,
) -> OpenWriter:
    hardware = state.hardware
    device = RecordingDevice(
        device_name=state.phone.device_name,
        device_id=state.phone.device_id,
        module_serial=hardware.module_serial or hardware.glasses_serial or "",
        frame_name=hardware.frame_name or "",
    )
    template = questionnaire.template if questionnaire is not None else NO_QUESTIONS

    def answers() -> TemplateData:
        return questionnaire.answers if questionnaire is not None else {}

    def open_writer(
        folder: RecordingFolder, recording_id: str, start_unix_ns: int
    ) -> RecordingWriter:
        return NeonRecordingWriter(
            folder,
            recording_id=recording_id,
            start_unix_ns=start_unix_ns,
            device=device,
            glasses=info,
            scene_parameter_sets=_pair(streams.scene_parameter_sets),
            eyes_parameter_sets=_pair(streams.eyes_parameter_sets),
            is_invisible=config.product.name == "invisible",
            template=template,
            answers=answers,
        )

    return open_writer


def _core(info: GlassesInfo, streams: DeviceStreams) -> OpenWriter:
    def open_writer(
        folder: RecordingFolder, recording_id: str, start_unix_ns: int
    ) -> RecordingWriter:
        return CoreRecordingWriter(
            folder,
            recording_id=recording_id,
            start_unix_ns=start_unix_ns,
            glasses=info,
            scene_parameter_sets=_pair(streams.scene_parameter_sets),
            eyes_parameter_sets=_pair(streams.eyes_parameter_sets),
            scene_camera=_scene_camera(info),
        )

    return open_writer


def _pair(sets: ParameterSets | None) -> tuple[bytes, bytes] | None:
    return None if sets is None else (sets.sps, sets.pps)


def _scene_camera(info: GlassesInfo) -> Camera | None:
    # What belongs to a picture of another size is of no use.
    if info.calibration is None or info.scene is None:
        return None
    try:
        camera = calibrated_cameras(info.calibration)["world"]
    except ValueError:
        return None
    size = (info.scene.width, info.scene.height)
    return camera if (camera.width, camera.height) == size else None
