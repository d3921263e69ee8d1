from pathlib import Path

import numpy as np
import pytest

from gazewire.client.calibration import Calibration
from gazewire.errors import RemoteProtocolError
from gazewire.wire import calibration_bin

SCENE = ((896.2, 0.0, 790.8), (0.0, 895.9, 593.3), (0.0, 0.0, 1.0))
IDENTITY = tuple(tuple(float(row == column) for column in range(4)) for row in range(4))


def camera(matrix: tuple, first: float) -> calibration_bin.CameraCalibration:
    coefficients = tuple(first + index / 10 for index in range(8))
    return calibration_bin.CameraCalibration(matrix, coefficients, IDENTITY)


DATA = calibration_bin.Calibration(
    version=1,
    serial="841684",
    scene=camera(SCENE, 0.0),
    right=camera(SCENE, 1.0),
    left=camera(SCENE, 2.0),
).serialize()


def test_a_calibration_is_read_into_arrays() -> None:
    calibration = Calibration.from_buffer(DATA)
    assert (calibration.version, calibration.serial) == (1, "841684")
    assert calibration.crc == int.from_bytes(DATA[-4:], "little")
    np.testing.assert_array_equal(calibration.scene_camera_matrix, SCENE)
    assert calibration.right_distortion_coefficients[0] == 1.0
    assert calibration.left_distortion_coefficients[7] == 2.7
    np.testing.assert_array_equal(calibration.left_extrinsics_affine_matrix, np.eye(4))


def test_arrays_are_as_image_libraries_want_them_and_cannot_be_changed() -> None:
    calibration = Calibration.from_buffer(DATA)
    for _, array in calibration.items():
        if isinstance(array, np.ndarray):
            assert array.dtype == np.float64
            assert array.flags.aligned
            assert array.flags.c_contiguous
            assert not array.flags.writeable


def test_fields_are_items_too_in_the_order_of_the_file() -> None:
    calibration = Calibration.from_buffer(DATA)
    assert calibration.keys()[:3] == ["version", "serial", "scene_camera_matrix"]
    assert calibration.keys()[-1] == "crc"
    assert dict(calibration.items())["serial"] == "841684"
    assert calibration["serial"] == b"841684"
    np.testing.assert_array_equal(calibration["scene_camera_matrix"], SCENE)
    assert calibration.source.tobytes() == DATA
    assert Calibration.dtype.itemsize == calibration_bin.Calibration.SIZE
    assert "scene_camera_matrix=array" in repr(calibration)


def test_a_calibration_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "calibration.bin"
    path.write_bytes(DATA)
    assert Calibration.from_file(path).serial == "841684"


@pytest.mark.parametrize("size", [0, 802, 804, 1606])
def test_what_has_another_size_is_none(size: int) -> None:
    with pytest.raises(RemoteProtocolError, match="803 bytes"):
        Calibration.from_buffer((DATA * 2)[:size])
