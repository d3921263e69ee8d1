"""A Core program with nothing in it: Pupil Remote and a bus, which a client can be tested with."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Self

from gazewire.net.bus import Bus
from gazewire.net.bus_client import BusPusher
from gazewire.net.remote import RemoteServer
from gazewire.time import SystemClock, TimeBase
from gazewire.wire.ipc import Message

__all__ = ["CoreProgram"]


class CoreProgram:
    """A program that can end and start again, with its Remote where it was and its bus elsewhere.

    Its sockets are served by threads, so that blocking clients can be tested on the loop's own.
    What it publishes takes the bus's reliable intake: a publisher learns of a subscription a moment
    after the subscriber does.
    """

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.timebase = TimeBase.from_boot(self.clock)
        self.port = 0
        self.forwarded: list[list[bytes]] = []

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self.bus = await stack.enter_async_context(Bus(self.clock))
            self._pusher = await stack.enter_async_context(BusPusher(self.bus.push_url))
            remote = RemoteServer(
                self.clock,
                self.timebase,
                pub_port=self.bus.pub_port,
                sub_port=self.bus.sub_port,
                forward=self._forward,
                port=self.port,
            )
            await stack.enter_async_context(remote)
            self.port = remote.port
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Of Pupil Remote."""
        return f"tcp://127.0.0.1:{self.port}"

    async def start_again(self) -> None:
        """End, and start with another bus."""
        await self.__aexit__()
        await self.__aenter__()

    def publish(self, topic: str, /, **fields: object) -> None:
        """Put a message onto the bus, for all who are subscribed."""
        self._pusher.push(Message.from_map(topic, fields))

    def publish_frames(self, *frames: bytes) -> None:
        """Put frames onto the bus, whatever they hold."""
        self._pusher.push_frames(frames)

    def _forward(self, frames: object) -> None:
        assert isinstance(frames, list | tuple)
        self.forwarded.append([bytes(frame) for frame in frames])
        self._pusher.push_frames(frames)
