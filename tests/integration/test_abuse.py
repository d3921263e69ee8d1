"""Whatever one peer does, it gets a clear answer and nobody else loses anything.

Beside each offender the official client receives gaze by UDP; it has to see every sample. What the
device writes on standard error is checked when it stops, after the module.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
from harness.peer import PeerRunner
from harness.program import DeviceProgram
from harness.rtsp import PlainRtsp
from harness.truth import indices_of, read_truth

ANSWERED_WITHIN_S = 5.0
WEARER_TOLERANCE_NS = 1_000
MANY_BYTES = 1 << 20
MANY_CONNECTIONS = 40
# At about 1 MB a second for each, 32 MB would pile up.
STALLED_CLIENTS = 8
STALLED_FRAMES = 120
STALLED_LIMIT_BYTES = 16 << 20
RTSP_REFUSAL = re.compile(rb"\ARTSP/1\.0 [45]\d\d [^\r\n]+\r\n")
HTTP_REFUSAL = re.compile(rb"\AHTTP/1\.[01] [45]\d\d [^\r\n]+\r\n")

chance = random.Random(20)


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device()


@pytest.fixture
def bystander(device: DeviceProgram, peers: PeerRunner) -> Iterator[None]:
    """A well-behaved client beside the test, which may lose nothing."""
    url = device.stream_url("gaze")
    with peers.start("async_data", kind="gaze", urls=[url]) as witness:
        witness.wait_until_receiving()
        yield
        [received] = witness.result()
    instants = [round(datum["timestamp_unix_seconds"] * 1e9) for datum in received]
    truth = read_truth(device.truth, "gaze", max(instants))
    times = [row["timestamp_unix_ns"] for row in truth]
    indices = indices_of(instants, times, WEARER_TOLERANCE_NS)
    assert indices == list(range(indices[0], indices[0] + len(indices))), "samples are missing"


def exchange(port: int, data: bytes, *, and_end: bool = True) -> bytes:
    """Send bytes, and perhaps that no more will follow; read until the device closes."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), ANSWERED_WITHIN_S) as connection:
        try:
            connection.sendall(data)
            if and_end:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65_536):
                received += part
        except ConnectionError:
            pass  # closed while we were still sending, as an oversize message deserves
    return received


