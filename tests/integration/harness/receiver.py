"""A client of one stream that keeps all it is sent, and the steering of a device's faults.

It speaks RTSP with our protocol core and looks at packets as they come: nothing is put in order,
and nothing that looks wrong is left out.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

from gazewire.net import HttpClient
from gazewire.wire.rtcp import SenderReport, parse_compound
from gazewire.wire.rtp import RtpPacket
from gazewire.wire.rtsp import (
    ClientConnection,
    ClientEvent,
    InterleavedReceived,
    Response,
    ResponseReceived,
    Transport,
    UnmatchedResponseReceived,
)

__all__ = ["Receiver", "Steering", "late", "missing", "receiving", "repeated", "steering"]

LIMIT_S = 10.0
RTP_CHANNEL = 0


class Receiver:
    """One connection that receives interleaved.

    Attributes:
        packets: all RTP packets, in the order of arrival.
        reports: all sender reports.
        foreign: responses to nothing, in the stream.
        reads: what single reads brought.
    """

    def __init__(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.packets: list[RtpPacket] = []
        self.reports: list[SenderReport] = []
        self.foreign: list[Response] = []
        self.reads: list[bytes] = []
        self.writer = writer
        self._reader = reader
        self._url = f"rtsp://127.0.0.1:{port}/"
        self._protocol = ClientConnection()
        self._answers: list[ResponseReceived] = []

    @property
    def sequences(self) -> list[int]:
        return [packet.sequence for packet in self.packets]

    async def describe(self, sensor: str) -> ResponseReceived:
        self._protocol.describe(f"{self._url}?camera={sensor}")
        return await self._answer()

    async def set_up(self) -> ResponseReceived:
        transport = Transport(protocol="RTP/AVP/TCP", interleaved=(RTP_CHANNEL, RTP_CHANNEL + 1))
        self._protocol.setup(f"{self._url}trackID=1", transport)
        return await self._answer()

    async def play(self) -> ResponseReceived:
        self._protocol.play(self._url)
        return await self._answer()

    async def receive(self, count: int) -> None:
        """Receive so many packets more."""
        total = len(self.packets) + count
        await self.until(lambda: len(self.packets) >= total)

    async def until(self, condition: Callable[[], object]) -> None:
        """Receive until something is so.

        Raises:
            ConnectionError: the device has closed the connection.
            TimeoutError: it does not come.
        """
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                data = await self._reader.read(65_536)
                if not data:
                    raise ConnectionError("the device closed the connection")
                self.reads.append(data)
                self._protocol.receive_data(data)
                for event in self._protocol.events():
                    self._take(event)

    async def _answer(self) -> ResponseReceived:
        self.writer.writelines(self._protocol.data_to_send())
        await self.until(lambda: self._answers)
        return self._answers.pop()

    def _take(self, event: ClientEvent) -> None:
        match event:
            case InterleavedReceived(channel=channel, payload=payload) if channel == RTP_CHANNEL:
                self.packets.append(RtpPacket.parse(payload))
            case InterleavedReceived(payload=payload):
                parts = parse_compound(payload)
                self.reports += [part for part in parts if isinstance(part, SenderReport)]
            case UnmatchedResponseReceived(response=response):
                self.foreign.append(response)
            case ResponseReceived():
                self._answers.append(event)
            case _:
                raise AssertionError(f"unexpected: {event}")


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Receiver]:
    """A client that has said nothing yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        yield Receiver(port, reader, writer)


@asynccontextmanager
async def receiving(port: int, sensor: str) -> AsyncIterator[Receiver]:
    """A client that plays a sensor's stream."""
    async with connected(port) as receiver:
        for answer in (
            await receiver.describe(sensor),
            await receiver.set_up(),
            await receiver.play(),
        ):
            assert answer.response.status == 200, answer.response
        yield receiver


class Steering:
    """``/faults`` of a device."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self.http = http
        self.url = url

    async def start(self, text: str) -> dict[str, Any]:
        answer = await self.http.request("POST", f"{self.url}/faults", body=text.encode())
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    async def faults(self) -> list[dict[str, Any]]:
        return json.loads((await self.http.request("GET", f"{self.url}/faults")).body)

    async def clear(self) -> list[dict[str, Any]]:
        return json.loads((await self.http.request("DELETE", f"{self.url}/faults")).body)


@asynccontextmanager
async def steering(url: str) -> AsyncIterator[Steering]:
    """Steer a device; all faults are cleared at the end."""
    async with HttpClient() as http:
        steering = Steering(http, url)
        try:
            yield steering
        finally:
            await steering.clear()


def _counted(sequences: list[int]) -> list[int]:
    """Undo the wrap of sequence numbers; each is taken to be near the one before."""
    counted = sequences[:1]
    for sequence in sequences[1:]:
        counted.append(counted[-1] + (sequence - counted[-1] + 0x8000) % 0x10000 - 0x8000)
    return counted


def missing(sequences: list[int]) -> int:
    """How many sequence numbers never came."""
    counted = _counted(sequences)
    return max(counted) - min(counted) + 1 - len(set(counted))


def repeated(sequences: list[int]) -> int:
    """How many came again."""
    return len(sequences) - len(set(_counted(sequences)))


def late(sequences: list[int]) -> int:
    """How many came behind a later one."""
    counted = _counted(sequences)
    highest = itertools.accumulate(counted, max)
    return sum(sequence < before for sequence, before in zip(counted, highest, strict=True))
