"""The official client while a device misbehaves, and afterwards.

The test says on standard input, one JSON document a line, what to do; each is answered by a line:

* ``{"do":"open","urls":{...}}``: receive these streams from now on, and follow the status.
* ``{"do":"look","urls":{...},"items":n,"seconds":s}``: a newcomer asks for the status, follows it,
  measures the clock and receives these streams, until each has given so many items or has ended,
  but no longer than so many seconds.
* ``{"do":"wait","packets":n}``: wait until so many packets more have come in each open stream that
  has not ended, but no longer than a few seconds.
* ``{"do":"close"}``: tell what came in the open streams, and forget them.
"""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

from pupil_labs.realtime_api import Device
from pupil_labs.realtime_api.streaming.eye_events import RTSPEyeEventStreamer
from pupil_labs.realtime_api.streaming.gaze import RTSPGazeStreamer
from pupil_labs.realtime_api.streaming.video import RTSPVideoFrameStreamer
from pupil_labs.realtime_api.time_echo import TimeOffsetEstimator

STREAMERS = {
    "gaze": RTSPGazeStreamer,
    "world": RTSPVideoFrameStreamer,
    "eye_events": RTSPEyeEventStreamer,
}
ECHOES = 5
COMPONENTS = 12  # phone, glasses, and five sensors by two ways
WITHIN_S = 6.0
LOOK_AGAIN_AFTER_S = 0.02


class Stream:
    """One stream, with all that comes noted.

    Attributes:
        sequences: of the packets, as they came.
        lengths: of their payloads.
        sources: their SSRCs.
        instants_s: of what was made of them.
        ended: how the client's iterator ended, or None.
    """

    def __init__(self, url: str) -> None:
        self.sequences: list[int] = []
        self.lengths: set[int] = set()
        self.sources: list[int] = []
        self.instants_s: list[float] = []
        self.ended: str | None = None
        kind = url.rpartition("=")[2]
        self._streamer = STREAMERS[kind](url)
        self._packets = self._streamer.reader.iter_packets
        self._streamer.reader.iter_packets = self._noted_packets

    async def run(self) -> None:
        try:
            async with self._streamer, aclosing(self._streamer.receive()) as items:
                async for item in items:
                    stamp = getattr(item, "timestamp_unix_seconds", None)
                    self.instants_s.append(item.timestamp_unix_ns / 1e9 if stamp is None else stamp)
            self.ended = "the end"
        except Exception as error:
            self.ended = type(error).__name__

    async def _noted_packets(self) -> AsyncIterator[Any]:
        async for packet in self._packets():
            self.sequences.append(packet.seq)
            self.lengths.add(len(packet.data))
            if packet.ssrc not in self.sources:
                self.sources.append(packet.ssrc)
            yield packet

    def told(self) -> dict[str, Any]:
        return {
            "sequences": self.sequences,
            "lengths": sorted(self.lengths),
            "sources": self.sources,
            "instants_s": self.instants_s,
            "ended": self.ended,
        }


class Listener:
    """Follows the status by its websocket.

    Attributes:
        models: of the components that came.
        connected: of the sensors, as they were told.
        ended: how the client's iterator ended, or None.
    """

    def __init__(self, port: int) -> None:
        self.models: list[str] = []
        self.connected: list[tuple[str, bool]] = []
        self.ended: str | None = None
        self._port = port

    async def run(self) -> None:
        try:
            async with Device("127.0.0.1", self._port) as device:
                async for component in device.status_updates():
                    self.models.append(type(component).__name__)
                    if self.models[-1] == "Sensor":
                        self.connected.append((component.sensor, component.connected))
            self.ended = "the end"
        except Exception as error:
            self.ended = type(error).__name__

    def told(self) -> dict[str, Any]:
        return {"models": self.models, "connected": self.connected, "ended": self.ended}


class Watch:
    """Streams and a listener that run together."""

    def __init__(self, port: int, urls: dict[str, str]) -> None:
        self.streams = {name: Stream(url) for name, url in urls.items()}
        self.listener = Listener(port)
        runs = (*self.streams.values(), self.listener)
        self._tasks = [asyncio.create_task(part.run()) for part in runs]

    async def more(self, packets: int) -> None:
        """Wait until so many packets more have come in each stream that has not ended."""
        goals = [(stream, len(stream.sequences) + packets) for stream in self.streams.values()]
        await until(
            lambda: all(stream.ended or len(stream.sequences) >= goal for stream, goal in goals),
            WITHIN_S,
        )

    async def end(self) -> dict[str, Any]:
        # Before they are cancelled: the client's iterators end by that as if the device had.
        told = {name: stream.told() for name, stream in self.streams.items()}
        told["status"] = self.listener.told()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return told


async def until(condition: Callable[[], bool], limit_s: float) -> None:
    """Wait for something that may never come true."""
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            while not condition():  # noqa: ASYNC110 - much may come true, and nothing tells when
                await asyncio.sleep(LOOK_AGAIN_AFTER_S)


async def outcome(asking: Awaitable[Any], limit_s: float) -> dict[str, Any]:
    try:
        return {"answer": await asyncio.wait_for(asking, limit_s)}
    except TimeoutError:
        return {"failed": "TimeoutError"}
    except Exception as error:
        return {"failed": type(error).__name__, "words": str(error)}


async def asked(port: int) -> dict[str, bool]:
    async with Device("127.0.0.1", port) as device:
        status = await device.get_status()
        return {
            "gaze": status.direct_gaze_sensor().connected,
            "world": status.direct_world_sensor().connected,
        }


async def measured(port: int) -> dict[str, Any] | None:
    estimate = await TimeOffsetEstimator("127.0.0.1", port).estimate(ECHOES)
    if estimate is None:
        return None
    return {
        "offset_ms": estimate.time_offset_ms.median,
        "roundtrip_ms": estimate.roundtrip_duration_ms.median,
        "valid": len(estimate.time_offset_ms.measurements),
    }


async def looked(
    port: int, echo_port: int, urls: dict[str, str], items: int, limit_s: float
) -> Any:
    watch = Watch(port, urls)
    streams, listener = watch.streams.values(), watch.listener
    status, clock, *_ = await asyncio.gather(
        outcome(asked(port), limit_s),
        outcome(measured(echo_port), limit_s),
        until(lambda: all(s.ended or len(s.instants_s) >= items for s in streams), limit_s),
        until(lambda: bool(listener.ended) or len(listener.models) >= COMPONENTS, limit_s),
    )
    return {"asked": status, "clock": clock} | await watch.end()


async def main(port: int, echo_port: int) -> None:
    loop = asyncio.get_running_loop()
    watch = Watch(port, {})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        match order.pop("do"):
            case "open":
                watch = Watch(port, order["urls"])
                answer: Any = await watch.more(1)
            case "look":
                answer = await looked(
                    port, echo_port, order["urls"], order["items"], order["seconds"]
                )
            case "wait":
                answer = await watch.more(order["packets"])
            case _:
                answer = await watch.end()
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


logging.disable()
asyncio.run(main(**json.loads(sys.argv[1])))
