"""Notifications that carry whole collections, which our own subscribers have no use for."""

from __future__ import annotations

from gazewire.wire.ipc import MAX_NOTIFICATION_BYTES, Message

__all__ = ["is_for_others"]

_LARGE = ("notify.calibration.setup", "notify.calibration.result", "notify.validation.data")


def is_for_others(message: Message) -> bool:
    """Tell whether it is larger than what our own subscribers look into, as it may be."""
    return len(message.payload) > MAX_NOTIFICATION_BYTES and message.topic.startswith(_LARGE)
