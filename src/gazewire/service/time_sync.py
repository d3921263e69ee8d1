"""Core time shared with other machines, as a plugin."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import msgspec

from gazewire.net.time_sync_group import TimeSync
from gazewire.service.plugin import Plugin

__all__ = ["TimeSyncArgs", "TimeSyncPlugin"]


class TimeSyncArgs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``Time_Sync`` is started with.

    Attributes:
        node_name: of this machine; None for its host name.
        sync_group_prefix: of those with whom time is shared.
        base_bias: how much it wants to be master; 0 or more.
    """

    node_name: str | None = None
    sync_group_prefix: str = "default"
    base_bias: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.base_bias) and self.base_bias >= 0):
            raise ValueError(f"base_bias is 0 or more, not {self.base_bias}")


class TimeSyncPlugin(Plugin):
    """The plugin.

    Args:
        make: makes a member of the group that shares its time.
    """

    def __init__(self, make: Callable[[], TimeSync]) -> None:
        self._make = make

    async def run(self) -> None:
        """Share time until it is stopped."""
        async with self._make():
            await asyncio.Event().wait()
