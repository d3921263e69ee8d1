from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

from gazewire.net.groups import Groups
from gazewire.net.time_sync_group import TimeSync
from gazewire.time import SystemClock, TimeBase
from gazewire.wire.pts import Announcement
from gazewire.wire.zre import GroupJoined, ShoutReceived

TIME_LIMIT_S = 20
GROUP = "default-time_sync-v1"


def program(core_s: float, name: str, *peers: str, **options: Any) -> tuple[TimeSync, TimeBase]:
    clock = SystemClock()
    timebase = TimeBase.from_boot(clock)
    timebase.set_now(core_s, clock.unix_ns())
    groups = Groups(clock, name=name, beacon_port=None, peers=peers)
    options = {"chance": random.Random(name), **options}
    time_sync = TimeSync(clock, timebase, groups, **options)
    return time_sync, timebase


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        while not condition():  # noqa: ASYNC110 - the network brings it
            await asyncio.sleep(0.01)


async def test_the_lower_rank_follows_the_higher() -> None:
    leader, leading = program(100.0, "leader", base_bias=2.0)
    async with leader:
        follower, following = program(900.0, "follower", leader.mailbox)
        async with follower:
            await until(lambda: abs(leading.zero_unix_ns - following.zero_unix_ns) < 1_000_000)
            assert follower.master is not None
            assert follower.master.port == leader.port
            assert leader.master is None


async def test_who_is_left_alone_is_master() -> None:
    follower, _ = program(900.0, "follower")
    async with follower:
        leader, _ = program(100.0, "leader", follower.mailbox, base_bias=2.0)
        async with leader:
            await until(lambda: follower.master is not None)
        await until(lambda: follower.master is None)


async def test_other_shouts_are_passed_over(leaving_nothing: Callable[..., Any]) -> None:
    async with leaving_nothing():
        time_sync, _ = program(1.0, "ours", base_bias=0.0)
        async with time_sync:
            stranger = Groups(
                SystemClock(),
                name="stranger",
                groups=[GROUP],
                beacon_port=None,
                peers=[time_sync.mailbox],
            )
            async with stranger, asyncio.timeout(TIME_LIMIT_S):
                while not isinstance(await anext(stranger), GroupJoined):
                    pass
                for content in ([b"hello"], [b"1", b"2", b"3"], [b"nan", b"1"], [b"9", b"\xff"]):
                    stranger.shout(GROUP, *content)
                stranger.shout("other", b"99.0", b"1")
                while not isinstance(shout := await anext(stranger), ShoutReceived):
                    pass
                assert Announcement.parse(shout.content).port == time_sync.port
                stranger.shout(GROUP, b"99.0", b"1")
                await until(lambda: time_sync.master is not None)
                assert time_sync.master is not None
                assert time_sync.master.port == 1
