"""`gazewire service` as the clients of Pupil Service meet it: plain pyzmq, plain MessagePack."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.core_client import CoreClient, ServiceProgram
from harness.program import gazewire_command

LIMIT_S = 40


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProgram]:
    """One service for all who do not end it; its eyes are tasks, to be quick."""
    options = ["--eyes", "tasks", "--eye-rate", "50"]
    with ServiceProgram(tmp_path_factory.mktemp("service"), *options) as service:
        yield service


@pytest.fixture
def client(service: ServiceProgram) -> Iterator[CoreClient]:
    with CoreClient(service.ready["remote"]) as client:
        yield client


def test_the_readiness_line_has_every_address(service: ServiceProgram) -> None:
    assert service.ready["ready"] is True
    assert service.ready["pid"] == service.pid
    with CoreClient(service.ready["remote"]) as client:
        assert service.ready["pub"] == f"tcp://127.0.0.1:{client.ask('PUB_PORT')}"
        assert service.ready["sub"] == f"tcp://127.0.0.1:{client.ask('SUB_PORT')}"


def test_remote_answers_what_scripts_ask(client: CoreClient) -> None:
    before = float(client.ask("t"))
    assert before <= float(client.ask("t"))
    assert client.ask("v").count(".") == 2
    assert client.ask("hello") == "Unknown command."
    assert client.ask("") == "Unknown command."
    assert client.ask(b"\xff\xfe") == "Unknown command."
    assert client.ask("T nan") == "'nan' cannot be converted to float."
    assert client.notify("pingback_test") == "Notification received"


def test_gaze_of_both_eyes_flows_in_the_programs_schema(client: CoreClient) -> None:
    with client.subscribed("gaze.3d.01.") as listener:
        gaze = listener.topic("gaze.3d.01.")
    assert set(gaze["eye_centers_3d"]) == set(gaze["gaze_normals_3d"]) == {"0", "1"}
    assert [pupil["topic"] for pupil in gaze["base_data"]] == ["pupil.0.3d", "pupil.1.3d"]
    assert type(gaze["timestamp"]) is type(gaze["confidence"]) is float
    assert len(gaze["gaze_point_3d"]) == 3


def test_of_each_image_comes_the_2d_pupil_and_then_the_3d_one(client: CoreClient) -> None:
    with client.subscribed("pupil.1.") as listener:
        _, first = listener.until(lambda topic, _: topic == "pupil.1.2d")
        topic, second = listener.next()
    assert first["method"] == "2d c++"
    assert topic == "pupil.1.3d"
    assert "3d" in second["method"]
    assert second["timestamp"] == first["timestamp"]
    assert second["sphere"]["radius"] == 10.392304845413264
    assert {"theta", "phi", "circle_3d", "diameter_3d", "model_confidence"} <= set(second)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_0(tmp_path: Path, signal_number: int) -> None:
    with ServiceProgram(tmp_path, "--eye0", "none", "--eye1", "none") as service:
        service.stop(signal_number)


def test_a_notification_ends_it_with_status_0(tmp_path: Path) -> None:
    with ServiceProgram(tmp_path, "--eye0", "none", "--eye1", "none") as service:
        with CoreClient(service.ready["remote"]) as client:
            client.notify("service_process.should_stop")
        service.wait_ended()


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as owner:
        port = str(owner.getsockname()[1])
        command = gazewire_command("service", "--port", port)
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    assert ended.returncode == 2
    assert port in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
