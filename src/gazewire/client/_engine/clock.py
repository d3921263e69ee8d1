"""Keeps watch over a device's clock: a round of the time echo now and then, all the while.

::

    async with DeviceClock(lambda: (host, port), clock) as device_clock:
        offset = await device_clock.known(timeout_s=2.0)
        device_unix_ns = offset.to_device_ns(clock.unix_ns())

A device that cannot be reached, is not there yet or has no time echo is waited for. Nothing of this
disturbs whoever asks for the offset; `DeviceClock.state` and `DeviceClock.trouble` tell of it.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gazewire.errors import GazewireError
from gazewire.net import TimeEchoClient, connect_time_echo
from gazewire.time import Clock
from gazewire.time.offset import ClockOffset, OffsetEstimator

__all__ = ["ClockState", "DeviceClock", "EchoPace"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoPace:
    """How often a device is asked for its time, and how long it is waited for.

    Attributes:
        quick_rounds: made in haste on each new connection, for a first estimate.
        quick_pause_s: between those. Never zero: a round that starts when the one before it ends
            always meets the same part of the device's millisecond.
        pause_s: between the rounds that follow. At eight a second, a minute of them tells the
            offset to a fifth of a millisecond where delays vary by five; they are 16 bytes each.
        spread: share by which a pause is longer or shorter, at random, so that rounds begin at any
            part of the device's millisecond.
        round_timeout_s: for an answer; a device that takes longer is connected to anew.
        connect_timeout_s: for a connection.
        retry_s: the pause after a first failure; it doubles with each further one.
        most_retry_s: beyond which it does not grow.
    """

    quick_rounds: int = 20
    quick_pause_s: float = 0.01
    pause_s: float = 0.125
    spread: float = 0.25
    round_timeout_s: float = 2.0
    connect_timeout_s: float = 2.0
    retry_s: float = 0.25
    most_retry_s: float = 2.0


class ClockState(enum.Enum):
    """What is being done to know the device's clock."""

    ABSENT = "absent"
    """The device has no time echo, or we have not heard of it yet."""

    CONNECTING = "connecting"
    """Nothing has come of this connection yet."""

    MEASURING = "measuring"
    """The latest round went well."""

    WAITING = "waiting"
    """The device could not be reached, or was lost; another try is due."""

    CLOSED = "closed"
    """Nothing more is done: the context has been left, or not been entered."""


_DEFAULT_PACE = EchoPace()


class DeviceClock:
    """A device's clock, in terms of ours. An async context manager: inside of it, it is watched.

    What was learned stays when the connection is lost; its uncertainty grows with time.

    Args:
        locate: tells host and port of the time echo, or None where there is none. It is asked
            before each connection, so a device may move.
        clock: ours; the one that stamps whatever is to be converted.
        pace: how often the device is asked.

    Attributes:
        trouble: why there is no connection, in words; None while there is one.
        rounds: answered so far.
        connections: made so far.
    """

    def __init__(
        self,
        locate: Callable[[], tuple[str, int] | None],
        clock: Clock,
        *,
        pace: EchoPace = _DEFAULT_PACE,
    ) -> None:
        self.trouble: str | None = None
        self.rounds = 0
        self.connections = 0
        self._locate = locate
        self._clock = clock
        self._pace = pace
        self._estimator = OffsetEstimator()
        self._state = ClockState.CLOSED
        self._known = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._state = ClockState.CONNECTING
        self._watching = asyncio.create_task(self._watch(), name="device clock")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._watching is not None
        self._watching.cancel()
        await asyncio.wait([self._watching])
        self._state = ClockState.CLOSED
        if not self._watching.cancelled():
            self._watching.result()  # raises what `locate` raised

    @property
    def state(self) -> ClockState:
        """What is being done right now."""
        return self._state

    @property
    def offset(self) -> ClockOffset | None:
        """What is known by now; None before the first round."""
        return self._estimator.estimate

    @property
    def steps(self) -> int:
        """How often the device's clock has been seen to be set."""
        return self._estimator.steps

    async def known(self, *, timeout_s: float | None = None) -> ClockOffset | None:
        """Wait for the first, quick rounds.

        Args:
            timeout_s: the longest to wait; None waits for ever.

        Returns:
            What they tell, or those of them that came in time; None if none did.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._known.wait()
        except TimeoutError:
            pass
        return self.offset

    async def _watch(self) -> None:
        failures = 0
        while True:
            where = self._locate()
            rounds_before = self.rounds
            if where is None:
                self._state = ClockState.ABSENT
                self.trouble = "the device has no time echo"
            else:
                await self._measure(*where)
            # A connection that was of use is missed at once, one that never was less and less.
            failures = 0 if self.rounds > rounds_before else failures + 1
            await asyncio.sleep(self._pause_after(failures))

    def _pause_after(self, failures: int) -> float:
        pace = self._pace
        # The exponent is bounded, or a night without a device would overflow it.
        doubled_s: float = pace.retry_s * 2 ** min(failures, 32)
        return min(doubled_s, pace.most_retry_s)

    async def _measure(self, host: str, port: int) -> None:
        """Make rounds until the connection fails."""
        pace = self._pace
        self._state = ClockState.CONNECTING
        try:
            async with connect_time_echo(
                host, port, self._clock, timeout_s=pace.connect_timeout_s
            ) as echo:
                self.connections += 1
                for _ in range(pace.quick_rounds):
                    await self._make_round(echo)
                    await self._rest(pace.quick_pause_s)
                self._known.set()
                while True:
                    await self._make_round(echo)
                    await self._rest(pace.pause_s)
        except (GazewireError, OSError, UnicodeError) as error:
            # A TimeoutError, which is an OSError, has no words; a name that is none, as of DNS, is
            # a UnicodeError.
            self.trouble = str(error) or f"the time echo at {host}:{port} does not answer"
            self._state = ClockState.WAITING
            logger.debug("no time echo: %s", self.trouble)

    async def _make_round(self, echo: TimeEchoClient) -> None:
        async with asyncio.timeout(self._pace.round_timeout_s):
            measured = await echo.measure()
        self._estimator.add(
            sent_unix_ns=measured.sent_unix_ns,
            device_unix_ms=measured.device_unix_ms,
            received_unix_ns=measured.received_unix_ns,
        )
        self.rounds += 1
        self.trouble = None
        self._state = ClockState.MEASURING

    async def _rest(self, pause_s: float) -> None:
        spread = self._pace.spread
        await asyncio.sleep(pause_s * random.uniform(1 - spread, 1 + spread))
