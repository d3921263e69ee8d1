"""Time sync on TCP: a master that tells its time, and a follower that corrects ours by it.

    async with TimeSyncMaster(clock, timebase) as master:
        ...

    await TimeSyncFollower(clock, timebase).follow("127.0.0.1", master.port)      # for ever

Who follows whom is agreed upon in a group: see `gazewire.net.time_sync_group`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gazewire.errors import ConnectionLostError, NetworkError, RemoteProtocolError
from gazewire.net.listener import listen
from gazewire.time import Clock, TimeBase
from gazewire.wire.pts import (
    CONNECT_TIMEOUT_S,
    RETRY_S,
    ROUND_PAUSE_S,
    ROUND_SPREAD_S,
    SLEW_INTERVAL_S,
    Correction,
    ExchangeRound,
    Hold,
    Jump,
    OffsetEstimate,
    Refuse,
    RequestReader,
    Slew,
    plan_correction,
    serialize_time,
)

__all__ = ["TimeSyncFollower", "TimeSyncLimits", "TimeSyncMaster"]

logger = logging.getLogger(__name__)

_PURPOSE = "time sync"

# Sixty exchanges, with half a second for each.
_ROUND_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSyncLimits:
    """How much of our memory and patience followers can have.

    Attributes:
        connections: the most at one time; further ones are closed at once.
        idle_timeout_s: how long a connection may stay silent.
        unsent_bytes: answers kept for a follower that does not read; beyond, it is dropped.
        burst_bytes: the most that may come in one piece: 256 requests, where a follower sends one
            and waits. Who sends more is dropped, because answering it all would keep everybody else
            waiting.
    """

    connections: int = 256
    idle_timeout_s: float = 60.0
    unsent_bytes: int = 64 * 1024
    burst_bytes: int = 1024


_DEFAULT_LIMITS = TimeSyncLimits()


class TimeSyncMaster:
    """Tells our Core time to everybody who asks: an async context manager.

    Args:
        clock: whose time is told.
        timebase: in whose seconds.
        host: address of the interface to listen on, or ``0.0.0.0`` for all of them.
        port: TCP port; 0 takes any free one.
        limits: what followers can have of us.

    Raises:
        AddressInUseError: on entering, where another program has the port.
        NetworkError: on entering, where the host is no interface of this machine.
    """

    def __init__(
        self,
        clock: Clock,
        timebase: TimeBase,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: TimeSyncLimits = _DEFAULT_LIMITS,
    ) -> None:
        self._clock = clock
        self._timebase = timebase
        self._host = host
        self._port = port
        self._limits = limits
        self._connections: set[_Telling] = set()
        self._all_gone = asyncio.Event()

    @property
    def port(self) -> int:
        """The port that is bound, also where any free one was asked for."""
        return self._port

    async def __aenter__(self) -> Self:
        self._listener = await listen(
            lambda: _Telling(self._core_s, self._limits, self._connections, self._all_gone),
            host=self._host,
            port=self._port,
            purpose=_PURPOSE,
        )
        self._port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.close()
        while self._connections:
            for connection in self._connections:
                connection.abort()
            self._all_gone.clear()
            await self._all_gone.wait()
        await self._listener.wait_closed()

    def _core_s(self) -> float:
        return self._timebase.core_s(self._clock.unix_ns())


class _Telling(asyncio.Protocol):
    """One follower's connection; asyncio has switched Nagle's algorithm off for it."""

    def __init__(
        self,
        core_s: Callable[[], float],
        limits: TimeSyncLimits,
        connections: set[_Telling],
        all_gone: asyncio.Event,
    ) -> None:
        self._core_s = core_s
        self._limits = limits
        self._connections = connections
        self._all_gone = all_gone
        self._reader = RequestReader()
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(self)
        if len(self._connections) > self._limits.connections:
            logger.warning("turned a follower of our time away: too many connections")
            transport.close()
        else:
            self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        if len(data) > self._limits.burst_bytes:
            logger.warning("dropped a follower of our time: it does not wait for answers")
            self.abort()
            return
        self._wait_for_request()
        count = self._reader.receive_data(data)
        self._transport.write(b"".join(serialize_time(self._core_s()) for _ in range(count)))
        if self._transport.get_write_buffer_size() > self._limits.unsent_bytes:
            logger.warning("dropped a follower of our time: it does not read")
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._connections.discard(self)
        if not self._connections:
            self._all_gone.set()

    def abort(self) -> None:
        """End the connection without another word."""
        self._transport.abort()

    def _wait_for_request(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._limits.idle_timeout_s, self.abort)


class TimeSyncFollower:
    """Keeps our Core time with a master's.

    Args:
        clock: our time.
        timebase: is turned until it agrees with the master's.
        is_recording: a recording runs, whose times must not jump.
        chance: spreads the rounds of many followers.
    """

    def __init__(
        self,
        clock: Clock,
        timebase: TimeBase,
        *,
        is_recording: Callable[[], bool] = lambda: False,
        chance: random.Random | None = None,
    ) -> None:
        self._clock = clock
        self._timebase = timebase
        self._is_recording = is_recording
        self._chance = chance or random.Random()

    async def measure(self, host: str, port: int) -> OffsetEstimate:
        """Ask a master sixty times; change nothing.

        Raises:
            NetworkError: it cannot be reached, goes away, or takes longer than half a minute.
            RemoteProtocolError: it answers what is no time.
        """
        loop = asyncio.get_running_loop()
        result: asyncio.Future[OffsetEstimate] = loop.create_future()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                transport, _ = await loop.create_connection(
                    lambda: _Asking(self._core_s, result), host, port
                )
        except asyncio.CancelledError:
            result.cancel()
            raise
        except OSError as error:
            result.cancel()
            raise NetworkError(f"cannot reach the time of {host}:{port}: {error}") from error
        try:
            async with asyncio.timeout(_ROUND_TIMEOUT_S):
                return await result
        except TimeoutError as error:
            raise ConnectionLostError(f"{host}:{port} is too slow to tell its time") from error
        finally:
            transport.abort()

    async def correct(self, estimate: OffsetEstimate) -> Correction:
        """Turn our time by what was measured: not at all, at once, or bit by bit for two seconds.

        Returns:
            What was done.
        """
        correction = plan_correction(estimate, recording=self._is_recording())
        match correction:
            case Jump(step_ns=step_ns):
                self._timebase.turn_back(step_ns)
                logger.info("%s", correction)
            case Slew(steps_ns=steps_ns):
                for step_ns in steps_ns:
                    self._timebase.turn_back(step_ns)
                    await asyncio.sleep(SLEW_INTERVAL_S)
            case Refuse():
                logger.error("%s", correction)
            case Hold():
                pass
        return correction

    async def follow(
        self, host: str, port: int, *, on_synced: Callable[[], None] = lambda: None
    ) -> None:
        """Keep to a master's time for ever, whether it can be reached at the moment or not.

        Args:
            host: the master's address.
            port: TCP.
            on_synced: is called after each round that left our time in agreement.
        """
        while True:
            pause_s = ROUND_PAUSE_S + self._chance.uniform(0, ROUND_SPREAD_S)
            try:
                correction = await self.correct(await self.measure(host, port))
            except (NetworkError, RemoteProtocolError) as error:
                logger.warning("time sync: %s", error)
                pause_s = RETRY_S
            else:
                if isinstance(correction, Refuse):
                    pause_s = RETRY_S
                else:
                    on_synced()
            await asyncio.sleep(pause_s)

    def _core_s(self) -> float:
        return self._timebase.core_s(self._clock.unix_ns())


class _Asking(asyncio.Protocol):
    """A follower's connection for one round, which it makes by itself."""

    def __init__(self, core_s: Callable[[], float], result: asyncio.Future[OffsetEstimate]) -> None:
        self._core_s = core_s
        self._result = result
        self._round = ExchangeRound()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._round.ask(self._core_s()))

    def data_received(self, data: bytes) -> None:
        received_s = self._core_s()
        try:
            self._round.receive_data(data, received_s)
        except RemoteProtocolError as error:
            self._end(error)
            return
        if self._round.complete:
            self._end(self._round.estimate())
        elif not self._round.pending:
            self._transport.write(self._round.ask(self._core_s()))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(ConnectionLostError("a master has closed the connection"))

    def _end(self, result: OffsetEstimate | Exception) -> None:
        if self._result.done():
            return
        if isinstance(result, Exception):
            self._result.set_exception(result)
        else:
            self._result.set_result(result)
        self._transport.abort()
