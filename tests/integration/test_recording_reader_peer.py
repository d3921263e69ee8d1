"""Our reader and the vendor's agree on the same recording, to the nanosecond and the float."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from harness.peer import PeerRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from made_recordings import make_neon

from gazewire.recording import Recording, open_recording, repair_recording

STATE = {
    "diameter_left": ("pupil", "pupil_diameter_left_mm"),
    "diameter_right": ("pupil", "pupil_diameter_right_mm"),
}


def agree(recording: Recording, seen: dict) -> None:
    """Compare every series that both have."""
    gaze = recording.series("gaze")
    assert gaze.times_unix_ns.tolist() == seen["gaze"]["time"]
    assert np.stack([gaze["x_px"], gaze["y_px"]], -1).tolist() == seen["gaze"]["point"]
    assert gaze["worn"].tolist() == [bool(worn) for worn in seen["worn"]["worn"]]
    right = recording.series("gaze_right")
    assert right.times_unix_ns.tolist() == seen["gaze_monocular_right"]["time"]
    points = np.stack([right["x_px"], right["y_px"]], -1)
    assert points.tolist() == seen["gaze_monocular_right"]["point"]
    state = recording.series("eye_state")
    assert state.times_unix_ns.tolist() == seen["pupil"]["time"]
    for theirs, (stream, ours) in STATE.items():
        assert state[ours].tolist() == seen[stream][theirs]
    imu = recording.series("imu")
    assert imu.times_unix_ns.tolist() == seen["imu"]["time"]
    gyro = np.stack([imu[f"gyro_{axis}"] for axis in "xyz"], -1)
    assert gyro.tolist() == seen["imu"]["angular_velocity"]
    rotation = np.stack([imu[f"quaternion_{axis}"] for axis in "xyzw"], -1)
    assert rotation.tolist() == seen["imu"]["rotation"]
    for name in ("fixations", "saccades", "blinks"):
        series = recording.series(name)
        assert series.times_unix_ns.tolist() == seen[name]["start_time"]
        assert series["end_unix_ns"].tolist() == seen[name]["stop_time"]
    assert [event.name for event in recording.events] == seen["events"]["event"]
    assert [event.timestamp_unix_ns for event in recording.events] == seen["events"]["time"]


def test_on_what_we_have_written(tmp_path: Path, peers: PeerRunner) -> None:
    folder = make_neon(tmp_path / "r")
    seen = peers.run("read_recording", folder=str(folder))
    with open_recording(folder) as recording:
        agree(recording, seen)
        world = recording.videos["world"]
        assert world.times_unix_ns.tolist() == seen["scene"]["time"]


@pytest.mark.parametrize("name", ["demo_recording", "multi_part"])
def test_on_what_a_phone_has_written(name: str, data_dir: Path, tmp_path: Path, peers) -> None:
    source = data_dir / "neon-recording" / name
    if not source.is_dir():
        pytest.skip("the real recordings are not there")
    # Their videos are not there, at which the vendor's reader stops.
    folder = repair_recording(source, tmp_path / "r").folder
    seen = peers.run("read_recording", folder=str(folder))
    for original in (source, folder):
        with open_recording(original) as recording:
            seen["events"] = seen["events"] or {}
            agree(recording, seen)


def test_the_vendors_reader_opens_what_was_repaired(tmp_path: Path, peers: PeerRunner) -> None:
    folder = make_neon(tmp_path / "r", finish=False)
    for name, lost in (("gaze ps1.raw", 3), ("imu ps1.time", 1), ("eye_state ps1.raw", 100)):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-lost])
    (folder / "imu.dtype").unlink()
    repaired = repair_recording(folder).folder
    seen = peers.run("read_recording", folder=str(repaired))
    with open_recording(repaired) as recording:
        agree(recording, seen)
        assert recording.examine() == ()
