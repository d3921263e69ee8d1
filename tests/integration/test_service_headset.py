"""A headset's program and `gazewire service`: what VR clients do, with plain pyzmq.

The service has a synthetic wearer, whose eyes are tasks at a low rate.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from harness.core_client import CoreClient, Listener, ServiceProgram
from harness.pldata import read_pairs

EYES = {"translation_eye0": [34.75, 0, 0], "translation_eye1": [-34.75, 0, 0]}
TARGETS = [[0, 0, 600], [180, 0, 600], [-145.6231, 120.7533, 600]]


@pytest.fixture(scope="module")
def record_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recordings")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, record_dir: Path) -> Iterator[ServiceProgram]:
    options = ["--eyes", "tasks", "--eye-rate", "25", "--record-dir", str(record_dir)]
    folder = tmp_path_factory.mktemp("headset")
    with ServiceProgram(folder, *options, "--record-anywhere") as service:
        yield service


@pytest.fixture
def client(service: ServiceProgram) -> Iterator[CoreClient]:
    with CoreClient(service.ready["remote"]) as client, client.subscribed("gaze.3d.01.") as gaze:
        gaze.topic("gaze.3d.01.")
        yield client


def show_targets(client: CoreClient, listener: Listener, seconds: float = 0.6) -> None:
    """Be the headset: tell where the targets are while the eyes are watched."""
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        # The pupil tells the time at which the wearer is looking.
        instant = listener.topic("pupil.0.3d")["timestamp"]
        shown = [{"mm_pos": TARGETS[number % len(TARGETS)], "timestamp": instant}]
        client.notify("calibration.add_ref_data", ref_data=shown, record=True)
        number += 1


def test_a_calibration_succeeds_and_gaze_flows_again(client: CoreClient) -> None:
    with client.subscribed("notify.", "gaze.3d.", "pupil.0.3d") as listener:
        client.notify("eye_process.should_start.0", eye_id=0, args={})
        client.notify("eye_process.should_start.1", eye_id=1, args={})
        client.notify("start_plugin", name="HMD3DChoreographyPlugin", args={})
        client.notify("calibration.should_start", **EYES, record=True)
        listener.topic("notify.calibration.started")
        show_targets(client, listener)
        client.notify("calibration.should_stop", record=True)
        told: list[tuple[str, dict[str, Any]]] = []
        while not told or told[-1][0] != "accuracy.measured":
            topic, fields = listener.next()
            if topic.startswith(("notify.calibration.", "notify.accuracy.")):
                told.append((topic.removeprefix("notify."), fields))
        gaze = listener.topic("gaze.3d.01.")
    subjects = [subject for subject, _ in told if "should" not in subject and "add" not in subject]
    assert subjects == [
        "calibration.setup.v2",
        "calibration.successful",
        "calibration.stopped",
        "calibration.result.v2",
        "accuracy.measured",
    ]
    by_subject = dict(told)
    setup = by_subject["calibration.setup.v2"]
    assert setup["gazer_class_name"] == "GazerHMD3D"
    assert len(setup["calib_data"]["ref_list"]) > 3
    assert {pupil["id"] for pupil in setup["calib_data"]["pupil_list"]} == {0, 1}
    matrices = by_subject["calibration.result.v2"]["params"]["binocular_model"]
    assert set(matrices) == {"eye_camera_to_world_matrix0", "eye_camera_to_world_matrix1"}
    measured = by_subject["accuracy.measured"]
    assert measured["source"] == "calibration"
    assert measured["total"] > 0
    assert type(measured["timestamp"]) is float
    assert set(gaze["gaze_normals_3d"]) == {"0", "1"}


def test_a_validation_in_vr_tells_its_data_and_the_accuracy(client: CoreClient) -> None:
    with client.subscribed("notify.validation.", "notify.accuracy.", "pupil.0.3d") as listener:
        client.notify("validation.should_start")
        listener.topic("notify.validation.started")
        show_targets(client, listener, 0.3)
        client.notify("validation.should_stop")
        data = listener.topic("notify.validation.data")
        assert data["ref_list"]
        assert data["pupil_list"]
        assert listener.topic("notify.accuracy.measured")["source"] == "validation"
        listener.topic("notify.validation.stopped")
    # What killed the program, and here ends nothing.
    assert float(client.ask("t")) > 0


@pytest.mark.parametrize(
    ("shift_s", "reason"), [(1000.0, "Not sufficient data available."), (None, "No reference data")]
)
def test_data_that_do_not_suffice_are_told_with_the_reason_that_clients_know(
    client: CoreClient, shift_s: float | None, reason: str
) -> None:
    with client.subscribed("notify.calibration.", "pupil.1.3d") as listener:
        client.notify("calibration.should_start", **EYES)
        listener.topic("notify.calibration.started")
        instant = listener.topic("pupil.1.3d")["timestamp"]
        if shift_s is not None:
            late = [{"mm_pos": TARGETS[0], "timestamp": instant + shift_s}]
            client.notify("calibration.add_ref_data", ref_data=late)
        client.notify("calibration.should_stop")
        assert reason in listener.topic("notify.calibration.failed")["reason"]
        listener.topic("notify.calibration.stopped")


def test_the_flow_of_the_unity_client(
    service: ServiceProgram, client: CoreClient, tmp_path: Path
) -> None:
    # Connect: ports, version, eyes, mapping mode, each answered within a second.
    for question in ("SUB_PORT", "PUB_PORT"):
        assert int(client.ask(question)) > 0
    major, *_ = client.ask("v").split(".")
    assert int(major) >= 3
    assert client.notify("eye_process.should_start.1", eye_id=1, delay=0.1)
    assert client.notify("eye_process.should_start.0", eye_id=0, delay=0.2)
    assert client.notify("set_detection_mapping_mode", mode="3d")
    before_s = time.monotonic()
    told_s = float(client.ask("t"))
    assert time.monotonic() - before_s < 1.0
    publisher = client.publisher()
    with (
        client.subscribed("gaze.3d") as gaze,
        client.subscribed("pupil.") as pupils,
        client.subscribed("frame.eye.") as frames,
        client.subscribed("notify.calibration.successful") as successful,
        client.subscribed("notify.recording.") as recording,
        client.subscribed("frame.world") as world,
        client.subscribed("logging.info") as log,
    ):
        looked = gaze.topic("gaze.3d.01.")
        assert {"confidence", "gaze_point_3d", "eye_centers_3d", "gaze_normals_3d"} <= set(looked)
        assert abs(looked["timestamp"] - told_s) < 60.0
        pupil = pupils.until(lambda _, told: "3d" in told["method"])[1]
        flat = {"id", "method", "norm_pos", "diameter", "ellipse", "confidence", "timestamp"}
        model = {"sphere", "circle_3d", "theta", "phi", "projected_sphere", "diameter_3d"}
        assert flat | model | {"model_confidence"} <= set(pupil)
        # Pictures of the eyes.
        client.notify("frame_publishing.set_format", format="jpeg")
        topic, payload, pixels = frames.frames()
        assert topic in {b"frame.eye.0", b"frame.eye.1"}
        assert msgspec.msgpack.decode(payload)["format"] == "jpeg"
        assert pixels.startswith(b"\xff\xd8")
        # Calibration: the plugin and the start by request, the rest by publishing.
        client.notify("start_plugin", name="HMD3DChoreographyPlugin")
        client.notify("calibration.should_start", **EYES, record=True)

        def publish(subject: str, **fields: object) -> None:
            told = msgspec.msgpack.encode({"subject": subject, **fields})
            publisher.send_multipart([f"notify.{subject}".encode(), told])

        with client.subscribed("pupil.0.3d") as looking:
            for number in range(8):
                instant = looking.topic("pupil.0.3d")["timestamp"]
                shown = [{"mm_pos": TARGETS[number % 3], "timestamp": instant}]
                publish("calibration.add_ref_data", ref_data=shown, record=True)
        publish("calibration.should_stop", record=True)
        assert successful.next()[1]["gazer_class_name"] == "GazerHMD3D"
        # Recording, where the client says; annotations into it.
        place = tmp_path / "from unity"
        client.notify("recording.should_start", session_name=str(place), record_eye=True)
        folder = Path(recording.topic("notify.recording.started")["rec_path"])
        assert folder == place / "000"
        client.notify("start_plugin", name="Annotation_Capture", args={})
        label = {"topic": "annotation", "label": "shown", "timestamp": told_s, "duration": 0.0}
        publisher.send_multipart([b"annotation", msgspec.msgpack.encode(label)])
        log.until(lambda _, told: "annotation (" in told["msg"])
        client.notify("recording.should_stop")
        recording.topic("notify.recording.stopped")
        # The scene as the headset draws it: 32-bit floats, its bottom row first.
        client.notify("start_plugin", name="HMD_Streaming_Source", args={})
        cast = _float32_map(width=2, height=2, index=5, timestamp=told_s)
        while not (seen := world.poll(200)):
            publisher.send_multipart([b"hmd_streaming.world", cast, bytes(range(12))])
        assert msgspec.msgpack.decode(seen[1])["width"] == 2
    assert (folder / "annotation.pldata").stat().st_size > 0
    # A recording begins with the calibration that was there before it.
    topics = [topic for topic, _ in read_pairs(folder / "notify.pldata")]
    assert topics[:2] == ["notify.calibration.setup.v2", "notify.calibration.result.v2"]


def _float32_map(**numbers: float) -> bytes:
    """The map of an image whose matrix has 32-bit floats, as C# clients pack them."""
    matrix = b"\x99" + b"".join(b"\xca\x3f\x80\x00\x00" for _ in range(9))
    pack = msgspec.msgpack.encode
    entries = {"topic": "hmd_streaming.world", "format": "rgb", **numbers}
    body = b"".join(pack(key) + pack(value) for key, value in entries.items())
    return bytes([0x80 | len(entries) + 1]) + body + pack("projection_matrix") + matrix


