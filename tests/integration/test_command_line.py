"""What `gazewire device` says and how it ends, as scripts rely on it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.footage import write_video
from harness.program import ANY_PORTS, DeviceProgram, gazewire_command

LIMIT_S = 20
DEFAULT_HTTP_PORT = 8080


def fails(*options: str) -> str:
    """Run a device that cannot start, check how it ends and return what it says."""
    command = gazewire_command("device", "--no-mdns", *ANY_PORTS, *options)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.stderr.strip()


def fails_in_a_sentence(*options: str) -> str:
    """As `fails`, where all that is said is one line."""
    said = fails(*options)
    assert len(said.splitlines()) == 1, said
    return said


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as owner:
        yield owner.getsockname()[1]


def test_the_readiness_line_has_every_address(tmp_path: Path) -> None:
    with DeviceProgram(tmp_path, "--name", "Ready") as device:
        ready = device.ready
        assert ready["ready"] is True
        assert ready["name"] == "Ready"
        assert ready["pid"] == device.pid
        for port in (device.http_port, device.rtsp_port, device.tunnel_port, device.echo_port):
            socket.create_connection(("127.0.0.1", port), LIMIT_S).close()


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_0(tmp_path: Path, signal_number: int) -> None:
    with DeviceProgram(tmp_path) as device:
        device.stop(signal_number)


def test_a_signal_ends_it_while_clients_are_connected_and_a_recording_runs(
    tmp_path: Path,
) -> None:
    with DeviceProgram(tmp_path) as device:
        request = b"POST /api/recording:start HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        with socket.create_connection(("127.0.0.1", device.http_port), LIMIT_S) as client:
            client.sendall(request)
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
            device.stop()
        assert len(list(device.record_dir.iterdir())) == 1


@pytest.mark.parametrize("option", ["--http-port", "--rtsp-port", "--tunnel-port", "--echo-port"])
def test_a_port_asked_for_that_is_taken_is_told_in_a_sentence(taken_port: int, option: str) -> None:
    assert str(taken_port) in fails_in_a_sentence(option, str(taken_port))


def test_a_default_port_that_is_taken_gives_way_to_the_next_free_one() -> None:
    try:
        owner = socket.create_server(("127.0.0.1", DEFAULT_HTTP_PORT))
    except OSError:
        pytest.skip(f"port {DEFAULT_HTTP_PORT} is not free for the test to take")
    command = gazewire_command("device", "--json", "--no-mdns", *ANY_PORTS[2:])
    with owner, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as device:
        assert device.stdout is not None
        ready = json.loads(device.stdout.readline())
        device.send_signal(signal.SIGTERM)
        assert device.wait(LIMIT_S) == 0
    port = int(ready["http"].rsplit(":", 1)[1])
    assert DEFAULT_HTTP_PORT < port < DEFAULT_HTTP_PORT + 100


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.mp4"
    assert str(missing) in fails_in_a_sentence("--source", str(missing))


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    text = tmp_path / "letter.mp4"
    text.write_text("Dear reader, this is no video.")
    assert str(text) in fails_in_a_sentence("--source", str(text))


def test_a_folder_that_is_no_recording_is_named(tmp_path: Path) -> None:
    assert str(tmp_path) in fails_in_a_sentence("--source", str(tmp_path))


def test_a_missing_gaze_table_is_named(tmp_path: Path) -> None:
    video = write_video(tmp_path / "waves.mp4", frames=3)
    missing = tmp_path / "missing.csv"
    assert str(missing) in fails_in_a_sentence("--source", str(video), "--gaze", str(missing))


def test_a_table_that_is_no_gaze_is_named(tmp_path: Path) -> None:
    video = write_video(tmp_path / "waves.mp4", frames=3)
    table = tmp_path / "prices.csv"
    table.write_text("apples,pears\n1,2\n")
    assert str(table) in fails_in_a_sentence("--source", str(video), "--gaze", str(table))


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    assert str(missing) in fails_in_a_sentence("--template", str(missing))


def test_a_file_that_is_no_template_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text('{"name": "Demo"}')
    said = fails_in_a_sentence("--template", str(file))
    assert str(file) in said
    assert "`id`" in said


@pytest.mark.parametrize("rate", ["30", "400"])
def test_an_eye_rate_that_does_not_divide_that_of_gaze_is_told_in_a_sentence(rate: str) -> None:
    said = fails_in_a_sentence("--eye-rate", rate)
    assert said == f"gazewire: the rate of eye frames divides 200; {rate} does not"


@pytest.mark.parametrize(
    "options",
    [
        ("--product", "core"),
        ("--gaze-format", "10"),
        ("--http-port", "70000"),
        ("--http-port", "many"),
        ("--refuse", "rain"),
        ("--eye-rate", "0"),
        ("--nonsense",),
    ],
)
def test_an_option_that_makes_no_sense_is_named(options: tuple[str, ...]) -> None:
    assert options[0] in fails(*options)
