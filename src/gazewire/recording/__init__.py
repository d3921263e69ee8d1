"""Recordings: from the records of a source to files, and from files to a source again.

What may happen to a recording is the `RecordingSession`'s; `Recorder` takes records off the event
loop; the folder layouts have packages of their own, of which `gazewire.recording.neon` is one.
"""

from gazewire.recording.folder import RecordingFolder
from gazewire.recording.gaze_table import GazeTable
from gazewire.recording.recorder import Recorder, RecorderConfig
from gazewire.recording.replay import RecordingTimeline
from gazewire.recording.session import RecordingSession, RecordingState
from gazewire.recording.source import open_source
from gazewire.recording.writer import Recordable, RecordingWriter

__all__ = [
    "GazeTable",
    "Recordable",
    "Recorder",
    "RecorderConfig",
    "RecordingFolder",
    "RecordingSession",
    "RecordingState",
    "RecordingTimeline",
    "RecordingWriter",
    "open_source",
]
