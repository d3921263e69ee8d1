"""The native recording format of Neon (and of Pupil Invisible, which it grew from)."""

from gazewire.recording.neon.cameras import calibrated_cameras
from gazewire.recording.neon.info import NO_QUESTIONS, RecordingDevice, Wearer
from gazewire.recording.neon.reader import NeonRecording
from gazewire.recording.neon.writer import NeonRecordingWriter

__all__ = [
    "NO_QUESTIONS",
    "NeonRecording",
    "NeonRecordingWriter",
    "RecordingDevice",
    "Wearer",
    "calibrated_cameras",
]
