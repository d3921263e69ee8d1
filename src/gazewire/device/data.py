"""Streams of small data: one datum a packet, sent the moment it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from gazewire.flow import Timed, Topic
from gazewire.net import RtpStream
from gazewire.time import Clock
from gazewire.wire.payload.eye_events import KEEPALIVE

__all__ = ["keep_alive", "send_data"]

T = TypeVar("T", bound=Timed)

# Ten seconds of gaze at 200 Hz: longer than the event loop is ever held up.
_CAPACITY = 2_000
# Clients close a stream on which nothing came for 10 s.
_KEEPALIVE_INTERVAL_S = 1.0


async def send_data(data: Topic[T], serialize: Callable[[T], bytes], stream: RtpStream) -> None:
    """Send every datum of a topic, until it ends."""
    with data.subscribe(capacity=_CAPACITY) as incoming:
        async for datum in incoming:
            if stream.has_receivers:
                stream.send([serialize(datum)], datum.timestamp_unix_ns)


async def keep_alive(stream: RtpStream, clock: Clock) -> None:
    """Send a keep-alive packet every second, as a stream of rare events needs. Runs for ever."""
    while True:
        if stream.has_receivers:
            stream.send([KEEPALIVE], clock.unix_ns())
        await asyncio.sleep(_KEEPALIVE_INTERVAL_S)
