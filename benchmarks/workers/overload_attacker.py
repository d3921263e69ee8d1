"""Does to a device what nobody should, on purpose, until its standard input ends.

idle: opens connections to every TCP port, a thousand each, and keeps them, silent; at the end, one
    newcomer more asks on each port, and then all of them do.
garbage: sends what is not the protocol to every port, as fast as one process can.
stall: plays video over TCP and in websockets, and does not read it.

It prints a line of JSON when it has begun and another at the end.

Usage: overload_attacker.py idle|garbage|stall RTSP HTTP TUNNEL ECHO   (ports)
"""

from __future__ import annotations

import json
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

from plain_client import is_told_to_end, play, raise_descriptor_limit, udp_socket

IDLE = 1_000
STALLED_TCP = 100
STALLED_WEBSOCKETS = 30
PATIENCE_S = 2.0
UPGRADE = (
    b"GET /?camera=world HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)

chance = random.Random(7)


def connect(port: int, *, receive_buffer: int | None = None) -> socket.socket:
    sock = socket.socket()
    if receive_buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(PATIENCE_S)
    sock.connect(("127.0.0.1", port))
    return sock


def answer_to(sock: socket.socket, request: bytes) -> str:
    """What comes back: a status, ``closed``, or ``silence``."""
    try:
        sock.sendall(request)
        data = sock.recv(4096)
    except TimeoutError:
        return "silence"
    except OSError:
        return "closed"
    if not data:
        return "closed"
    words = data.split(b" ", 2)
    is_status = len(words) > 1 and data.startswith((b"RTSP/1.0 ", b"HTTP/1."))
    return words[1].decode() if is_status else "answered"


def idle(rtsp: int, http: int, tunnel: int, echo: int) -> Iterator[dict[str, object]]:
    """Yield when it has begun, and again at the end."""
    questions = {
        "RTSP": (rtsp, b"DESCRIBE rtsp://x/?camera=gaze RTSP/1.0\r\nCSeq: 1\r\n\r\n"),
        "HTTP": (http, b"GET /api/status HTTP/1.1\r\nHost: x\r\n\r\n"),
        "tunnel": (tunnel, UPGRADE),
        "echo": (echo, bytes(8)),
    }
    began_s = time.monotonic()
    opened = {name: [connect(port) for _ in range(IDLE)] for name, (port, _) in questions.items()}
    yield {"seconds": round(time.monotonic() - began_s, 1)}
    newcomers = {
        name: answer_to(connect(port), question) for name, (port, question) in questions.items()
    }
    answers = {
        name: Counter(answer_to(sock, questions[name][1]) for sock in socks)
        for name, socks in opened.items()
    }
    yield {"newcomers": newcomers, "answers": answers}


def garbage(rtsp: int, http: int, tunnel: int, echo: int) -> Iterator[dict[str, object]]:
    rtp, rtcp = udp_socket(1 << 20), udp_socket(1 << 20)
    ports = (rtp.getsockname()[1], rtcp.getsockname()[1])
    session, _ = play(rtsp, f"rtsp://127.0.0.1:{rtsp}/?camera=gaze", ports)
    targets = []
    while len(targets) < 2:
        for sock in (rtp, rtcp):
            with suppress(BlockingIOError):
                targets.append(sock.recvfrom(2048)[1])
    yield {}
    answers: dict[str, Counter[str]] = {}
    datagrams = 0
    while not is_told_to_end(within_s=0):
        for name, port in (("RTSP", rtsp), ("HTTP", http), ("tunnel", tunnel), ("echo", echo)):
            make = chance.choice(GARBAGE)
            with suppress(OSError), connect(port) as sock:
                answers.setdefault(name, Counter())[answer_to(sock, make())] += 1
        for target in targets:
            for _ in range(20):
                rtp.sendto(chance.randbytes(chance.randrange(1400)), target)
                datagrams += 1
    session.close()
    yield {"answers": answers, "datagrams": datagrams}


GARBAGE: list[Callable[[], bytes]] = [
    lambda: chance.randbytes(2000) + b"\r\n\r\n",
    lambda: b"GET /" + b"a" * 20_000 + b"\r\n\r\n",
    lambda: b"OPTIONS * RTSP/1.0\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
    lambda: b"DANCE rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    lambda: b"\x16\x03\x01\x02\x00" + chance.randbytes(500) + b"\r\n\r\n",
    lambda: b"POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{{{",
    lambda: b"SETUP rtsp://x/?camera=world RTSP/1.0\r\nCSeq: z\r\nTransport: pigeon\r\n\r\n",
]


def stall(rtsp: int, http: int, tunnel: int, echo: int) -> Iterator[dict[str, object]]:
    kept = []
    for _ in range(STALLED_TCP):
        sock = connect(rtsp, receive_buffer=4096)
        play_and_forget(sock, sock.sendall)
        kept.append(sock)
    for _ in range(STALLED_WEBSOCKETS):
        sock = connect(tunnel, receive_buffer=4096)
        sock.sendall(UPGRADE)
        sock.recv(4096)
        play_and_forget(sock, lambda data, sock=sock: sock.sendall(masked(data)))  # type: ignore[misc]
        kept.append(sock)
    yield {"stalled": len(kept)}
    yield {}


def play_and_forget(sock: socket.socket, send: Callable[[bytes], None]) -> None:
    """Ask for video, and read no more than the answers before it."""
    for number, line in enumerate(
        (
            "DESCRIBE rtsp://x/?camera=world RTSP/1.0",
            "SETUP rtsp://x/trackID=1 RTSP/1.0\r\nTransport: RTP/AVP/TCP;interleaved=0-1",
            "PLAY rtsp://x/ RTSP/1.0\r\nSession: 1185d20035702ca",
        )
    ):
        send(f"{line}\r\nCSeq: {number}\r\n\r\n".encode())
        if number < 2:
            sock.recv(4096)


def masked(data: bytes) -> bytes:
    """A websocket frame of a client, with a mask that changes nothing."""
    return b"\x82\xfe" + len(data).to_bytes(2) + bytes(4) + data


def main(mode: str, ports: list[int]) -> None:
    raise_descriptor_limit()
    acts = {"idle": idle, "garbage": garbage, "stall": stall}[mode](*ports)
    print(json.dumps(next(acts)), flush=True)
    if mode != "garbage":
        while not is_told_to_end(within_s=1.0):
            pass
    print(json.dumps(next(acts)), flush=True)


main(sys.argv[1], [int(port) for port in sys.argv[2:]])
