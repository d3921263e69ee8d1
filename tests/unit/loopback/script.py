"""A device that answers RTSP as a test tells it to, right or wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

__all__ = ["Answer", "ScriptedDevice", "interleaved", "ok", "refusal"]

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=Unnamed\r\nt=0 0\r\n"
    "m=application 0 RTP/AVP 99\r\na=rtpmap:99 com.pupillabs.gaze1/90000\r\na=control:trackID=1\r\n"
)

Answer = Callable[[dict[str, str]], bytes | None]
"""Makes an answer to the headers of a request, or None for silence."""


def interleaved(channel: int, packet: bytes) -> bytes:
    """A packet as it stands in an RTSP connection."""
    return b"$" + bytes([channel]) + len(packet).to_bytes(2) + packet


class ScriptedDevice:
    """Answers each method by its script. An async context manager; entering listens.

    Attributes:
        answers: by method; to be changed as one likes. What is not there is answered well.
        asked: methods, in the order in which they came.
        headers: of the last request of each method.
        received: bytes that were no requests.
        writers: of all connections, the newest last.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.headers: dict[str, dict[str, str]] = {}
        self.received = b""
        self.writers: list[asyncio.StreamWriter] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/?camera=gaze"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for writer in self.writers:
            writer.transport.abort()
        await self._server.wait_closed()

    def send(self, data: bytes) -> None:
        """Write to the newest connection."""
        self.writers[-1].write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                while head.startswith(b"$"):
                    size = 4 + int.from_bytes(head[2:4])
                    self.received += head[:size]
                    head = head[size:]
                self._answer(head.decode(), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        start, *lines = head.split("\r\n")[:-2]
        method = start.split(" ")[0]
        headers = dict(line.split(": ", 1) for line in lines)
        self.asked.append(method)
        self.headers[method] = headers
        answer = self.answers.get(method, _WELL[method])(headers)
        if answer is not None:
            writer.write(answer)


def ok(headers: dict[str, str], *lines: str, body: str = "") -> bytes:
    """A good answer."""
    head = ["RTSP/1.0 200 OK", f"CSeq: {headers['CSeq']}", *lines]
    if body:
        head += [f"Content-Length: {len(body)}", "Content-Type: application/sdp"]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def refusal(status: int, reason: str = "No") -> Answer:
    """An answer that says no."""
    return lambda headers: f"RTSP/1.0 {status} {reason}\r\nCSeq: {headers['CSeq']}\r\n\r\n".encode()


def _setup(headers: dict[str, str]) -> bytes:
    return ok(headers, f"Transport: {headers['Transport']}", "Session: 7")


_WELL: dict[str, Answer] = {
    "OPTIONS": lambda headers: ok(headers, "Public: DESCRIBE,SETUP,TEARDOWN,PLAY,PAUSE"),
    "DESCRIBE": lambda headers: ok(headers, body=SDP),
    "SETUP": _setup,
    "PLAY": lambda headers: ok(headers, "Session: 7"),
    "TEARDOWN": ok,
    "GET_PARAMETER": ok,
}
