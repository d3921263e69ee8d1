"""The recording format of Pupil Core, version 2.x."""

from gazewire.recording.core.archive import is_core, open_core, read_data, read_timestamps
from gazewire.recording.core.files import CoreFiles
from gazewire.recording.core.intrinsics import intrinsics_bytes, read_intrinsics
from gazewire.recording.core.playing import CoreRecording
from gazewire.recording.core.pldata import PldataRecord, read_pldata
from gazewire.recording.core.tape import CoreTape, TapedMessage
from gazewire.recording.core.telling import CoreTeller
from gazewire.recording.core.video import CoreVideo
from gazewire.recording.core.writer import CoreRecordingWriter

__all__ = [
    "CoreFiles",
    "CoreRecording",
    "CoreRecordingWriter",
    "CoreTape",
    "CoreTeller",
    "CoreVideo",
    "PldataRecord",
    "TapedMessage",
    "intrinsics_bytes",
    "is_core",
    "open_core",
    "read_data",
    "read_intrinsics",
    "read_pldata",
    "read_timestamps",
]
