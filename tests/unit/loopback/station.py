"""A server of a few streams, which can be silenced in the ways in which networks do it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from gazewire.errors import DeviceRefusedError
from gazewire.model import GazeDatum
from gazewire.net import JoinableStream, Presentation, RtpReceiver, RtpStream, RtspServer
from gazewire.net.rtp_transport import InterleavedReceiver, UdpReceiver
from gazewire.net.rtsp_session import make_session
from gazewire.time import Clock, SystemClock
from gazewire.wire.payload import GazeFormat, serialize_gaze
from gazewire.wire.rtp import RtpSender
from gazewire.wire.rtsp import RtspUrl
from gazewire.wire.sdp import MediaDescription, RtpMap

__all__ = ["LIMIT_S", "SensorStream", "Station"]

LIMIT_S = 10.0
_EVERY_S = 0.002


class _Gate:
    """Stands before a receiver, and lets through what its stream allows."""

    def __init__(self, stream: SensorStream, receiver: RtpReceiver) -> None:
        self._stream = stream
        self._receiver = receiver
        self.withheld: list[bytes] = []

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        if self._stream.reaches(self._receiver):
            self._receiver.send_rtp(packets)
        return True

    def send_rtcp(self, packet: bytes) -> None:
        if not self._stream.reaches(self._receiver):
            return
        if self._stream.withholds_reports:
            self.withheld.append(packet)
        else:
            self._receiver.send_rtcp(packet)

    def send_withheld(self) -> None:
        for packet in self.withheld:
            self._receiver.send_rtcp(packet)
        self.withheld.clear()


class SensorStream(JoinableStream):
    """A stream whose packets can be kept from clients.

    Attributes:
        transports: how each who came was to be sent to: ``udp`` or ``tcp``.
        over_udp: packets come through by UDP.
        over_tcp: packets come through by TCP.
        withholds_reports: sender reports are kept back.
    """

    def __init__(self, media: MediaDescription, clock: Clock, *, ssrc: int) -> None:
        assert media.rtpmap is not None
        self.media = media
        self.transports: list[str] = []
        self.over_udp = self.over_tcp = True
        self.withholds_reports = False
        sender = RtpSender(
            payload_type=media.rtpmap.payload_type, clock_hz=media.rtpmap.clock_rate_hz, ssrc=ssrc
        )
        self._stream = RtpStream(sender, clock, cname="test", has_keyframes=False)
        self._gates: dict[RtpReceiver, _Gate] = {}

    @property
    def ssrc(self) -> int:
        return self._stream.ssrc

    @property
    def next_sequence(self) -> int:
        return self._stream.next_sequence

    @property
    def has_receivers(self) -> bool:
        return bool(self._gates)

    def join(self, receiver: RtpReceiver) -> None:
        self.transports.append("udp" if isinstance(receiver, UdpReceiver) else "tcp")
        gate = self._gates[receiver] = _Gate(self, receiver)
        self._stream.join(gate)

    def leave(self, receiver: RtpReceiver) -> None:
        if (gate := self._gates.pop(receiver, None)) is not None:
            self._stream.leave(gate)

    def reaches(self, receiver: RtpReceiver) -> bool:
        return self.over_tcp if isinstance(receiver, InterleavedReceiver) else self.over_udp

    def send(self, payload: bytes, timestamp_unix_ns: int, *, marker: bool = False) -> None:
        self._stream.send([payload], timestamp_unix_ns, marker_on_last=marker)

    def send_withheld_reports(self) -> None:
        self.withholds_reports = False
        for gate in self._gates.values():
            gate.send_withheld()


def _media(kind: str, number: int, name: str, fmtp: str | None = None) -> MediaDescription:
    return MediaDescription.for_rtp(
        kind, RtpMap(number, name, 90_000), control="trackID=1", fmtp=fmtp
    )


class Station:
    """An RTSP server of gaze and more. An async context manager; `stop` and `start` in between.

    Attributes:
        clock: stamps what is sent.
        streams: by the name of their camera.
        refuses: what DESCRIBE is refused with, or None.
        only_tcp: SETUP by UDP is refused.
        describes_after_s: how long DESCRIBE takes.
        sent: instants of gaze sent by `measure`, in order.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.clock = SystemClock()
        self.streams = {
            "gaze": self._make(_media("application", 99, "com.pupillabs.gaze1")),
            "imu": self._make(_media("application", 100, "com.pupillabs.imu1")),
            "eye_events": self._make(_media("application", 101, "com.pupillabs.eye_events1")),
        }
        self.refuses: DeviceRefusedError | None = None
        self.only_tcp = False
        self.describes_after_s = 0.0
        self.sent: list[int] = []
        self.port = 0
        self._host = host
        self._stack = AsyncExitStack()
        self._measuring: asyncio.Task[None] | None = None

    def _make(self, media: MediaDescription) -> SensorStream:
        return SensorStream(media, self.clock, ssrc=0xC0FFEE)

    @property
    def gaze(self) -> SensorStream:
        return self.streams["gaze"]

    def url(self, camera: str = "gaze") -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"rtsp://{host}:{self.port}/?camera={camera}"

    async def open(self, url: RtspUrl) -> Presentation:
        await asyncio.sleep(self.describes_after_s)
        if self.refuses is not None:
            raise self.refuses
        stream = self.streams.get(url.camera or "")
        if stream is None:
            raise DeviceRefusedError(404, "No such stream")
        return Presentation(media=(stream.media,), tracks={1: stream})

    async def start(self) -> None:
        """Listen, again on the same port."""
        server = RtspServer(
            self,
            host=self._host,
            port=self.port,
            server_name="test",
            session_id="1185d20035702ca",
            make_session=self._make_session,
        )
        await self._stack.enter_async_context(server)
        self.port = server.port

    def _make_session(self, link, *, udp, **rest):  # type: ignore[no-untyped-def]  # as make_session
        return make_session(link, udp=None if self.only_tcp else udp, **rest)

    async def stop(self) -> None:
        """Close the port and all connections."""
        await self._stack.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.rest()
        await self.stop()

    def measure(self) -> None:
        """Send gaze from now on, every two milliseconds."""
        self._measuring = asyncio.create_task(self._measure())

    async def rest(self) -> None:
        """Send no more gaze."""
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.wait({self._measuring})

    async def _measure(self) -> None:
        while True:
            self.send_gaze()
            await asyncio.sleep(_EVERY_S)

    def send_gaze(self) -> None:
        """Send a datum that was measured now."""
        now_ns = self.clock.unix_ns()
        datum = GazeDatum(timestamp_unix_ns=now_ns, x_px=float(len(self.sent)), y_px=2.0, worn=True)
        self.sent.append(now_ns)
        self.gaze.send(serialize_gaze(datum, GazeFormat.POINT), now_ns)
