"""Recordings: from the records of a source to files, and from files to a source again.

What may happen to a recording is the `RecordingSession`'s; `Recorder` takes records off the event
loop; the folder layouts have packages of their own, of which `gazewire.recording.neon` is one.
"""

from gazewire.recording.folder import RecordingFolder
from gazewire.recording.recorder import Recorder, RecorderConfig
from gazewire.recording.session import RecordingSession, RecordingState
from gazewire.recording.writer import Recordable, RecordingWriter

__all__ = [
    "Recordable",
    "Recorder",
    "RecorderConfig",
    "RecordingFolder",
    "RecordingSession",
    "RecordingState",
    "RecordingWriter",
]
