"""A well-behaved client that receives gaze by UDP while a test does its worst beside it."""

from __future__ import annotations

import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self

from harness.rtsp import PlainRtsp

__all__ = ["Witness"]

CLOCK_HZ = 90_000
NTP_BEFORE_UNIX_S = 2_208_988_800
READ_WITHIN_S = 0.2
BEGUN_WITHIN_S = 10.0
BUFFER_BYTES = 1 << 20


class Witness:
    """A context manager: inside of it gaze is received; afterwards it tells what came.

    Attributes:
        missing: samples that did not come, by the gaps in their numbers.
        late_s: for each sample, how long after its instant it was read.
    """

    def __init__(self, rtsp_port: int) -> None:
        self._rtsp_port = rtsp_port
        self._packets: list[tuple[int, bytes]] = []
        self._reports: list[bytes] = []
        self._has_begun = threading.Event()
        self._has_ended = threading.Event()
        self.missing = 0
        self.late_s: list[float] = []

    def __enter__(self) -> Self:
        self._rtp, self._rtcp = (_bound() for _ in range(2))
        self._threads = [
            threading.Thread(target=self._read_media, daemon=True),
            threading.Thread(target=self._read_reports, daemon=True),
        ]
        self._client = PlainRtsp(self._rtsp_port)
        ports = f"{self._rtp.getsockname()[1]}-{self._rtcp.getsockname()[1]}"
        for thread in self._threads:
            thread.start()
        self._client.play("gaze", f"RTP/AVP;unicast;client_port={ports}")
        assert self._has_begun.wait(BEGUN_WITHIN_S), "no gaze came"
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._has_ended.set()
        for thread in self._threads:
            thread.join()
        self._client.socket.close()
        self._rtp.close()
        self._rtcp.close()
        if exc is None:
            self._judge()

    def _read_media(self) -> None:
        while not self._has_ended.is_set():
            try:
                packet = self._rtp.recv(2048)
            except TimeoutError:
                continue
            self._packets.append((time.time_ns(), packet))
            self._has_begun.set()

    def _read_reports(self) -> None:
        while not self._has_ended.is_set():
            try:
                self._reports.append(self._rtcp.recv(2048))
            except TimeoutError:
                continue

    def _judge(self) -> None:
        ntp_s, ntp_fraction, report_ticks = struct.unpack_from("!III", self._reports[-1], 8)
        report_s = ntp_s - NTP_BEFORE_UNIX_S + ntp_fraction / 2**32
        expected: int | None = None
        for received_ns, packet in self._packets:
            sequence, ticks = struct.unpack_from("!HI", packet, 2)
            if expected is not None:
                self.missing += (sequence - expected) & 0xFFFF
            expected = (sequence + 1) & 0xFFFF
            since_report = (ticks - report_ticks + 2**31) % 2**32 - 2**31
            self.late_s.append(received_ns / 1e9 - report_s - since_report / CLOCK_HZ)


def _bound() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(READ_WITHIN_S)
    return sock
