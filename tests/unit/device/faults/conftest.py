"""A device without sockets: streams, their receivers, a status, and the rig to put faults in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

import pytest

from gazewire.device.catalog import DeviceCatalog, Offer, data_offer
from gazewire.device.faults import FaultRig, Seams, parse_fault
from gazewire.device.faults.ledger import Ledger
from gazewire.device.state import DeviceState
from gazewire.model import Hardware, Phone, Sensor
from gazewire.net import RtpStream
from gazewire.time import ManualClock
from gazewire.wire.rtcp import RtcpPacket, SenderReport, parse_compound
from gazewire.wire.rtp import RtpPacket, RtpSender

MS = 1_000_000
TIME_LIMIT_S = 5

PHONE = Phone(
    battery_level=100,
    battery_state="OK",
    device_id="0123456789abcdef",
    device_name="test",
    ip="127.0.0.1",
    memory=1,
    memory_state="OK",
    time_echo_port=12321,
)


class Receiver:
    """Keeps all that it is sent, in order."""

    def __init__(self) -> None:
        self.is_full = False
        self.datagrams: list[bytes] = []
        self.packets: list[RtpPacket] = []
        self.rtcp: list[RtcpPacket] = []

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        assert packets, "nothing was sent"
        if self.is_full:
            return False
        self.datagrams += packets
        self.packets += [RtpPacket.parse(packet) for packet in packets]
        return True

    def send_rtcp(self, packet: bytes) -> None:
        self.datagrams.append(packet)
        self.rtcp += parse_compound(packet)

    @property
    def reports(self) -> list[SenderReport]:
        return [packet for packet in self.rtcp if isinstance(packet, SenderReport)]

    @property
    def sequences(self) -> list[int]:
        return [packet.sequence for packet in self.packets]

    @property
    def payloads(self) -> list[bytes]:
        return [packet.payload for packet in self.packets]


class Bench:
    """The device: streams of data ``gaze`` and ``eye_events``, and a video ``world``."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.gaze = self._stream(99)
        self.eye_events = self._stream(101)
        self.world = self._stream(96, has_keyframes=True)
        self.streams = {"gaze": self.gaze, "eye_events": self.eye_events, "world": self.world}
        media = data_offer("gaze", self.clock).media
        self.catalog = DeviceCatalog({"gaze": Offer(media, self.gaze)})
        self.state = DeviceState(
            phone=PHONE,
            hardware=Hardware(version="2.0"),
            sensors=[
                Sensor(sensor=name, conn_type=way, connected=name != "imu", ip="127.0.0.1", port=1)
                for name in ("world", "gaze", "eye_events", "imu")
                for way in ("WEBSOCKET", "DIRECT")
            ],
            clock=self.clock,
        )
        self.seams = Seams(self.streams, self.catalog, self.clock)
        self.rig = FaultRig(self.seams, self.state)
        self.ledger = Ledger()

    def _stream(self, payload_type: int, *, has_keyframes: bool = False) -> RtpStream:
        sender = RtpSender(
            payload_type=payload_type, clock_hz=90_000, ssrc=0xC0FFEE, first_sequence=7
        )
        return RtpStream(sender, self.clock, cname="test", has_keyframes=has_keyframes)

    def fault(self, text: str) -> AbstractAsyncContextManager[None]:
        """The context in which the device has a fault; it counts in the bench's ledger."""
        return parse_fault(text).put_in(self.rig, self.ledger)

    def join(self, name: str = "gaze") -> Receiver:
        """Let somebody receive a stream, and wait until it may be sent to."""
        receiver = Receiver()
        self.seams.streams[name].join(receiver)
        self.clock.advance(10 * MS)
        return receiver

    def send(self, count: int, name: str = "gaze", payload: bytes | None = None) -> list[bytes]:
        """Send data, 5 ms apart; each is its number unless told otherwise."""
        sent = []
        for number in range(count):
            self.clock.advance(5 * MS)
            datum = number.to_bytes(4) if payload is None else payload
            self.streams[name].send([datum], self.clock.unix_ns(), is_keyframe=number == 0)
            sent.append(datum)
        return sent

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that comes by itself."""
        async with asyncio.timeout(TIME_LIMIT_S):
            while not condition():  # noqa: ASYNC110  # nothing but time brings it
                await asyncio.sleep(0.001)

    def counts(self, name: str = "gaze") -> dict[str, int]:
        return self.ledger.counts().get(name, {})


@pytest.fixture
def bench() -> Bench:
    return Bench()
