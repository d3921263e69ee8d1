"""An RTSP client of the plainest kind, for saying things that a good client would not."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Self

__all__ = ["Answer", "PlainRtsp"]

LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class PlainRtsp:
    """One connection.

    Args:
        port: of the server, on loopback.
        receive_buffer: size of the socket's receive buffer in bytes; None leaves it to the system.
    """

    def __init__(self, port: int, *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(LIMIT_S)
        self.socket.connect(("127.0.0.1", port))
        self._base = f"rtsp://127.0.0.1:{port}/"
        self._received = b""
        self._sequence = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def play(self, sensor: str, transport: str) -> Answer:
        """Go from DESCRIBE to PLAY and return the answer to SETUP."""
        assert self.request("DESCRIBE", f"?camera={sensor}").status == 200
        setup = self.request("SETUP", "trackID=1", Transport=transport)
        assert setup.status == 200
        session = setup.headers["session"].split(";")[0]
        assert self.request("PLAY", "", Session=session).status == 200
        return setup

    def request(self, method: str, path: str, **headers: str) -> Answer:
        """Send a request and wait for its answer."""
        self._sequence += 1
        lines = [f"{method} {self._base}{path} RTSP/1.0", f"CSeq: {self._sequence}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        return self.answer()

    def answer(self) -> Answer:
        """Wait for one answer."""
        head = self._read_until(b"\r\n\r\n").decode()
        status_line, *lines = head.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        headers = {name.lower(): value for name, value in headers.items()}
        length = int(headers.get("content-length", "0"))
        while len(self._received) < length:
            self._receive()
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(status_line.split(" ")[1]), headers, body)

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(mark)
        return head

    def _receive(self) -> None:
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("the server has closed the connection")
        self._received += data
