"""Time sync of a group: which of its Core programs is master, and that the others follow it.

    async with TimeSync(clock, timebase, Groups(clock, name="left")) as time_sync:
        time_sync.master                # whose time it is; None where it is ours

What the programs tell one another is read by `gazewire.wire.pts.SyncNode`, which knows the roles.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from gazewire.errors import RemoteProtocolError
from gazewire.net.groups import Groups
from gazewire.net.time_sync import TimeSyncFollower, TimeSyncMaster
from gazewire.time import Clock, TimeBase
from gazewire.wire.pts import Announcement, MasterAddress, SyncNode, group_name
from gazewire.wire.zre import GroupEvent, GroupJoined, GroupLeft, PeerExited, ShoutReceived

__all__ = ["TimeSync"]

logger = logging.getLogger(__name__)


class TimeSync:
    """Shares Core time with all programs of a group: an async context manager.

    Args:
        clock: our time.
        timebase: is turned where another one is master.
        groups: a member of its own, entered and left by us; nobody else may read from it.
        prefix: of those with whom time is shared.
        host: address of the interface where we tell our time.
        port: TCP port for that; 0 takes any free one.
        base_bias: how much we want to be master; 0 or more.
        is_recording: a recording runs, whose times must not jump.
        chance: draws lots where nobody comes first.
    """

    def __init__(
        self,
        clock: Clock,
        timebase: TimeBase,
        groups: Groups,
        *,
        prefix: str = "default",
        host: str = "127.0.0.1",
        port: int = 0,
        base_bias: float = 1.0,
        is_recording: Callable[[], bool] = lambda: False,
        chance: random.Random | None = None,
    ) -> None:
        chance = chance or random.Random()
        self._groups = groups
        self._group = group_name(prefix)
        self._base_bias = base_bias
        self._tie_breaker = chance.random()
        self._server = TimeSyncMaster(clock, timebase, host=host, port=port)
        self._follower = TimeSyncFollower(clock, timebase, is_recording=is_recording, chance=chance)
        self._followed: MasterAddress | None = None
        self._following: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()

    @property
    def master(self) -> MasterAddress | None:
        """Whose time we follow, or None where it is ours that others follow."""
        return self._node.master

    @property
    def port(self) -> int:
        """Where we tell our time."""
        return self._server.port

    @property
    def mailbox(self) -> str:
        """Where programs that have no beacon can name us."""
        return str(self._groups.endpoint)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._server)
            await stack.enter_async_context(self._groups)
            self._groups.join(self._group)
            self._node = SyncNode(
                self._groups.uuid.bytes,
                port=self._server.port,
                tie_breaker=self._tie_breaker,
                base_bias=self._base_bias,
            )
            self._tasks = await stack.enter_async_context(asyncio.TaskGroup())
            stack.callback(self._follow_nobody)
            stack.callback(self._tasks.create_task(self._listen()).cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _listen(self) -> None:
        self._act()
        async for event in self._groups:
            self._hear(event)
            self._act()

    def _hear(self, event: GroupEvent) -> None:
        match event:
            case GroupJoined(group=self._group):
                self._node.peer_joined()
            case ShoutReceived(peer=peer, group=self._group, content=content):
                try:
                    announcement = Announcement.parse(content)
                    self._node.peer_announced(peer.uuid.bytes, peer.endpoint.host, announcement)
                except RemoteProtocolError as error:
                    logger.debug("%s shouts something else: %s", peer.name, error)
            case GroupLeft(peer=peer, group=self._group) | PeerExited(peer=peer):
                self._node.peer_left(peer.uuid.bytes)
            case _:
                pass

    def _act(self) -> None:
        """Tell what others should know, and follow whom we should."""
        if (frames := self._node.announcement_to_send()) is not None:
            self._groups.shout(self._group, *frames)
        master = self._node.master
        if master == self._followed:
            return
        self._follow_nobody()
        self._followed = master
        if master is not None:
            following = self._follower.follow(master.host, master.port, on_synced=self._note_sync)
            self._following = self._tasks.create_task(following)

    def _note_sync(self) -> None:
        self._node.synced()
        self._act()

    def _follow_nobody(self) -> None:
        if self._following is not None:
            self._following.cancel()
            self._following = None
