from __future__ import annotations

import numpy as np
import pytest

from gazewire.client.core import HmdCamera
from gazewire.errors import LocalProtocolError

MATRIX = [[500, 0, 2], [0, 500, 1], [0, 0, 1]]


def test_images_are_numbered_and_have_their_camera() -> None:
    camera = HmdCamera(MATRIX, topic="hmd_streaming.eye0", distortion=[0.1])
    frames = [camera.frame(np.zeros((2, 4), np.uint8), 5), camera.frame(np.ones((3, 1), "u1"), 6)]
    assert [(frame.index, frame.width, frame.height) for frame in frames] == [(0, 4, 2), (1, 1, 3)]
    assert {frame.topic for frame in frames} == {"hmd_streaming.eye0"}
    assert frames[0].camera_matrix == ((500.0, 0.0, 2.0), (0.0, 500.0, 1.0), (0.0, 0.0, 1.0))
    assert frames[0].distortion == (0.1,)
    assert frames[0].format == "gray"


def test_rows_that_do_not_follow_each_other_are_brought_together() -> None:
    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)[::2, ::-1]
    frame = HmdCamera(MATRIX).frame(image, 0)
    assert frame.format == "bgr"
    assert bytes(frame.data) == image.tobytes()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((2, 4), np.float32),
        np.zeros((2, 4, 4), np.uint8),
        np.zeros(8, np.uint8),
        np.zeros((0, 4), np.uint8),
    ],
)
def test_other_arrays_are_the_callers_fault(image: np.ndarray) -> None:
    with pytest.raises(LocalProtocolError, match="uint8"):
        HmdCamera(MATRIX).frame(image, 0)


def test_another_matrix_is_the_callers_fault() -> None:
    with pytest.raises(LocalProtocolError, match=r"\(3, 3\)"):
        HmdCamera([1, 2, 3])
