from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_eyes import write_video

from gazewire.compose.eye_optics import eye_optics
from gazewire.compose.scene_optics import scene_optics
from gazewire.optics import known_camera, nominal_camera
from gazewire.recording.core import intrinsics_bytes

EYE = known_camera("Pupil Cam2 ID0", 192, 192)
SCENE = known_camera("Pupil Cam1 ID2", 640, 480)


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A folder as Core records it."""
    assert EYE is not None
    assert SCENE is not None
    for name, camera in (("eye1", EYE), ("world", SCENE)):
        shape = (camera.height, camera.width)
        write_video(tmp_path / f"{name}.mp4", [np.zeros(shape, np.uint8)] * 2)
        (tmp_path / f"{name}.intrinsics").write_bytes(intrinsics_bytes(camera))
    return tmp_path


@pytest.mark.parametrize("name", ["", "eye1.mp4"], ids=["of the folder", "of the video"])
def test_footage_has_the_intrinsics_beside_it(name: str, footage: Path) -> None:
    assert EYE is not None
    optics = eye_optics(str(footage / name), 1, seed=0)
    assert optics(192, 192).focal_px == EYE.focal_px
    assert optics(400, 400) == nominal_camera(400, 400), "nothing is told of other sizes"


def test_a_scene_has_the_intrinsics_beside_it(footage: Path) -> None:
    assert scene_optics(str(footage), {}) == SCENE


def test_where_nothing_is_told_it_is_what_core_assumes(tmp_path: Path) -> None:
    for spec in (str(tmp_path), "none"):
        assert eye_optics(spec, 0, seed=0)(192, 192) == nominal_camera(192, 192)


def test_the_wearers_eyes_have_their_own() -> None:
    assert eye_optics("synthetic", 0, seed=0)(192, 192).focal_px != (1000.0, 1000.0)
