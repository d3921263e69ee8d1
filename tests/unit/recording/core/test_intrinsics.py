from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from made_eyes import write_video

from gazewire.optics import Camera, known_camera, nominal_camera
from gazewire.recording import open_recording
from gazewire.recording.core import intrinsics_bytes, read_intrinsics
from gazewire.recording.finding import Findings

SCENE = known_camera("Pupil Cam1 ID2", 1280, 720)
FISHEYE = known_camera("Pupil Cam1 ID2", 1920, 1080)
EYE = known_camera("Pupil Cam2 ID0", 192, 192)


def read(path: Path) -> tuple[tuple[Camera, ...], Findings]:
    findings = Findings()
    return read_intrinsics(path, findings), findings


@pytest.mark.parametrize("camera", [SCENE, FISHEYE], ids=["radial", "fisheye"])
def test_what_is_written_is_read(camera: Camera, tmp_path: Path) -> None:
    path = tmp_path / "world.intrinsics"
    path.write_bytes(intrinsics_bytes(camera))
    cameras, findings = read(path)
    assert cameras == (camera,)
    assert not len(findings)


def test_zeros_are_written_for_a_lens_without_distortion() -> None:
    told = msgspec.msgpack.decode(intrinsics_bytes(nominal_camera(320, 240)))
    assert told == {
        "version": 1,
        "(320, 240)": {
            "camera_matrix": [[1000.0, 0.0, 160.0], [0.0, 1000.0, 120.0], [0.0, 0.0, 1.0]],
            "dist_coefs": [[0.0, 0.0, 0.0, 0.0, 0.0]],
            "resolution": [320, 240],
            "cam_type": "radial",
        },
    }


def test_a_dummy_and_several_sizes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "eye0.intrinsics"
    of_size = {
        "camera_matrix": [[1000, 0, 96], [0, 1000, 96], [0, 0, 1]],
        "dist_coefs": [[0.0] * 5],
        "resolution": [192, 192],
        "cam_type": "dummy",
    }
    other = of_size | {"resolution": [400, 400]}
    told = {"version": 1, "(192, 192)": of_size, "(400, 400)": other}
    path.write_bytes(msgspec.msgpack.encode(told))
    cameras, findings = read(path)
    assert [(camera.width, camera.distortion) for camera in cameras] == [(192, ()), (400, ())]
    assert not len(findings)


@pytest.mark.parametrize(
    "content",
    [b"\xc1", b"\x93", msgspec.msgpack.encode([1]), msgspec.msgpack.encode({"(1, 1)": {}})],
    ids=["no MessagePack", "cut off", "a list", "nothing told"],
)
def test_what_describes_no_camera_is_a_finding(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "world.intrinsics"
    path.write_bytes(content)
    cameras, findings = read(path)
    assert cameras == ()
    (finding,) = findings
    assert "does not describe a camera" in finding.says


def test_a_recording_tells_the_camera_of_the_size_of_its_video(tmp_path: Path) -> None:
    write_video(tmp_path / "eye0.mp4", np.zeros((3, 192, 192), np.uint8))
    np.save(tmp_path / "eye0_timestamps.npy", np.arange(3) / 100)
    (tmp_path / "info.player.json").write_text("{}")
    both = msgspec.msgpack.decode(intrinsics_bytes(EYE))
    both |= msgspec.msgpack.decode(intrinsics_bytes(nominal_camera(400, 400)))
    (tmp_path / "eye0.intrinsics").write_bytes(msgspec.msgpack.encode(both))
    with open_recording(tmp_path) as recording:
        assert recording.cameras.keys() == {"eye0"}
        assert recording.cameras["eye0"].focal_px == EYE.focal_px
