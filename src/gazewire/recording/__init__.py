"""Recordings: from the records of a source to files, and from files to a source again.

What may happen to a recording is the `RecordingSession`'s; `Recorder` takes records off the event
loop; the folder layouts have packages of their own, of which `gazewire.recording.neon` is one.
"""

from gazewire.recording.both import BothLayouts
from gazewire.recording.finding import Finding
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.gaze_table import GazeTable
from gazewire.recording.layouts import LayoutChoice, core_folder
from gazewire.recording.moved_clock import MovedClock
from gazewire.recording.opening import open_recording
from gazewire.recording.playing import open_playable
from gazewire.recording.recorder import Recorder, RecorderConfig
from gazewire.recording.recording import Recording, RecordingFacts
from gazewire.recording.repair import RepairReport, repair_recording
from gazewire.recording.replay import RecordingTimeline
from gazewire.recording.session import RecordingSession, RecordingState
from gazewire.recording.source import open_source
from gazewire.recording.summary import RecordingSummary, summarize
from gazewire.recording.time_series import TimeSeries
from gazewire.recording.video_series import VideoSeries
from gazewire.recording.writer import EyesUnit, Recordable, RecordingWriter

__all__ = [
    "BothLayouts",
    "EyesUnit",
    "Finding",
    "GazeTable",
    "LayoutChoice",
    "MovedClock",
    "Recordable",
    "Recorder",
    "RecorderConfig",
    "Recording",
    "RecordingFacts",
    "RecordingFolder",
    "RecordingSession",
    "RecordingState",
    "RecordingSummary",
    "RecordingTimeline",
    "RecordingWriter",
    "RepairReport",
    "TimeSeries",
    "VideoSeries",
    "core_folder",
    "open_playable",
    "open_recording",
    "open_source",
    "repair_recording",
    "summarize",
]
