"""The native recording format of Neon (and of Pupil Invisible, which it grew from)."""

from gazewire.recording.neon.info import RecordingDevice, Template, Wearer
from gazewire.recording.neon.writer import NeonRecordingWriter

__all__ = ["NeonRecordingWriter", "RecordingDevice", "Template", "Wearer"]
