"""`gazewire up`: both APIs at once, on what one chain measures."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harness.core_client import CoreClient
from harness.program import ANY_PORTS, SIGNS_OF_TROUBLE, gazewire_command

READY_WITHIN_S = 40
STOPPED_WITHIN_S = 20
COMES_WITHIN_S = 50


class Up:
    """A running `gazewire up` on ephemeral ports; leaving it stops it, and checks how it ends.

    Args:
        folder: for recordings, truth and standard error.
        options: further options.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.record_dir = folder / "recordings"
        self.truth = folder / "truth.jsonl"
        self._stderr_path = folder / "stderr.txt"
        self._command = [
            *gazewire_command("up", "--json", "--no-mdns", "--port", "0", *ANY_PORTS),
            *("--record-dir", str(self.record_dir)),
            *options,
        ]

    def __enter__(self) -> Up:
        with self._stderr_path.open("wb") as stderr:
            self._process = subprocess.Popen(
                self._command, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.stderr
        self.ready: dict[str, Any] = json.loads(line)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.stop(signal.SIGTERM)
        else:
            self._process.kill()
            self._process.communicate()

    def stop(self, signal_number: int) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal_number)
        more, _ = self._process.communicate(timeout=STOPPED_WITHIN_S)
        assert self._process.returncode == 0, self.stderr
        assert more == "", "more than the readiness line on standard output"
        assert not any(sign in self.stderr for sign in SIGNS_OF_TROUBLE), self.stderr

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stderr(self) -> str:
        return self._stderr_path.read_text(errors="replace")

    def status(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.ready['http']}/api/status", timeout=10) as answer:
            status: list[dict[str, Any]] = json.load(answer)["result"]
        return status

    def post(self, path: str) -> None:
        request = urllib.request.Request(f"{self.ready['http']}/api/{path}", method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def truths(self, stream: str, count: int) -> list[dict[str, Any]]:
        """The first lines of the truth of a stream."""
        until = time.monotonic() + COMES_WITHIN_S
        while True:
            lines = self.truth.read_text().splitlines()[:-1] if self.truth.exists() else []
            found = [told for told in map(json.loads, lines) if told["stream"] == stream]
            if len(found) >= count:
                return found
            assert time.monotonic() < until, f"{len(found)} of {stream}\n{self.stderr}"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One chain for all who do not end it."""
    folder = tmp_path_factory.mktemp("up")
    truth = ("--truth", str(folder / "truth.jsonl"))
    with Up(folder, "--eye-rate", "25", "--eyes", "tasks", *truth) as up:
        yield up


@pytest.fixture
def client(up: Up) -> Iterator[CoreClient]:
    with CoreClient(up.ready["remote"]) as client:
        yield client


def test_the_readiness_line_has_the_addresses_of_both(up: Up) -> None:
    keys = {"http", "rtsp", "tunnel", "echo", "name", "remote", "pub", "sub", "pid", "ready"}
    assert set(up.ready) == keys
    assert up.ready["pid"] == up.pid


def test_the_device_has_every_sensor(up: Up) -> None:
    sensors = {entry["data"]["sensor"] for entry in up.status() if entry["model"] == "Sensor"}
    assert {"world", "gaze", "eyes", "imu", "eye_events"} <= sensors


def test_gaze_on_the_bus_is_that_of_the_device(up: Up, client: CoreClient) -> None:
    with client.subscribed("gaze.3d.01.") as listener:
        on_bus = [listener.next()[1] for _ in range(20)]
    until_s = on_bus[-1]["timestamp"] - float(client.ask("t")) + time.time()
    shown: dict[int, dict[str, Any]] = {}
    while not shown or max(shown) < until_s * 1e9:
        shown = {told["timestamp_unix_ns"]: told for told in up.truths("gaze", len(shown) + 1)}
    places = {(round(told["x_px"], 6), round(told["y_px"], 6)) for told in shown.values()}
    certain = [gaze for gaze in on_bus if gaze["confidence"] >= 0.6]
    assert certain
    for gaze in certain:
        x, y = gaze["norm_pos"]
        assert (round(1600 * x, 6), round(1200 * (1 - y), 6)) in places


def test_gaze_is_told_with_what_is_true_of_it(up: Up) -> None:
    told = up.truths("gaze", 30)
    assert sum("true_gaze_px" in gaze for gaze in told) > len(told) / 2
    assert "center_px" in up.truths("pupil.0", 1)[0]


def test_both_sides_record(up: Up, client: CoreClient) -> None:
    up.post("recording:start")
    with client.subscribed("notify.recording.") as listener:
        assert client.ask("R side/by") == "OK"
        listener.topic("notify.recording.started")
        client.ask("r")
        listener.topic("notify.recording.stopped")
    up.post("recording:stop_and_save")
    assert (up.record_dir / "side" / "by" / "000" / "info.player.json").exists()
    assert len(list(up.record_dir.iterdir())) == 2


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_0(tmp_path: Path, signal_number: int) -> None:
    with Up(tmp_path, "--source", "none") as up:
        up.stop(signal_number)


def test_the_service_s_word_ends_all_of_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        up = stack.enter_context(Up(tmp_path, "--source", "none"))
        with CoreClient(up.ready["remote"]) as client:
            client.notify("service_process.should_stop")
        up.stop(0)


def test_an_eye_that_dies_is_started_again(tmp_path: Path) -> None:
    options = ("--eye-rate", "25", "--eyes", "processes", "--eye1", "none", "--scene", "none")
    with Up(tmp_path, *options) as up, CoreClient(up.ready["remote"]) as client:
        with client.subscribed("notify.eye_process.", "pupil.0.") as listener:
            listener.topic("pupil.0.")
            (eye,) = _children(up.pid)
            subprocess.run(["kill", "-KILL", str(eye)], check=True)
            listener.topic("notify.eye_process.stopped")
            listener.topic("notify.eye_process.started")
            listener.topic("pupil.0.")
        assert "eye 0 is started again" in up.stderr


def _children(pid: int) -> list[int]:
    """Processes that this one has started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]
