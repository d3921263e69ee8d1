"""`gazewire service` as the clients of Pupil Service meet it: plain pyzmq, plain MessagePack."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import numpy as np
import pytest
from harness.core_client import CoreClient, Listener, ServiceProgram
from harness.program import gazewire_command

LIMIT_S = 40
HMD_TOPIC = "hmd_streaming.test"


@pytest.fixture(scope="module")
def record_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, record_dir: Path) -> Iterator[ServiceProgram]:
    """One service for all who do not end it. Its eyes are tasks without cameras, to be quick."""
    options = ["--eyes", "tasks", "--eye0", "none", "--eye1", "none"]
    folder = tmp_path_factory.mktemp("service")
    with ServiceProgram(folder, *options, "--record-dir", str(record_dir)) as service:
        yield service


@pytest.fixture
def client(service: ServiceProgram) -> Iterator[CoreClient]:
    with CoreClient(service.ready["remote"]) as client:
        yield client


@pytest.fixture
def eye(client: CoreClient) -> Iterator[None]:
    """Eye 0 runs, freshly started."""
    with client.subscribed("notify.eye_process.") as listener:
        client.notify("eye_process.should_start.0", eye_id=0, args={})
        listener.topic("notify.eye_process.should_resume")
    yield
    with client.subscribed("notify.eye_process.") as listener:
        client.notify("eye_process.should_stop.0", eye_id=0)
        listener.topic("notify.eye_process.stopped")


def image(index: int, *, format: str = "gray", **changed: object) -> list[bytes]:
    """A message of HMD streaming: 4 by 2 pixels that count up."""
    pixels = bytes(range(8 if format == "gray" else 24))
    fields: dict[str, object] = {
        "topic": HMD_TOPIC,
        "width": 4,
        "height": 2,
        "index": index,
        "timestamp": 12.5 + index,
        "format": format,
        "projection_matrix": [1.0, 0.0, 2.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0],
    }
    return [HMD_TOPIC.encode(), msgspec.msgpack.encode(fields | changed), pixels]


def start_hmd_source(client: CoreClient) -> None:
    args = {"topics": [HMD_TOPIC]}
    client.notify("start_eye_plugin", target="eye0", name="HMD_Streaming_Source", args=args)


def stream(
    client: CoreClient, listener: Listener, prefix: str, **changed: object
) -> tuple[list[bytes], dict[str, Any]]:
    """Send images until one comes out under a topic; return that message."""
    for index in range(200):
        client.ask(*image(index, **changed))
        while frames := listener.poll(100):
            if frames[0].startswith(prefix.encode()):
                return frames, msgspec.msgpack.decode(frames[1])
    raise AssertionError(f"nothing under {prefix}")


def logged(listener: Listener, text: str) -> dict[str, Any]:
    """The next log record that holds a text."""

    def holds(topic: str, fields: dict[str, Any]) -> bool:
        if not topic.startswith("logging."):
            return False
        line = fields["msg"] % tuple(fields["args"]) if fields["args"] else fields["msg"]
        return text in line

    return listener.until(holds)[1]


# The Remote


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


def test_whoever_moves_the_time_the_eyes_follow(client: CoreClient, eye: None) -> None:
    assert client.ask("T 100.0") == "Timesync successful."
    assert 100.0 <= float(client.ask("t")) < 130.0
    with client.subscribed("pupil.0.") as listener:
        start_hmd_source(client)
        _, pupil = stream(client, listener, "pupil.0.2d")
    # What the client stamped in Core time comes back in it, to the last bit.
    assert pupil["timestamp"] == 12.5 + round(pupil["timestamp"] - 12.5)


# Eyes


def test_an_eye_starts_and_stops_on_demand(client: CoreClient) -> None:
    with client.subscribed("notify.eye_process.") as listener:
        client.notify("eye_process.should_start.1", eye_id=1, args={})
        assert listener.topic("notify.eye_process.started")["eye_id"] == 1
        client.notify("eye_process.should_stop", eye_id=1)
        assert listener.topic("notify.eye_process.stopped")["eye_id"] == 1


def test_a_redundant_start_is_a_warning_and_nothing_else(client: CoreClient, eye: None) -> None:
    with client.subscribed("notify.eye_process.", "logging.warning") as listener:
        client.notify("eye_process.should_start.0", eye_id=0)
        record = logged(listener, "Aborting redundant eye process startup")
        assert record["levelname"] == "WARNING"
        client.notify("eye_process.should_start.0", eye_id=0)
        topics = set()
        while "logging.warning" not in topics:
            topics.add(listener.next()[0])
    assert topics <= {"logging.warning", "notify.eye_process.should_start.0"}


def test_a_start_under_notify_is_not_delayed_by_its_delay(client: CoreClient) -> None:
    with client.subscribed("notify.eye_process.") as listener:
        client.notify("eye_process.should_start.1", eye_id=1, delay=3600.0)
        listener.topic("notify.eye_process.started", within_ms=20_000)
        client.notify("eye_process.should_stop.1", eye_id=1)
        listener.topic("notify.eye_process.stopped")


def test_what_is_meant_for_an_eye_before_it_is_there_waits(client: CoreClient) -> None:
    with client.subscribed("pupil.1.", "notify.eye_process.s") as listener:
        args = {"topics": [HMD_TOPIC]}
        client.notify("start_eye_plugin", target="eye1", name="HMD_Streaming_Source", args=args)
        client.notify("eye_process.should_start.1", eye_id=1)
        _, pupil = stream(client, listener, "pupil.1.2d")
        assert pupil["confidence"] == 0.0
        client.notify("eye_process.should_stop.1", eye_id=1)
        listener.topic("notify.eye_process.stopped")


def test_an_eye_begins_with_the_source_that_its_start_names(client: CoreClient) -> None:
    with client.subscribed("pupil.1.", "notify.eye_process.s") as listener:
        source = ["HMD_Streaming_Source", {"topics": [HMD_TOPIC]}]
        client.notify("eye_process.should_start.1", eye_id=1, overwrite_cap_settings=source)
        stream(client, listener, "pupil.1.2d")
        client.notify("eye_process.should_stop.1", eye_id=1)
        listener.topic("notify.eye_process.stopped")


# Frames


@pytest.mark.parametrize(
    ("wanted", "size"), [("gray", 8), ("bgr", 24), ("yuv", 16), ("jpeg", None)]
)
def test_frames_come_in_the_format_that_was_asked_for(
    client: CoreClient, eye: None, wanted: str, size: int | None
) -> None:
    start_hmd_source(client)
    with client.subscribed("frame.eye.0", "notify.frame_publishing.started") as listener:
        client.notify("frame_publishing.set_format", format=wanted)
        assert listener.topic("notify.frame_publishing.started")["format"] == wanted
        frames, fields = stream(client, listener, "frame.eye.0")
        while fields["format"] != wanted:
            frames, fields = stream(client, listener, "frame.eye.0")
    assert len(frames) == 3
    assert (fields["width"], fields["height"]) == (4, 2)
    if size is None:
        assert frames[2].startswith(b"\xff\xd8")
    else:
        assert len(frames[2]) == size


def test_a_game_engines_image_is_turned_the_right_way(client: CoreClient, eye: None) -> None:
    start_hmd_source(client)
    with client.subscribed("frame.eye.0", "notify.frame_publishing.started") as listener:
        client.notify("frame_publishing.set_format", format="bgr")
        frames, fields = stream(client, listener, "frame.eye.0", format="rgb")
        while fields["format"] != "bgr":
            frames, fields = stream(client, listener, "frame.eye.0", format="rgb")
    # Its bottom row comes first, and red before blue.
    assert list(frames[2][:6]) == [14, 13, 12, 17, 16, 15]


def test_a_format_that_there_is_not_is_an_error_in_the_log(client: CoreClient) -> None:
    with client.subscribed("logging.error") as listener:
        client.notify("frame_publishing.set_format", format="png")
        logged(listener, "png")


# Detectors


def test_a_detectors_properties_are_told_under_their_topic(client: CoreClient, eye: None) -> None:
    with client.subscribed("notify.pupil_detector.properties") as listener:
        named = {"eye_id": 0, "detector_plugin_class_name": "Detector2DPlugin"}
        client.notify("pupil_detector.broadcast_properties", **named)
        topic, told = listener.next()
    assert topic == "notify.pupil_detector.properties.0.Detector2DPlugin"
    assert told["values"]["canny_treshold"] == 160


def test_a_detector_that_is_off_publishes_nothing(client: CoreClient, eye: None) -> None:
    start_hmd_source(client)
    with client.subscribed("pupil.0.", "frame.eye.0") as listener:
        stream(client, listener, "pupil.0.2d")
        client.notify("pupil_detector.set_enabled", value=False, eye_id=0)
        stream(client, listener, "frame.eye.0")
        client.ask(*image(999))
        topic, _ = listener.until(lambda _, fields: fields.get("index") == 999)
        assert topic == "frame.eye.0"
        client.notify("pupil_detector.set_enabled", value=True, eye_id=0)
        client.ask(*image(1000))
        assert listener.until(lambda _, f: f["timestamp"] == 1012.5 and "id" in f)


# What kills today's program


def killing_messages() -> list[tuple[str, bytes]]:
    pack = msgspec.msgpack.encode
    return [
        ("notify.anything", pack({"no": "subject"})),
        ("notify.anything", b"\xc1"),
        ("notify.anything", b""),
        ("notify.anything", pack([1, 2])),
        ("notify.eye_process.should_start", pack({"subject": "eye_process.should_start"})),
        (
            "notify.eye_process.should_start.7",
            pack({"subject": "eye_process.should_start.7", "eye_id": 7}),
        ),
        ("notify.eye_process.should_stop", pack({"subject": "eye_process.should_stop"})),
        (
            "notify.start_plugin",
            pack({"subject": "start_plugin", "name": "Pupil_Groups", "args": {"nonsense": 1}}),
        ),
        ("notify.start_plugin", pack({"subject": "start_plugin"})),
        ("notify.start_plugin", pack({"subject": "start_plugin", "name": "os.system"})),
        ("notify.start_plugin", pack({"subject": "start_plugin", "name": "Gazer2D"})),
        ("notify.start_plugin", pack({"subject": "start_plugin", "name": "Recorder", "args": 5})),
        ("pupil.0.2d", pack({"id": 0})),
        ("pupil.0.3d", b"\xff"),
        (
            "notify.frame_publishing.set_format",
            pack({"subject": "frame_publishing.set_format", "format": "png"}),
        ),
        ("notify.start_eye_plugin", pack({"subject": "start_eye_plugin"})),
        ("notify.start_eye_plugin", pack({"subject": "start_eye_plugin", "target": "eye0"})),
        (
            "notify.calibration.should_stop",
            pack({"subject": "calibration.should_stop", "mode": 1, "action": 2}),
        ),
        (
            "notify.calibration.should_start",
            pack(
                {
                    "subject": "calibration.should_start",
                    "translation_eye0": [1.0],
                    "translation_eye1": "here",
                }
            ),
        ),
        ("annotation", pack({"topic": "annotation"})),
        ("delayed_notify.x", pack({"subject": "x"})),
        ("delayed_notify.x", b"\xc1"),
        (HMD_TOPIC, image(0, width=1000)[1]),
    ]


@pytest.mark.parametrize(("topic", "payload"), killing_messages())
def test_no_message_ends_it(client: CoreClient, eye: None, topic: str, payload: bytes) -> None:
    start_hmd_source(client)
    with client.subscribed("pupil.0.2d", "notify.delayed_all_the_same") as listener:
        assert client.ask(topic, payload) == "Notification received"
        client.ask(topic, payload, b"more")
        stream(client, listener, "pupil.0.2d")
        fields = {"subject": "delayed_all_the_same", "delay": 0.01}
        delayed = fields | {"topic": "delayed_notify.delayed_all_the_same"}
        client.ask("delayed_notify.delayed_all_the_same", msgspec.msgpack.encode(delayed))
        listener.topic("notify.delayed_all_the_same")


# Plugins


def test_an_unknown_plugin_is_an_error_in_the_log(client: CoreClient, eye: None) -> None:
    with client.subscribed("logging.error") as listener:
        client.notify("start_plugin", name="Nonsense", args={})
        logged(listener, "Attempt to load unknown plugin: 'Nonsense'")
        client.notify("start_eye_plugin", target="eye0", name="Nonsense")
        logged(listener, "Attempt to load unknown plugin: 'Nonsense'")


@pytest.mark.parametrize("name", ["HMD_Calibration", "HMD_Calibration_3D", "Frame_Publisher"])
def test_names_of_long_ago_are_understood(client: CoreClient, name: str) -> None:
    with client.subscribed("logging.") as listener:
        client.notify("start_plugin", name=name, args={})
        assert logged(listener, f"{name} is called")["levelname"] == "INFO"


def test_everybody_says_what_they_are_for(client: CoreClient, eye: None) -> None:
    actors: set[str] = set()
    with client.subscribed("notify.meta.doc") as listener:
        client.notify("meta.should_doc")
        while not {"launcher", "service", "eye0", "HMD3DChoreographyPlugin", "Recorder"} <= actors:
            told = listener.next()[1]
            assert told["doc"]
            actors.add(told["actor"])


# Calibration


def calibrate(client: CoreClient, listener: Listener, references: list[object]) -> dict[str, Any]:
    eyes = {"translation_eye0": [34.75, 0, 0], "translation_eye1": [-34.75, 0, 0]}
    client.notify("calibration.should_start", **eyes, record=True)
    listener.topic("notify.calibration.started")
    client.notify("calibration.add_ref_data", ref_data=references, record=True)
    client.notify("calibration.should_stop", record=True)
    ends = ("notify.calibration.successful", "notify.calibration.failed")
    return listener.until(lambda topic, _: topic in ends)[1]


def test_a_calibration_says_why_it_fails(client: CoreClient) -> None:
    with client.subscribed("notify.calibration.") as listener:
        client.notify("start_plugin", name="HMD3DChoreographyPlugin")
        assert calibrate(client, listener, [])["reason"] == "No reference data to match"
        reference = {"mm_pos": [0, 0, 600], "timestamp": 1.0}
        assert calibrate(client, listener, [reference])["reason"] == "No pupil data to match"
        assert listener.next()[0] == "notify.calibration.stopped"


def test_a_calibration_without_translations_fails_and_says_so(client: CoreClient) -> None:
    with client.subscribed("notify.calibration.failed") as listener:
        assert client.ask("C") == "OK"
        told = listener.next()[1]
    assert told["reason"] == "Calibration cannot be started without 'translation_eye0'"
    assert type(told["timestamp"]) is float


# Recordings


def test_a_recording_holds_what_was_on_the_bus(client: CoreClient, record_dir: Path) -> None:
    with client.subscribed("notify.recording.") as listener:
        assert client.ask("R pilot/first") == "OK"
        started = listener.topic("notify.recording.started")
        assert Path(started["rec_path"]) == record_dir / "pilot" / "first" / "000"
        assert started["session_name"] == "pilot/first"
        # One after the other through one door: what is answered is on the bus.
        label = {"topic": "annotation", "label": "here", "timestamp": 5.0, "mine": 7}
        client.ask("annotation", msgspec.msgpack.encode(label))
        with client.subscribed("logging.info") as log:
            client.ask("annotation", msgspec.msgpack.encode(label))
            logged(log, "here annotation (")
        assert client.ask("r") == "OK"
        listener.topic("notify.recording.stopped")
    folder = Path(started["rec_path"])
    info = json.loads((folder / "info.player.json").read_text())
    assert info["duration_s"] > 0
    assert info["recording_name"] == "pilot/first"
    times = np.load(folder / "annotation_timestamps.npy")
    assert times.tolist() == [5.0, 5.0]
    pairs = (folder / "annotation.pldata").read_bytes()
    topic, payload = msgspec.msgpack.decode(pairs[: len(pairs) // 2])
    assert topic == "annotation"
    assert msgspec.msgpack.decode(payload) == label


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "a/../../x", "C:\\x", "..\\x"])
def test_no_name_leads_out_of_the_recordings(client: CoreClient, name: str) -> None:
    with client.subscribed("notify.recording.") as listener:
        assert client.ask(f"R {name}") == "OK"
        failed = listener.until(lambda topic, _: "should" not in topic)
    assert failed[0] == "notify.recording.failed"
    assert "outside" in failed[1]["reason"]


# Life


def test_without_a_folder_a_recording_fails_and_says_why(tmp_path: Path) -> None:
    with (
        ServiceProgram(tmp_path, "--eye0", "none", "--eye1", "none") as service,
        CoreClient(service.ready["remote"]) as client,
        client.subscribed("notify.recording.failed") as listener,
    ):
        assert client.ask("R") == "OK"
        assert "--record-dir" in listener.next()[1]["reason"]


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


# The synthetic wearer, in processes as by default


@pytest.mark.timeout(180)
def test_gaze_flows_from_eyes_in_processes_of_their_own(tmp_path: Path) -> None:
    with (
        ServiceProgram(tmp_path, "--eyes", "processes", "--eye-rate", "40") as service,
        CoreClient(service.ready["remote"]) as client,
    ):
        with client.subscribed("gaze.3d.01.") as listener:
            gaze = listener.topic("gaze.3d.01.", within_ms=120_000)
        assert set(gaze["eye_centers_3d"]) == set(gaze["gaze_normals_3d"]) == {"0", "1"}
        assert [pupil["topic"] for pupil in gaze["base_data"]] == ["pupil.0.3d", "pupil.1.3d"]
        assert type(gaze["timestamp"]) is type(gaze["confidence"]) is float
        with client.subscribed("pupil.1.") as listener:
            _, first = listener.until(lambda topic, _: topic == "pupil.1.2d")
            topic, second = listener.next()
        assert first["method"] == "2d c++"
        assert topic == "pupil.1.3d"
        assert "3d" in second["method"]
        assert second["timestamp"] == first["timestamp"]
        assert second["sphere"]["radius"] == 10.392304845413264
        assert {"theta", "phi", "circle_3d", "diameter_3d", "model_confidence"} <= set(second)
        client.notify("service_process.should_stop")
        service.wait_ended()


# Other machines, which are this one


@pytest.mark.timeout(120)
def test_two_services_share_recordings_and_time(tmp_path: Path) -> None:
    group = uuid4().hex
    options = ["--eye0", "none", "--eye1", "none", "--group", group]
    first_folder, second_folder = tmp_path / "first", tmp_path / "second"
    first_folder.mkdir()
    second_folder.mkdir()
    with (
        ServiceProgram(first_folder, *options) as first,
        CoreClient(first.ready["remote"]) as leader,
        leader.subscribed("notify.groups.member_") as members,
    ):
        with (
            ServiceProgram(second_folder, *options) as second,
            CoreClient(second.ready["remote"]) as other,
        ):
            assert len(members.topic("notify.groups.member_joined")["uuid_bytes"]) == 16
            with other.subscribed("notify.recording.should_start") as heard:
                leader.ask("R together")
                told = heard.next()[1]
            assert told["session_name"] == "together"
            assert told["groups.peer"]["type"] == "SHOUT"

            for client, bias in ((leader, 3.0), (other, 0.0)):
                args = {"sync_group_prefix": group, "base_bias": bias}
                client.notify("start_plugin", name="Time_Sync", args=args)
            with other.subscribed("notify.core_time.changed", "logging.info") as heard:
                assert leader.ask("T 5000.0") == "Timesync successful."
                logged(heard, "Pupil Sync has adjusted the clock")
            assert abs(float(leader.ask("t")) - float(other.ask("t"))) < 1.0
        members.topic("notify.groups.member_left")
