"""Streams inside one process: bounded, with a named policy, on asyncio, without sockets."""

from gazewire.flow.align import (
    Aligner,
    Choice,
    Match,
    Nearest,
    Overlapping,
    Series,
    sound_duration_ns,
)
from gazewire.flow.delayed import DelayedNotifications
from gazewire.flow.interpolation import InterpolatedGaze, interpolate_gaze
from gazewire.flow.merge import Merge, MergeBuffer, Tagged
from gazewire.flow.official_match import OfficialMatch, OfficialMatcher
from gazewire.flow.playback import Timed, play
from gazewire.flow.topic import Overflow, OverrunError, Subscription, Topic
from gazewire.flow.unwrapped import unwrapped

__all__ = [
    "Aligner",
    "Choice",
    "DelayedNotifications",
    "InterpolatedGaze",
    "Match",
    "Merge",
    "MergeBuffer",
    "Nearest",
    "OfficialMatch",
    "OfficialMatcher",
    "Overflow",
    "Overlapping",
    "OverrunError",
    "Series",
    "Subscription",
    "Tagged",
    "Timed",
    "Topic",
    "interpolate_gaze",
    "play",
    "sound_duration_ns",
    "unwrapped",
]
