"""Where the bus of a Core program is, and what time it is there, while the program comes and goes.

A program that starts again has other ports for its bus, and nobody tells. Pupil Remote is therefore
asked for them again and again, and for the time too, because anybody may set that with ``T``.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gazewire.client.core.clock_offset import ClockRound, CoreClockOffset
from gazewire.client.core.clock_rounds import measure_offset
from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.net.bus_security import BusKeys
from gazewire.net.remote import RemoteClient, Request
from gazewire.time import Clock, TimeBase
from gazewire.wire.remote import (
    AskPublishPort,
    AskSubscribePort,
    AskTime,
    parse_port_reply,
)

__all__ = ["BusUrls", "CoreLink"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BusUrls:
    """Where the bus is.

    Attributes:
        pub: for publishers.
        sub: for subscribers.
    """

    pub: str
    sub: str


class CoreLink:
    """Knows where a program's bus is and what time it is there: an async context manager.

    Entered means that the program has answered. It is left as soon as the questions under way are.

    Args:
        address: of the program's machine.
        port: of Pupil Remote.
        keys: where the program wants them.
        timeout_s: how long each question may take.
        clock_rounds: how often the time is asked for to learn the offset.
        check_interval_s: pause between questions whether everything is as it was.
        clock: ours.

    Raises:
        ConnectionLostError: on entering, where no program answers.
        RemoteProtocolError: on entering, where what answers is no such program.
    """

    def __init__(
        self,
        address: str,
        port: int,
        *,
        keys: BusKeys | None,
        timeout_s: float,
        clock_rounds: int,
        check_interval_s: float,
        clock: Clock,
    ) -> None:
        self.keys = keys
        self.timeout_s = timeout_s
        self.check_interval_s = check_interval_s
        self.clock = clock
        self.url = f"tcp://{address}:{port}"
        self._host = address
        self._clock_rounds = clock_rounds
        self._remote = RemoteClient(self.url, keys=keys, timeout_s=timeout_s)
        self._changed = asyncio.Condition()
        self._answers = True
        self._generation = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._remote)
            self._bus = await self._ask_bus()
            await self.measure_clock()
            watching = asyncio.create_task(self._watch(), name="Core link")
            stack.push_async_callback(_end, watching)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    @property
    def answers(self) -> bool:
        """The program has answered the latest question."""
        return self._answers

    @property
    def bus(self) -> BusUrls:
        """Where the bus is."""
        return self._bus

    @property
    def generation(self) -> int:
        """Which bus that is: another number for another one."""
        return self._generation

    @property
    def offset(self) -> CoreClockOffset:
        """How Core time is related to our clock."""
        return self._offset

    @property
    def timebase(self) -> TimeBase:
        """By which Core seconds become instants of our clock."""
        return self._timebase

    async def wait_moved(self, generation: int) -> None:
        """Wait until the bus is another one than that."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._generation != generation)

    async def measure_clock(self, rounds: int | None = None) -> CoreClockOffset:
        """Learn the offset anew; what is decoded from now on is dated by it.

        Args:
            rounds: how often to ask; None asks as often as always.

        Raises:
            ConnectionLostError: the program does not answer.
            RemoteProtocolError: its answer is no time.
        """
        self._offset = await asyncio.to_thread(
            measure_offset,
            self.url,
            keys=self.keys,
            timeout_s=self.timeout_s,
            rounds=self._clock_rounds if rounds is None else rounds,
            clock=self.clock,
        )
        self._timebase = TimeBase(self._offset.zero_unix_ns)
        return self._offset

    async def request(self, request: Request) -> bytes:
        """Ask Pupil Remote; requests of several tasks follow one another.

        Raises:
            ConnectionLostError: no reply in time.
            RemoteProtocolError: it is not one line.
        """
        return await self._remote.request(request)

    async def _ask_bus(self) -> BusUrls:
        pub = parse_port_reply(await self.request(AskPublishPort()))
        sub = parse_port_reply(await self.request(AskSubscribePort()))
        return BusUrls(f"tcp://{self._host}:{pub}", f"tcp://{self._host}:{sub}")

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.check_interval_s)
            try:
                await self._check()
            except (NetworkError, RemoteProtocolError) as error:
                if self._answers:
                    logger.warning("the Core program is gone: %s", error)
                self._answers = False

    async def _check(self) -> None:
        bus = await self._ask_bus()
        if bus != self._bus or not self._answers or not self._offset.allows(await self._round()):
            await self.measure_clock()
        self._answers = True
        if bus != self._bus:
            logger.warning("the Core program at %s has started again", self.url)
            async with self._changed:
                self._bus = bus
                self._generation += 1
                self._changed.notify_all()

    async def _round(self) -> ClockRound:
        sent_unix_ns = self.clock.unix_ns()
        reply = await self.request(AskTime())
        return ClockRound.from_reply(sent_unix_ns, reply, self.clock.unix_ns())


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
