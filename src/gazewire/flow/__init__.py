"""Streams inside one process: bounded, with a named policy, on asyncio, without sockets."""

from gazewire.flow.playback import Timed, play
from gazewire.flow.topic import Overflow, OverrunError, Subscription, Topic
from gazewire.flow.unwrapped import unwrapped

__all__ = ["Overflow", "OverrunError", "Subscription", "Timed", "Topic", "play", "unwrapped"]
