from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.calibration_bin import Calibration, CameraCalibration

IDENTITY = tuple(tuple(float(row == column) for column in range(4)) for row in range(4))
EYE = CameraCalibration(
    camera_matrix=((140.0, 0.0, 99.0), (0.0, 140.1, 96.2), (0.0, 0.0, 1.0)),
    distortion_coefficients=(0.01,) * 8,
    extrinsics_affine_matrix=IDENTITY,
)
SCENE = CameraCalibration(
    camera_matrix=(
        (896.23068471, 0.0, 790.8950718),
        (0.0, 895.99428647, 593.30938736),
        (0.0, 0.0, 1.0),
    ),
    distortion_coefficients=(
        -0.13185823,
        0.11141446,
        -0.00072215,
        -0.00019211,
        -0.00102044,
        0.17091784,
        0.05497444,
        0.02371847,
    ),
    extrinsics_affine_matrix=IDENTITY,
)
CALIBRATION = Calibration(version=1, serial="841684", scene=SCENE, right=EYE, left=EYE)
CRC = 0x814078F1


def test_the_vector_is_written_to_the_byte():
    data = CALIBRATION.serialize()
    assert len(data) == Calibration.SIZE == 803
    assert data[:16] == bytes.fromhex("0138343136383419a93971d8018c4000")
    assert data[-4:] == bytes.fromhex("f1784081")
    assert hashlib.sha256(data).hexdigest() == (
        "566a180894884305e1f00e6536dde49e1c2e41ae3121fec985cad958447f1242"
    )


def test_the_vector_is_read_back():
    read = Calibration.parse(CALIBRATION.serialize())
    assert read == CALIBRATION
    assert read.crc == CRC
    assert CALIBRATION.crc is None


def test_right_comes_before_left():
    right = replace(EYE, distortion_coefficients=(1.0,) * 8)
    data = replace(CALIBRATION, right=right).serialize()
    assert data[343:351] == bytes.fromhex("000000000000f03f")
    assert data[607:615] != data[343:351]
    assert Calibration.parse(data).right == right


def test_a_wrong_checksum_is_reported_and_nothing_else():
    data = CALIBRATION.serialize()[:-4] + b"\x01\0\0\0"
    read = Calibration.parse(data)
    assert read == CALIBRATION
    assert read.crc == 1
    assert read.serialize() == CALIBRATION.serialize()


@pytest.mark.parametrize("size", [0, 802, 804])
def test_another_size_is_the_peers_fault(size):
    with pytest.raises(RemoteProtocolError, match=f"803 bytes, not {size}"):
        Calibration.parse(bytes(size))


def test_a_serial_that_is_not_ascii_is_the_peers_fault():
    with pytest.raises(RemoteProtocolError, match="ASCII"):
        Calibration.parse(b"\x01\xff" + CALIBRATION.serialize()[2:])


@pytest.mark.parametrize("serial", ["", "8", "84168"])
def test_a_short_serial_is_padded(serial):
    data = replace(CALIBRATION, serial=serial).serialize()
    assert data[1:7] == serial.encode().ljust(6, b"\0")
    assert Calibration.parse(data).serial == serial


@pytest.mark.parametrize(
    "change", [{"serial": "8416841"}, {"serial": "ü"}, {"serial": "8\0"}, {"version": 256}]
)
def test_what_does_not_fit_is_our_mistake(change):
    with pytest.raises(LocalProtocolError):
        replace(CALIBRATION, **change).serialize()


@pytest.mark.parametrize(
    "change",
    [
        {"camera_matrix": IDENTITY},
        {"distortion_coefficients": (0.0,) * 5},
        {"extrinsics_affine_matrix": ((1.0,),)},
    ],
)
def test_matrices_have_their_sizes(change):
    with pytest.raises(LocalProtocolError):
        replace(EYE, **change)