def test_fixations_and_blinks_are_on_the_bus(client: CoreClient) -> None:
    with client.subscribed("fixations", "blinks") as listener:
        fixation = listener.topic("fixations")
        assert fixation["topic"] == "fixations"
        assert fixation["method"] == "3d gaze"
        assert fixation["duration"] >= 300.0
        assert all(topic.startswith("gaze.3d.") for topic, _ in fixation["base_data"])
        # The keys of the documentation beside those of the program.
        assert fixation["start_timestamp"] == fixation["timestamp"]
        assert [fixation["norm_pos_x"], fixation["norm_pos_y"]] == fixation["norm_pos"]
        blink = listener.topic("blinks")
        assert blink["type"] in {"onset", "offset"}
        assert blink["record"] is True
        assert all(pupil["method"] == "2d c++" for pupil in blink["base_data"])
        assert 0 < blink["confidence"] <= 1


def test_the_state_of_the_recorder_can_be_asked_for(client: CoreClient) -> None:
    with client.subscribed("notify.recording.") as listener:
        client.notify("recording.should_tell_state")
        assert listener.topic("notify.recording.state")["is_recording"] is False
        client.ask("R asked")
        listener.topic("notify.recording.started")
        client.notify("recording.should_tell_state")
        state = listener.topic("notify.recording.state")
        assert state["is_recording"] is True
        assert state["session_name"] == "asked"
        client.ask("r")
        listener.topic("notify.recording.stopped")
