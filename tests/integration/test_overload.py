"""Too much of everything: clear errors, flat memory, and a well-behaved client notices nothing.

`benchmarks/bench_overload.py` does the same for longer, and measures.
"""

from __future__ import annotations

import random
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from harness.footage import write_gaze, write_video
from harness.program import DeviceProgram
from harness.rtsp import PlainRtsp
from harness.witness import Witness

resource = pytest.importorskip("resource", reason="Windows has no limit on open files")

CROWD = 1_000
GARBAGE_S = 5.0
ANSWERED_WITHIN_S = 5.0
# At the median, on a machine that is busy with other tests; it is 1 ms on one that is not.
LATE_LIMIT_S = 0.1
MEMORY_LIMIT_BYTES = 48 << 20
LOG_LINES = 60

chance = random.Random(11)


@pytest.fixture(scope="module", autouse=True)
def many_files() -> Iterator[None]:
    """Let this process have as many sockets open as it takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CROWD
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"only {hard} files may be open at once here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def device(
    start_device: Callable[..., DeviceProgram], tmp_path_factory: pytest.TempPathFactory
) -> DeviceProgram:
    folder = tmp_path_factory.mktemp("footage")
    video = write_video(folder / "waves.mp4", frames=60)
    gaze = write_gaze(folder / "gaze.csv", seconds=2, width=320, height=240)
    return start_device("--source", str(video), "--gaze", str(gaze))


@pytest.fixture
def unharmed(device: DeviceProgram) -> Iterator[None]:
    """Beside the test, a client that may lose nothing, and memory that may not grow."""
    before = resident_bytes(device.pid)
    with Witness(device.rtsp_port) as witness:
        yield
    assert resident_bytes(device.pid) - before < MEMORY_LIMIT_BYTES
    assert witness.missing == 0
    assert statistics.median(witness.late_s) < LATE_LIMIT_S


def resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except FileNotFoundError:
        return 0  # only Linux tells it so


def answer_to(connection: socket.socket, request: bytes) -> bytes:
    """The first of what comes back; nothing where the connection was closed instead."""
    try:
        connection.sendall(request)
        return connection.recv(4096)
    except ConnectionError:
        return b""


REQUESTS = {
    "rtsp_port": b"DESCRIBE rtsp://127.0.0.1/?camera=gaze RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "tunnel_port": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "http_port": b"GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("port", REQUESTS)
@pytest.mark.usefixtures("unharmed")
def test_of_a_thousand_connections_those_beyond_the_cap_are_refused(
    device: DeviceProgram, port: str
) -> None:
    address = ("127.0.0.1", getattr(device, port))
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(socket.create_connection(address, ANSWERED_WITHIN_S))
            for _ in range(CROWD)
        ]
        # Who came first is served, who came last is told why not.
        first = answer_to(crowd[0], REQUESTS[port])
        last = answer_to(crowd[-1], REQUESTS[port])
    assert first.split(b" ")[1] in {b"200", b"426"}
    assert last.split(b" ")[1] == b"503"


@pytest.mark.usefixtures("unharmed")
def test_of_a_thousand_time_echoes_those_beyond_the_cap_are_closed(device: DeviceProgram) -> None:
    address = ("127.0.0.1", device.echo_port)
    with ExitStack() as stack:
        crowd = [
            stack.enter_context(socket.create_connection(address, ANSWERED_WITHIN_S))
            for _ in range(CROWD)
        ]
        assert len(answer_to(crowd[0], bytes(8))) == 16
        assert answer_to(crowd[-1], bytes(8)) == b""


@pytest.mark.usefixtures("unharmed")
def test_who_comes_after_the_crowd_is_served(device: DeviceProgram) -> None:
    deadline_s = time.monotonic() + ANSWERED_WITHIN_S
    status = 0
    while status != 200:
        assert time.monotonic() < deadline_s, status
        with suppress(ConnectionError), PlainRtsp(device.rtsp_port) as client:
            status = client.request("DESCRIBE", "?camera=gaze").status


GARBAGE: list[Callable[[], bytes]] = [
    lambda: chance.randbytes(2_000) + b"\r\n\r\n",
    lambda: b"GET /" + b"a" * 20_000 + b"\r\n\r\n",
    lambda: b"OPTIONS * RTSP/1.0\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
    lambda: b"DANCE rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    lambda: b"\x16\x03\x01\x02\x00" + chance.randbytes(500) + b"\r\n\r\n",
]


@pytest.mark.usefixtures("unharmed")
def test_garbage_on_every_port_does_no_harm_and_does_not_fill_the_log(
    device: DeviceProgram,
) -> None:
    lines_before = len(device.stderr.splitlines())
    ports = (device.rtsp_port, device.http_port, device.tunnel_port, device.echo_port)
    sent = 0
    end_s = time.monotonic() + GARBAGE_S
    while time.monotonic() < end_s:
        for port in ports:
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", port), ANSWERED_WITHIN_S) as connection,
            ):
                answer_to(connection, chance.choice(GARBAGE)())
                sent += 1
    assert sent > LOG_LINES
    assert len(device.stderr.splitlines()) - lines_before < LOG_LINES
