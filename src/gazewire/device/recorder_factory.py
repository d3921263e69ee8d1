"""Makes the recorder of each recording, in the layout that the vendor's readers open."""

from __future__ import annotations

from collections.abc import Callable

from gazewire.camera import GlassesInfo
from gazewire.device.config import DeviceConfig
from gazewire.device.state import DeviceState
from gazewire.device.templates import Questionnaire
from gazewire.recording import Recorder, RecordingFolder
from gazewire.recording.neon import NO_QUESTIONS, NeonRecordingWriter, RecordingDevice
from gazewire.time import Clock
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.template import TemplateData

__all__ = ["recorder_factory"]


def recorder_factory(
    config: DeviceConfig,
    info: GlassesInfo,
    state: DeviceState,
    scene_parameter_sets: ParameterSets | None,
    questionnaire: Questionnaire | None,
    clock: Clock,
) -> Callable[[str, int], Recorder]:
    """Make a function that makes a recorder from the id and the begin of a recording."""
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

    parameter_sets = None
    if scene_parameter_sets is not None:
        parameter_sets = (scene_parameter_sets.sps, scene_parameter_sets.pps)

    def make_recorder(recording_id: str, start_unix_ns: int) -> Recorder:
        def open_writer(folder: RecordingFolder) -> NeonRecordingWriter:
            return NeonRecordingWriter(
                folder,
                recording_id=recording_id,
                start_unix_ns=start_unix_ns,
                device=device,
                glasses=info,
                scene_parameter_sets=parameter_sets,
                template=template,
                answers=answers,
            )

        return Recorder(
            config.record_dir,
            recording_id=recording_id,
            start_unix_ns=start_unix_ns,
            open_writer=open_writer,
            clock=clock,
        )

    return make_recorder