def rtsp_message(first_line: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([first_line, *headers, "", ""]).encode() + body


URL = "rtsp://127.0.0.1/?camera=gaze"
MALFORMED_RTSP = {
    "random bytes": chance.randbytes(4096),
    "no protocol": b"DESCRIBE\r\n\r\n",
    "a later protocol": rtsp_message(f"OPTIONS {URL} RTSP/2.0", "CSeq: 1"),
    "a greeting of TLS": bytes.fromhex("160301020001000201fc0303") + chance.randbytes(500),
    "a request of HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a method that nobody knows": rtsp_message(f"DANCE {URL} RTSP/1.0", "CSeq: 1"),
    "a header without a colon": rtsp_message(f"OPTIONS {URL} RTSP/1.0", "CSeq 1"),
    "a sequence number that is none": rtsp_message(f"OPTIONS {URL} RTSP/1.0", "CSeq: one"),
    "a length that is none": rtsp_message(f"OPTIONS {URL} RTSP/1.0", "Content-Length: -7"),
    "a sensor that there is not": rtsp_message(
        "DESCRIBE rtsp://127.0.0.1/?camera=mars RTSP/1.0", "CSeq: 1"
    ),
    "a set-up before anything": rtsp_message(f"SETUP {URL} RTSP/1.0", "CSeq: 1"),
    "a transport that is none": rtsp_message(
        f"SETUP {URL} RTSP/1.0", "CSeq: 1", "Transport: pigeon;port=x"
    ),
    "a port that is none": rtsp_message(
        f"SETUP {URL} RTSP/1.0", "CSeq: 1", "Transport: RTP/AVP;unicast;client_port=99999-0"
    ),
    "playing before setting up": rtsp_message(f"PLAY {URL} RTSP/1.0", "CSeq: 1"),
    "a session that there is not": rtsp_message(
        f"PLAY {URL} RTSP/1.0", "CSeq: 1", "Session: 0123456789"
    ),
}
OVERSIZE_RTSP = {
    "a line without end": b"O" * MANY_BYTES,
    "a header without end": b"OPTIONS * RTSP/1.0\r\nX: " + b"y" * MANY_BYTES,
    "headers without end": b"OPTIONS * RTSP/1.0\r\n" + b"X: y\r\n" * (MANY_BYTES // 6),
    "a body without end": rtsp_message(
        f"OPTIONS {URL} RTSP/1.0", "CSeq: 1", f"Content-Length: {10**15}", body=b"z" * MANY_BYTES
    ),
}


@pytest.mark.usefixtures("bystander")
def test_malformed_rtsp_is_refused_or_ends_the_connection(device: DeviceProgram) -> None:
    answers = {case: exchange(device.rtsp_port, data) for case, data in MALFORMED_RTSP.items()}
    wrong = {case: answer for case, answer in answers.items() if not RTSP_REFUSAL.match(answer)}
    assert wrong == {}


@pytest.mark.usefixtures("bystander")
def test_oversize_rtsp_ends_the_connection(device: DeviceProgram) -> None:
    for case, data in OVERSIZE_RTSP.items():
        answer = exchange(device.rtsp_port, data)
        assert answer == b"" or RTSP_REFUSAL.match(answer), case


@pytest.mark.usefixtures("bystander")
def test_a_bad_request_leaves_its_own_connection_usable(device: DeviceProgram) -> None:
    """A refusal is an answer like any other, where the message itself could be read."""
    with PlainRtsp(device.rtsp_port) as client:
        assert client.request("DESCRIBE", "?camera=mars").status in {400, 404}
        assert client.request("PLAY", "").status in {400, 454, 455}
        assert client.request("DESCRIBE", "?camera=gaze").status == 200


@pytest.mark.usefixtures("bystander")
def test_junk_on_the_udp_ports_is_dropped(device: DeviceProgram) -> None:
    with ExitStack() as stack:
        rtp, rtcp, stranger = (
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(3)
        )
        for receiver in (rtp, rtcp):
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(ANSWERED_WITHIN_S)
        ports = f"{rtp.getsockname()[1]}-{rtcp.getsockname()[1]}"
        client = stack.enter_context(PlainRtsp(device.rtsp_port))
        setup = client.play("gaze", f"RTP/AVP;unicast;client_port={ports}")
        server = re.search(r"server_port=(\d+)-(\d+)", setup.headers["transport"])
        assert server is not None
        for port in map(int, server.groups()):
            for sender in (rtp, rtcp, stranger):
                for datagram in junk_datagrams():
                    sender.sendto(datagram, ("127.0.0.1", port))
        rtp.recv(2048)
        received = [rtp.recv(2048) for _ in range(200)]
    sequence = [struct.unpack_from("!H", packet, 2)[0] for packet in received]
    expected = [(sequence[0] + step) % (1 << 16) for step in range(len(sequence))]
    assert sequence == expected, "the offender itself still gets what it asked for"


def junk_datagrams() -> Iterator[bytes]:
    yield b""
    for size in (1, 3, 4, 11, 12, 200, 1272, 8000):
        yield chance.randbytes(size)
    # What begins as RTCP of each type, and tells lies of its length.
    for packet_type in range(192, 224):
        yield struct.pack("!BBH", 0x9F, packet_type, 0xFFFF) + chance.randbytes(40)
        yield struct.pack("!BBH", 0x81, packet_type, 0)


@pytest.mark.usefixtures("bystander")
def test_junk_in_interleaved_frames_is_dropped(device: DeviceProgram) -> None:
    with PlainRtsp(device.rtsp_port) as client:
        client.play("gaze", "RTP/AVP/TCP;unicast;interleaved=0-1")
        for datagram in junk_datagrams():
            for channel in (0, 1, 7, 255):
                client.socket.sendall(struct.pack("!cBH", b"$", channel, len(datagram)) + datagram)
        received = b""
        while len(received) < 10_000:
            received += client.socket.recv(4096)
    assert received.startswith(b"$")


BAD_EVENTS = {
    "no JSON": b"{",
    "no object": b"[]",
    "no name": b"{}",
    "a name that is none": b'{"name": 7}',
    "an instant that is none": b'{"name": "x", "timestamp": "soon"}',
    "an instant that is a fraction": b'{"name": "x", "timestamp": 1.5}',
    "an instant beyond 64 bits": b'{"name": "x", "timestamp": 99999999999999999999999}',
    "no text": b'{"name": "\xff\xfe"}',
    "nested without end": b'{"name": ' + b"[" * 100_000,
}


@pytest.mark.usefixtures("bystander")
def test_a_bad_event_is_refused_in_the_envelope(device: DeviceProgram) -> None:
    for case, body in BAD_EVENTS.items():
        answer = exchange(device.http_port, post("/api/event", body), and_end=False)
        head, _, answer = answer.partition(b"\r\n\r\n")
        assert HTTP_REFUSAL.match(head + b"\r\n"), case
        assert b"application/json" in head, case
        assert json.loads(answer)["message"], case


def post(path: str, body: bytes, *, length: int | None = None) -> bytes:
    return rtsp_message(
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        body=body,
    )


def get(path: str, *headers: str) -> bytes:
    return rtsp_message(f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers)


BAD_HTTP = {
    "random bytes": chance.randbytes(4096),
    "a request of RTSP": rtsp_message(f"DESCRIBE {URL} RTSP/1.0", "CSeq: 1"),
    "a path that there is not": get("/api/nothing"),
    "a path out of the house": get("/../../../../etc/passwd"),
    "a path out of the house, in disguise": get("/%2e%2e/%2e%2e/etc/passwd"),
    "a method that is not offered": post("/api/status", b"{}"),
    "a line without end": b"GET /" + b"a" * MANY_BYTES,
    "a header without end": get("/api/status", "X: " + "y" * MANY_BYTES),
    "headers without end": get("/api/status", *["X: y"] * (MANY_BYTES // 6)),
    "a body of many bytes": post("/api/event", b'{"name": "' + b"x" * 64 * MANY_BYTES + b'"}'),
    "an upgrade that is none": get(
        "/api/status", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: short"
    ),
}


@pytest.mark.usefixtures("bystander")
def test_bad_http_is_refused_or_ends_the_connection(device: DeviceProgram) -> None:
    for case, data in BAD_HTTP.items():
        answer = exchange(device.http_port, data, and_end=False)
        assert answer == b"" or HTTP_REFUSAL.match(answer), (case, answer[:80])


UPGRADE = rtsp_message(
    "GET /api/status HTTP/1.1",
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
BAD_FRAMES = {
    "random bytes": chance.randbytes(4096),
    "reserved bits": bytes.fromhex("f18000000000"),
    "an opcode that there is not": bytes.fromhex("8b8000000000"),
    "a continuation of nothing": bytes.fromhex("808100000000") + b"x",
    "text that is none": bytes.fromhex("818200000000") + b"\xff\xfe",
    "a ping of many bytes": bytes.fromhex("89fe100000000000") + bytes(0x1000),
    # No more than arrives with the header: closing while more comes in resets the connection, and
    # the system may then throw our last frame away before this test has read it.
    "a frame without end": bytes.fromhex("82ff7fffffffffffffff00000000") + bytes(64),
}


@pytest.mark.usefixtures("bystander")
def test_bad_websocket_frames_end_the_connection(device: DeviceProgram) -> None:
    for case, frames in BAD_FRAMES.items():
        answer = exchange(device.http_port, UPGRADE + frames, and_end=False)
        assert answer.startswith(b"HTTP/1.1 101"), case
        *_, close, length, high, low = answer
        assert (close, length) == (0x88, 2), f"{case}: the last frame does not close"
        # RFC 6455 §7.4.1: a protocol error, a payload that is not text, a message too big.
        assert high << 8 | low in {1002, 1007, 1009}, case


def test_a_slow_time_echo_request_gets_whole_answers(device: DeviceProgram) -> None:
    asked = struct.pack("!QQ", 1, 2)
    with socket.create_connection(("127.0.0.1", device.echo_port), ANSWERED_WITHIN_S) as echo:
        for byte in asked[:-1]:
            echo.sendall(bytes([byte]))
        first = echo.recv(64)
        echo.sendall(asked[-1:])
        second = echo.recv(64)
    assert [len(first), len(second)] == [16, 16]
    assert [first[:8], second[:8]] == [asked[:8], asked[8:]]


@pytest.mark.usefixtures("bystander")
def test_half_open_connections_keep_nobody_out(device: DeviceProgram) -> None:
    with ExitStack() as stack:
        for port in (device.rtsp_port, device.http_port, device.echo_port):
            for _ in range(MANY_CONNECTIONS):
                half_open = stack.enter_context(
                    socket.create_connection(("127.0.0.1", port), ANSWERED_WITHIN_S)
                )
                half_open.sendall(b"GET")
        with PlainRtsp(device.rtsp_port) as client:
            assert client.request("DESCRIBE", "?camera=gaze").status == 200
        status = exchange(device.http_port, get("/api/status"), and_end=False)
        assert status.startswith(b"HTTP/1.1 200")


@pytest.mark.usefixtures("bystander")
def test_clients_that_leave_without_a_word_are_forgotten(device: DeviceProgram) -> None:
    for attempt in range(MANY_CONNECTIONS):
        with PlainRtsp(device.rtsp_port) as client:
            transport = (
                "RTP/AVP/TCP;unicast;interleaved=0-1"
                if attempt % 2
                else "RTP/AVP;unicast;client_port=40000-40001"
            )
            client.play("world", transport)


def test_clients_that_stop_reading_delay_nobody_and_cost_little(
    device: DeviceProgram, peers: PeerRunner
) -> None:
    urls = [device.stream_url("world", "rtspt")]
    with ExitStack() as stack:
        for _ in range(STALLED_CLIENTS):
            stalled = stack.enter_context(PlainRtsp(device.rtsp_port, receive_buffer=4096))
            stalled.play("world", "RTP/AVP/TCP;unicast;interleaved=0-1")
        peers.run("async_video", urls=urls, count=30)
        before = resident_bytes(device.pid)
        [video] = peers.run("async_video", urls=urls, count=STALLED_FRAMES)
        grown = resident_bytes(device.pid) - before
    intervals = [after - before for before, after in itertools.pairwise(video["timestamps_s"])]
    assert max(intervals) < 1.5 / 30, "pictures are missing"
    assert grown < STALLED_LIMIT_BYTES


def resident_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm") as statm:
            return int(statm.read().split()[1]) * 4096
    except FileNotFoundError:
        return 0  # only Linux tells it so; the pictures are checked everywhere
