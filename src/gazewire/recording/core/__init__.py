"""The recording format of Pupil Core, version 2.x."""

from gazewire.recording.core.archive import is_core, open_core, read_data, read_timestamps
from gazewire.recording.core.pldata import PldataRecord, read_pldata

__all__ = [
    "PldataRecord",
    "is_core",
    "open_core",
    "read_data",
    "read_pldata",
    "read_timestamps",
]
