"""Every example runs and shows what it says.

A test of ``examples/name.py`` is called ``test_name_...``; an example without one fails here.
"""

from __future__ import annotations

import ast
import itertools
import json
import math
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from harness.program import DeviceProgram

from gazewire.wire.payload import parse_gaze
from gazewire.wire.rtp import RtpPacket
from gazewire.wire.rtsp import InterleavedFrame, MessageReader, Response

EXAMPLES = Path(__file__).parents[2] / "examples"
LIMIT_S = 20
LONGEST_LINES = 60

Run = Callable[..., list[str]]


@contextmanager
def started(name: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run an example and give its first line; it must have ended well when the block has."""
    command = [sys.executable, EXAMPLES / name, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            yield program, program.stdout.readline()
            assert program.wait(LIMIT_S) == 0
        finally:
            program.kill()


def url_in(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found is not None, line
    return found[0]


def answer(url: str, method: str = "GET") -> Any:
    request = urllib.request.Request(url, method=method)
    with urllib.request.urlopen(request, timeout=LIMIT_S) as response:
        return json.load(response)["result"]


def components(base_url: str, model: str) -> list[dict[str, Any]]:
    status = answer(f"{base_url}/api/status")
    return [component["data"] for component in status if component["model"] == model]


def connected_sensors(base_url: str) -> dict[str, int]:
    """The port of each sensor that can be streamed."""
    sensors = components(base_url, "Sensor")
    return {sensor["sensor"]: sensor["port"] for sensor in sensors if sensor["connected"]}


def rtp_packets(port: int, sensor: str, count: int) -> Iterator[RtpPacket]:
    """Play a stream inside its RTSP connection."""
    base = f"rtsp://127.0.0.1:{port}/"
    reader = MessageReader()
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as connection:

        def elements() -> Iterator[object]:
            while data := connection.recv(65_536):
                reader.receive_data(data)
                while (element := reader.next_element()) is not None:
                    yield element

        coming = elements()

        def ask(method: str, path: str, *lines: str) -> Response:
            request = "\r\n".join([f"{method} {base}{path} RTSP/1.0", "CSeq: 1", *lines, "", ""])
            connection.sendall(request.encode())
            answered = next(element for element in coming if isinstance(element, Response))
            assert answered.status == 200
            return answered

        ask("DESCRIBE", f"?camera={sensor}")
        transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
        session = ask("SETUP", "trackID=1", transport).headers.get("Session")
        ask("PLAY", "", f"Session: {session}")
        frames = (element for element in coming if isinstance(element, InterleavedFrame))
        packets = (RtpPacket.parse(frame.payload) for frame in frames if frame.channel == 0)
        yield from itertools.islice(packets, count)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_each_example_is_tested_short_and_says_what_it_shows(path: Path) -> None:
    assert any(name.startswith(f"test_{path.stem}_") for name in globals()), "it has no test"
    text = path.read_text()
    assert len(text.splitlines()) < LONGEST_LINES
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring is not None
    assert f"Usage: ``python {path.name}" in docstring
    assert f"({path.name})" in (EXAMPLES / "README.md").read_text(), "the README leaves it out"


def test_receive_gaze_prints_ten_data(run_client_example: Run) -> None:
    lines = run_client_example("receive_gaze.py")
    assert len(lines) == 10
    for line in lines:
        assert re.fullmatch(r"\d+\.\d{6}  x +\d+\.\d  y +\d+\.\d  (not )?worn", line), line


def test_receive_frames_keeps_the_last_picture(run_client_example: Run, tmp_path: Path) -> None:
    file = tmp_path / "scene.ppm"
    lines = run_client_example("receive_frames.py", str(file))
    assert len(lines) == 11
    assert all(line.endswith("320 x 240") for line in lines[:10])
    header, pixels = file.read_bytes().split(b"\n", 1)
    assert header == b"P6 320 240 255"
    assert len(pixels) == 320 * 240 * 3
    assert len(set(pixels)) > 50, "a picture of waves has many shades"


def test_matched_pairs_belong_together(run_client_example: Run) -> None:
    lines = run_client_example("matched_pairs.py")
    assert len(lines) == 10
    for line in lines:
        later_ms = float(line.split()[-2])
        assert abs(later_ms) < 50, line


def test_mark_events_leaves_both_in_the_recording(
    run_client_example: Run, run_example: Run, device: DeviceProgram
) -> None:
    begun, shown, hidden, saved = run_client_example("mark_events.py")
    recording_id = begun.removeprefix("recording ")
    (folder,) = device.record_dir.glob(f"*-{recording_id[:8]}")
    names = (folder / "event.txt").read_text().splitlines()
    assert names == ["recording.begin", "picture shown", "picture hidden", "recording.end"]
    assert shown.endswith("  picture shown")
    assert hidden.endswith("  picture hidden")
    assert saved == "saved"


def test_stream_over_tcp_gets_every_datum(run_client_example: Run) -> None:
    (line,) = run_client_example("stream_over_tcp.py")
    assert line.startswith("200 gaze data from rtspt://127.0.0.1:")
    rate_hz = float(line.split()[-3])
    assert rate_hz == pytest.approx(200, rel=0.02)


def test_serve_device_ends_with_the_video(footage: tuple[Path, Path]) -> None:
    video, gaze = map(str, footage)
    with started("serve_device.py", video, gaze, "0") as (program, line):
        url = url_in(line)
        (phone,) = components(url, "Phone")
        assert phone["device_name"] == "In my program"
        assert set(connected_sensors(url)) == {"world", "gaze"}
        assert program.stdout is not None
        assert program.stdout.readline() == "the video has ended\n"


def test_circling_gaze_is_on_the_circle() -> None:
    with started("circling_gaze.py", "0") as (program, line):
        sensors = connected_sensors(url_in(line))
        assert set(sensors) == {"gaze"}
        for packet in rtp_packets(sensors["gaze"], "gaze", count=20):
            datum = parse_gaze(packet.payload, timestamp_unix_ns=0).datum
            radius_px = math.hypot(datum.x_px - 800, datum.y_px - 600)
            assert radius_px == pytest.approx(300, abs=0.001)
        program.send_signal(signal.SIGINT)


def test_read_recording_tells_what_the_device_recorded(
    device: DeviceProgram, run_example: Run
) -> None:
    recording_id = answer(f"{device.http}/api/recording:start", "POST")["id"]
    half_a_second = rtp_packets(device.rtsp_port, "gaze", count=100)
    assert len(list(half_a_second)) == 100
    answer(f"{device.http}/api/recording:stop_and_save", "POST")
    (folder,) = device.record_dir.glob(f"*-{recording_id[:8]}")
    first, *lines = run_example("read_recording.py", str(folder))
    assert recording_id in first
    counts = dict(re.findall(r"^(.+): (\d+) in \d", "\n".join(lines), re.MULTILINE))
    assert int(counts["gaze"]) >= 90
    assert int(counts["scene"]) >= 10
    assert lines[-1].endswith("  recording.end")


def test_parse_gaze_tells_every_length_apart(run_example: Run) -> None:
    assert run_example("parse_gaze.py") == [
        "POINT: (784.1, 537.5) px, worn True",
        "POINT_DUAL_MONOCULAR: (848.9, 474.5) px, worn False",
        "  left (895.1, 477.2) px",
        "  right (800.8, 469.3) px",
        "POINT: (784.1, 537.5) px, worn True",
        "  and 2 bytes that this version does not know",
        "refused: a gaze payload has at least 9 bytes, but 4 came",
    ]


def test_packetize_h264_gives_the_picture_back(run_example: Run) -> None:
    coded, sent, received = run_example("packetize_h264.py")
    assert coded.endswith("key frame True")
    assert re.fullmatch(r"sent: \d+ packets, the longest of 1272 bytes", sent)
    assert received == "received: the same bytes True"
