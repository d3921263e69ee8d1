"""Our asynchronous client on a device: it notes all that comes, and holds it against the truth."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gazewire.client import Device, StreamState, StreamStatistics, Transport
from harness.program import DeviceProgram

__all__ = ["LiveClient", "Truth", "live_client"]

LIMIT_S = 20.0
RECOVERED_WITHIN_S = 2.0
# What is on disk of the truth is a tenth of a second old; a device that is later has its reasons.
ON_TIME_S = 0.3

# The wearer's samples lie on ticks of the clock of RTP, and reports say so to a fraction of it.
TOLERANCE_NS = 1_000

_READERS = {
    "gaze": Device.gaze,
    "imu": Device.imu,
    "eye_events": Device.eye_events,
    "world": Device.scene_video,
}


class Truth:
    """The growing truth file of a device, of which nothing is read twice.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self._path = path
        self._offset = 0

    def latest_ns(self, stream: str) -> int:
        """The instant of the last row of a stream; 0 where there is none."""
        self._read()
        rows = self.rows.get(stream)
        return rows[-1]["timestamp_unix_ns"] if rows else 0

    async def until(self, stream: str, instant_ns: int) -> list[dict[str, Any]]:
        """The rows of a stream, at least up to an instant."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                self._read()
                rows = self.rows.get(stream, [])
                if rows and rows[-1]["timestamp_unix_ns"] >= instant_ns:
                    return rows
                await asyncio.sleep(0.02)

    def _read(self) -> None:
        if not self._path.exists():
            return  # the device has just begun
        with self._path.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        end = data.rfind(b"\n") + 1
        self._offset += end
        for line in data[:end].splitlines():
            # Most lines are of the wearer's pupils, and long.
            if not line.startswith(b'{"stream":"pupil'):
                row = json.loads(line)
                self.rows.setdefault(row["stream"], []).append(row)


class LiveClient:
    """What came of each stream, and what the client says of it.

    Attributes:
        device: the client.
        truth: of the device; another one after another device took its place.
        items: of each stream, in the order in which they came.
        failures: what readers raised; nothing, that is.
    """

    def __init__(self, device: Device, truth: Truth, streams: tuple[str, ...]) -> None:
        self.device = device
        self.truth = truth
        self.items: dict[str, list[Any]] = {stream: [] for stream in streams}
        self.failures: list[Exception] = []

    async def read(self, stream: str) -> None:
        """Note what comes, to the end."""
        try:
            async with _READERS[stream](self.device) as items:
                async for item in items:
                    self.items[stream].append(item)
        except Exception as error:
            self.failures.append(error)

    def statistics(self, stream: str) -> StreamStatistics:
        return self.device.statistics()[stream]

    def packets(self, stream: str) -> int:
        """How many came so far; none where the stream has not been started yet."""
        told = self.device.statistics().get(stream)
        return 0 if told is None else told.packets

    def state(self, stream: str) -> StreamState:
        told = self.device.statistics().get(stream)
        return StreamState.IDLE if told is None else told.state

    async def until(self, condition: Callable[[], object], *, within_s: float = LIMIT_S) -> float:
        """Wait for a fact; returns how long that took."""
        began_s = time.monotonic()
        async with asyncio.timeout(within_s):
            while not condition():  # the device brings it
                assert not self.failures, self.failures
                await asyncio.sleep(0.005)
        return time.monotonic() - began_s

    async def receive(self, stream: str, count: int) -> None:
        """Wait for so many items more."""
        total = len(self.items[stream]) + count
        await self.until(lambda: len(self.items[stream]) >= total)

    async def recovered(self, *streams: str) -> None:
        """Wait for what is measured from now on; that takes two seconds at most.

        On a machine that does not keep up it takes as much longer as the device itself is late.
        """
        latest_ns = {stream: self.truth.latest_ns(stream) for stream in streams}
        oldest_ns = min(latest_ns.values())
        late_s = max(0, time.time_ns() - oldest_ns) / 1e9 if oldest_ns else 0
        within_s = RECOVERED_WITHIN_S + (2 * late_s if late_s > ON_TIME_S else 0)

        def is_fresh(stream: str) -> bool:
            items = self.items[stream]
            return bool(items) and items[-1].timestamp_unix_ns > latest_ns[stream]

        await self.until(lambda: all(map(is_fresh, streams)), within_s=min(within_s, LIMIT_S))

    async def assert_true(self, *, complete: bool = False) -> None:
        """Hold all that came against the truth: each instant, each value, and the order.

        Args:
            complete: nothing may be missing between the first and the last.
        """
        assert not self.failures, self.failures
        for stream, items in self.items.items():
            if not items:
                continue
            steps = np.diff(await self._indices(stream))
            # Of eye events there may be two of one instant.
            assert (steps >= (stream != "eye_events")).all(), f"{stream} is not in order"
            if complete and stream != "eye_events":
                assert (steps == 1).all(), f"{(steps - 1).sum()} are missing of {stream}"
            if complete and stream == "eye_events":
                self._assert_complete([item.timestamp_unix_ns for item in items])

    def _assert_complete(self, instants: list[int]) -> None:
        """All eye events are there between the first instant and the last."""
        first, last = instants[0], instants[-1]
        true = [row["timestamp_unix_ns"] for row in self.truth.rows["eye_events"]]
        assert [at for at in instants if first < at < last] == sorted(
            at for at in true if first < at < last
        )

    async def missing(self, stream: str) -> int:
        """How many there were between the first and the last that came, and did not come."""
        indices = await self._indices(stream)
        return int(indices[-1] - indices[0]) + 1 - len(indices)

    async def _indices(self, stream: str) -> np.ndarray[Any, Any]:
        items = list(self.items[stream])
        instants = np.array([item.timestamp_unix_ns for item in items], np.int64)
        rows = await self.truth.until(stream, int(instants.max()))
        true = np.array([row["timestamp_unix_ns"] for row in rows], np.int64)
        indices = np.searchsorted(true, instants - TOLERANCE_NS)
        assert (indices < len(true)).all()
        errors_ns = np.abs(true[indices] - instants)
        assert (errors_ns <= TOLERANCE_NS).all(), f"{stream} is wrong by {errors_ns.max()} ns"
        if stream == "gaze":
            for item, index in zip(items, indices, strict=True):
                row = rows[index]
                assert (item.x, item.y) == (np.float32(row["x_px"]), np.float32(row["y_px"]))
                assert item.worn is row["worn"]
        return indices


@asynccontextmanager
async def live_client(
    program: DeviceProgram,
    truth: Truth,
    *streams: str,
    transport: Transport = Transport.AUTO,
) -> AsyncIterator[LiveClient]:
    """A client that is connected and reads these streams until the context is left."""
    async with Device("127.0.0.1", program.http_port) as device:
        await device.set_transport(transport)
        await device.connect()
        client = LiveClient(device, truth, streams)
        readers = [asyncio.create_task(client.read(stream)) for stream in streams]
        try:
            yield client
        finally:
            began_s = time.monotonic()
            await device.close()
            async with asyncio.timeout(LIMIT_S):
                await asyncio.wait(readers) if readers else None
            assert time.monotonic() - began_s < RECOVERED_WITHIN_S, "closing takes too long"
        assert not client.failures, client.failures
