"""The native recording format of Neon (and of Pupil Invisible, which it grew from)."""

from gazewire.recording.neon.info import RecordingDevice, Template, Wearer
from gazewire.recording.neon.reader import NeonRecording
from gazewire.recording.neon.writer import NeonRecordingWriter

__all__ = ["NeonRecording", "NeonRecordingWriter", "RecordingDevice", "Template", "Wearer"]
