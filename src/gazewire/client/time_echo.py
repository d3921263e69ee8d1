"""The offset between a device's clock and ours, measured on request, as the official client does.

::

    estimates = await TimeOffsetEstimator(phone.ip, phone.time_echo_port).estimate()
    if estimates is not None:
        device_time_ms = time_ms() - estimates.time_offset_ms.mean

An offset is our clock minus the device's, in whole milliseconds; statistics over many rounds are
finer than that. A clock that is watched all the while (`gazewire.time.offset`) knows its drift and
the bounds of its error too.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from gazewire.errors import ConnectionLostError, GazewireError, RemoteProtocolError
from gazewire.wire.echo import EchoReply, EchoRequest

__all__ = [
    "Estimate",
    "TimeEcho",
    "TimeEchoEstimates",
    "TimeFunction",
    "TimeOffsetEstimator",
    "time_ms",
]

logger = logging.getLogger(__name__)

_NS_PER_MS = 1_000_000

_CONNECT_TIMEOUT_S = 5.0
_ROUND_TIMEOUT_S = 2.0

TimeFunction = Callable[[], int]
"""A clock: whole milliseconds since 1970-01-01 00:00:00 UTC."""


class TimeEcho(NamedTuple):
    """One round.

    Attributes:
        roundtrip_duration_ms: from the question to the answer.
        time_offset_ms: our clock minus the device's, as if both ways took equally long.
    """

    roundtrip_duration_ms: int
    time_offset_ms: int


class Estimate:
    """What many measurements of one quantity come to.

    Args:
        measurements: at least two.

    Attributes:
        measurements: as they were given.

    Raises:
        statistics.StatisticsError: there are fewer than two.
    """

    def __init__(self, measurements: Iterable[int]) -> None:
        self.measurements = tuple(measurements)
        self._mean = statistics.mean(self.measurements)
        self._std = statistics.stdev(self.measurements)
        self._median = statistics.median(self.measurements)

    @property
    def mean(self) -> float:
        """Arithmetic mean."""
        return self._mean

    @property
    def std(self) -> float:
        """Standard deviation of the sample, from one degree of freedom fewer than measurements."""
        return self._std

    @property
    def median(self) -> float:
        """Half of them are below, half above."""
        return self._median

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(#samples={len(self.measurements)}, "
            f"mean±std={self.mean:.3f}±{self.std:.3f}ms, median={self.median}ms)"
        )


class TimeEchoEstimates(NamedTuple):
    """What many rounds come to.

    Attributes:
        roundtrip_duration_ms: from the question to the answer.
        time_offset_ms: our clock minus the device's.
    """

    roundtrip_duration_ms: Estimate
    time_offset_ms: Estimate


def time_ms() -> int:
    """The machine's time: whole milliseconds since 1970-01-01 00:00:00 UTC, rounded down."""
    return time.time_ns() // _NS_PER_MS


class TimeOffsetEstimator:
    """Measures the offset between a device's clock and ours on request.

    Args:
        address: of the device.
        port: of its time echo, as its status tells.
    """

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port

    async def estimate(
        self,
        number_of_measurements: int = 100,
        sleep_between_measurements_seconds: float | None = None,
        time_fn_ms: TimeFunction = time_ms,
    ) -> TimeEchoEstimates | None:
        """Make some rounds. A first one, which is slower than others, does not count.

        A wrong answer is left out. When the device stops answering, what it had answered counts.

        Args:
            number_of_measurements: rounds to make.
            sleep_between_measurements_seconds: pause after each of them; None makes none.
            time_fn_ms: our clock.

        Returns:
            Their statistics; None where fewer than two rounds went well.
        """
        echoes: list[TimeEcho] = []
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(self.address, self.port)
        except (OSError, UnicodeError) as error:
            logger.warning("no time echo at %s:%s: %s", self.address, self.port, _words(error))
            return None
        try:
            await _left_out_if_wrong(time_fn_ms, reader, writer)
            for _ in range(number_of_measurements):
                if echo := await _left_out_if_wrong(time_fn_ms, reader, writer):
                    echoes.append(echo)
                if sleep_between_measurements_seconds is not None:
                    await asyncio.sleep(sleep_between_measurements_seconds)
        except (GazewireError, TimeoutError) as error:
            logger.warning("the time echo stopped after %d rounds: %s", len(echoes), _words(error))
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        if len(echoes) < 2:
            logger.warning("no estimate of the time offset: %d good rounds", len(echoes))
            return None
        return TimeEchoEstimates(
            roundtrip_duration_ms=Estimate(echo.roundtrip_duration_ms for echo in echoes),
            time_offset_ms=Estimate(echo.time_offset_ms for echo in echoes),
        )

    @staticmethod
    async def request_time_echo(
        time_fn_ms: TimeFunction, reader: StreamReader, writer: StreamWriter
    ) -> TimeEcho:
        """Make one round on a connection of yours. After cancelling it, that is of no more use.

        Args:
            time_fn_ms: our clock.
            reader: gives what the device sends; an answer may come in pieces.
            writer: takes what is sent to it.

        Raises:
            ValueError: the device answered another question, or closed the connection instead.
            TimeoutError: it did not answer within two seconds.
        """
        try:
            return await _round(time_fn_ms, reader, writer)
        except (ConnectionLostError, RemoteProtocolError) as error:
            raise ValueError(str(error)) from error


async def _round(time_fn_ms: TimeFunction, reader: StreamReader, writer: StreamWriter) -> TimeEcho:
    sent_ms = time_fn_ms()
    try:
        async with asyncio.timeout(_ROUND_TIMEOUT_S):
            writer.write(EchoRequest(sent_ms).serialize())
            await writer.drain()
            data = await reader.readexactly(EchoReply.SIZE)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise ConnectionLostError("the time echo closed the connection") from error
    received_ms = time_fn_ms()
    reply = EchoReply.parse(data)
    if reply.client_unix_ms != sent_ms:
        raise RemoteProtocolError(
            f"the time echo answered {reply.client_unix_ms} ms when asked at {sent_ms} ms"
        )
    # Half milliseconds go to the even number, as in the official client.
    middle_ms = round((sent_ms + received_ms) / 2)
    return TimeEcho(received_ms - sent_ms, middle_ms - reply.device_unix_ms)


async def _left_out_if_wrong(
    time_fn_ms: TimeFunction, reader: StreamReader, writer: StreamWriter
) -> TimeEcho | None:
    try:
        return await _round(time_fn_ms, reader, writer)
    except RemoteProtocolError as error:
        logger.warning("a round is left out: %s", error)
        return None


def _words(error: Exception) -> str:
    """A TimeoutError has none of its own."""
    return str(error) or "it does not answer"
