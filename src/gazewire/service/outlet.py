"""How the parts of the service speak to the bus, whatever carries it."""

from __future__ import annotations

from typing import Protocol

from gazewire.model import Notification
from gazewire.wire.ipc import Message

__all__ = ["Outlet"]


class Outlet(Protocol):
    """A way onto the bus. Its methods never wait, and are called on the event loop's thread."""

    def publish(self, message: Message) -> None:
        """Send data; a subscriber that is too slow misses some."""

    def notify(self, notification: Notification) -> None:
        """Send a notification on the reliable way, under the topic that its fields ask for."""

    def wants(self, topic: str) -> bool:
        """Whether anybody subscribes to a topic."""
