"""The recording format of Pupil Core, version 2.x."""

from gazewire.recording.core.archive import is_core, open_core, read_data, read_timestamps
from gazewire.recording.core.playing import CoreRecording
from gazewire.recording.core.pldata import PldataRecord, read_pldata
from gazewire.recording.core.tape import CoreTape, TapedMessage
from gazewire.recording.core.telling import CoreTeller

__all__ = [
    "CoreRecording",
    "CoreTape",
    "CoreTeller",
    "PldataRecord",
    "TapedMessage",
    "is_core",
    "open_core",
    "read_data",
    "read_pldata",
    "read_timestamps",
]
