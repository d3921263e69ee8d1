"""Streams inside one process: bounded, with a named policy, on asyncio, without sockets."""

from gazewire.flow.playback import play
from gazewire.flow.topic import Overflow, OverrunError, Subscription, Topic

__all__ = ["Overflow", "OverrunError", "Subscription", "Topic", "play"]
