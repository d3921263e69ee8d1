from __future__ import annotations

import pytest

from gazewire.client.streaming.base import RTSPData
from gazewire.client.streaming.imu import (
    Data3D,
    IMUData,
    ImuPacket,
    IMUPacket_to_IMUData,
    Quaternion,
)
from gazewire.model import ImuDatum
from gazewire.wire.payload import serialize_imu

DATUM = ImuDatum(
    timestamp_unix_ns=1744294828362928801,
    accel_g=(0.0, 0.5, 1.0),
    gyro_deg_s=(1.5, -2.0, 3.0),
    quaternion_wxyz=(0.5, 0.25, -0.5, 0.75),
)
SAMPLE = IMUData(
    Data3D(1.5, -2.0, 3.0),
    Data3D(0.0, 0.5, 1.0),
    Quaternion(0.25, -0.5, 0.75, 0.5),
    1744294828362928801 / 1_000_000_000,
)


def test_a_sample_has_its_own_instant_exactly() -> None:
    sample = IMUData.from_datum(DATUM)
    assert sample == SAMPLE
    assert sample.timestamp_unix_ns == DATUM.timestamp_unix_ns
    assert isinstance(sample.gyro_data, Data3D)
    assert isinstance(sample.accel_data, Data3D)
    assert isinstance(sample.quaternion, Quaternion)


def test_the_scalar_part_moves_from_first_to_last() -> None:
    assert IMUData.from_datum(DATUM).quaternion.w == 0.5


def test_a_payload_needs_no_time_of_its_packet() -> None:
    sample = IMUData.from_raw(RTSPData(serialize_imu(DATUM), 0.0))
    assert (sample, sample.timestamp_unix_ns) == (SAMPLE, DATUM.timestamp_unix_ns)


def test_a_packet_goes_both_ways() -> None:
    raw = serialize_imu(DATUM)
    packet = ImuPacket()
    assert packet.ParseFromString(raw) == len(raw)
    assert packet == ImuPacket.FromString(raw)
    assert packet.SerializeToString() == raw
    assert (packet.accelData.z, packet.gyroData.y, packet.rotVecData.w) == (1.0, -2.0, 0.5)


def test_a_packet_becomes_a_sample() -> None:
    sample = IMUPacket_to_IMUData(ImuPacket.FromString(serialize_imu(DATUM)))
    assert (sample, sample.timestamp_unix_ns) == (SAMPLE, DATUM.timestamp_unix_ns)


def test_an_empty_packet_is_zero() -> None:
    assert ImuPacket() == ImuPacket.FromString(b"")


def test_the_older_name_of_the_instant_warns() -> None:
    with pytest.warns(DeprecationWarning, match="timestamp_unix_ns"):
        assert IMUData.from_datum(DATUM).timestamp_unix_nanoseconds == DATUM.timestamp_unix_ns
