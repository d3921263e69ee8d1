"""Streams inside one process: bounded, with a named policy, on asyncio, without sockets."""

from gazewire.flow.delayed import DelayedNotifications
from gazewire.flow.playback import Timed, play
from gazewire.flow.topic import Overflow, OverrunError, Subscription, Topic
from gazewire.flow.unwrapped import unwrapped

__all__ = [
    "DelayedNotifications",
    "Overflow",
    "OverrunError",
    "Subscription",
    "Timed",
    "Topic",
    "play",
    "unwrapped",
]
