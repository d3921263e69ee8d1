"""`gazewire up`: both APIs at once, on what one chain measures."""

from __future__ import annotations

import itertools
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harness.core_client import CoreClient
from harness.up_program import UpProgram


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpProgram]:
    """One chain for all who do not end it."""
    folder = tmp_path_factory.mktemp("up")
    truth = ("--truth", str(folder / "truth.jsonl"))
    with UpProgram(folder, "--eye-rate", "25", "--eyes", "tasks", *truth) as up:
        yield up


@pytest.fixture
def client(up: UpProgram) -> Iterator[CoreClient]:
    with CoreClient(up.ready["remote"]) as client:
        yield client


def test_the_readiness_line_has_the_addresses_of_both(up: UpProgram) -> None:
    keys = {"http", "rtsp", "tunnel", "echo", "name", "remote", "pub", "sub", "pid", "ready"}
    assert set(up.ready) == keys
    assert up.ready["pid"] == up.pid


def test_the_device_has_every_sensor(up: UpProgram) -> None:
    sensors = {entry["data"]["sensor"] for entry in up.status() if entry["model"] == "Sensor"}
    assert {"world", "gaze", "eyes", "imu", "eye_events"} <= sensors


def test_gaze_on_the_bus_is_that_of_the_device(up: UpProgram, client: CoreClient) -> None:
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


def test_gaze_is_told_with_what_is_true_of_it(up: UpProgram) -> None:
    told = up.truths("gaze", 30)
    assert sum("true_gaze_px" in gaze for gaze in told) > len(told) / 2
    assert "center_px" in up.truths("pupil.0", 1)[0]


def test_eye_events_come_in_order_on_both_sides(up: UpProgram, client: CoreClient) -> None:
    with client.subscribed("fixations", "blinks") as listener:
        shown = up.truths("eye_events", 10)
        on_bus = [listener.next()[1] for _ in range(3)]
    for movements in (
        [told for told in shown if told["event"] in {"fixation", "saccade"}],
        [told for told in shown if told["event"] == "blink"],
    ):
        for before, after in itertools.pairwise(movements):
            assert before["end_unix_ns"] <= after["start_unix_ns"]
    for topic in ("fixations", "blinks"):
        instants = [told["timestamp"] for told in on_bus if told["topic"] == topic]
        assert instants == sorted(instants)
    # An onset, then its offset: no train of either.
    kinds = [told["type"] for told in on_bus if told["topic"] == "blinks"]
    assert all(before != after for before, after in itertools.pairwise(kinds))


def test_both_sides_record(up: UpProgram, client: CoreClient) -> None:
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
    with UpProgram(tmp_path, "--source", "none") as up:
        up.stop(signal_number)


def test_the_service_s_word_ends_all_of_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        up = stack.enter_context(UpProgram(tmp_path, "--source", "none"))
        with CoreClient(up.ready["remote"]) as client:
            client.notify("service_process.should_stop")
        up.stop(0)


def test_an_eye_that_dies_is_started_again(tmp_path: Path) -> None:
    options = ("--eye-rate", "25", "--eyes", "processes", "--eye1", "none", "--scene", "none")
    with UpProgram(tmp_path, *options) as up, CoreClient(up.ready["remote"]) as client:
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
