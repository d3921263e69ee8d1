import struct
from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import ImuDatum
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import parse_imu, serialize_imu

VECTORS = Path(__file__).parents[3] / "vectors" / "imu"

SAMPLE = ImuDatum(
    timestamp_unix_ns=1_744_297_102_194_131_100,
    accel_g=(-0.02880859375, -0.224609375, 1.0068359375),
    gyro_deg_s=(-0.1659393310546875, -0.1964569091796875, 0.1735687255859375),
    quaternion_wxyz=(
        0.48084819316864014,
        -0.06114135682582855,
        -0.090116947889328,
        0.8700147271156311,
    ),
)
MINIMAL = ImuDatum(
    timestamp_unix_ns=1,
    accel_g=(0.0, 0.0, 1.0),
    gyro_deg_s=(0.0, 0.0, 0.0),
    quaternion_wxyz=(0.0, 0.0, 0.0, 0.0),
)
NOTHING = ImuDatum(
    timestamp_unix_ns=0,
    accel_g=(0.0, 0.0, 0.0),
    gyro_deg_s=(0.0, 0.0, 0.0),
    quaternion_wxyz=(0.0, 0.0, 0.0, 0.0),
)


@pytest.mark.parametrize(("name", "datum"), [("sample", SAMPLE), ("minimal", MINIMAL)])
def test_a_sample_is_read_and_written(name, datum):
    payload = load_vector(VECTORS / f"{name}.hex")
    assert parse_imu(payload) == datum
    assert serialize_imu(datum) == payload


def test_a_message_of_zeros_is_empty():
    assert serialize_imu(NOTHING) == b""
    assert parse_imu(b"") == NOTHING


def test_a_negative_zero_is_written():
    datum = ImuDatum(
        timestamp_unix_ns=0,
        accel_g=(-0.0, 0.0, 0.0),
        gyro_deg_s=(0.0, 0.0, 0.0),
        quaternion_wxyz=(0.0, 0.0, 0.0, 0.0),
    )
    assert serialize_imu(datum) == bytes.fromhex("12050d00000080")


def test_unknown_fields_of_every_wire_type_are_stepped_over():
    known = load_vector(VECTORS / "sample.hex")
    unknown = bytes.fromhex("28ac02 31 0102030405060708 3a03 616263 45 01020304 a00601")
    assert parse_imu(unknown + known + unknown) == SAMPLE


def test_reserved_fields_inside_a_part_are_stepped_over():
    # Vec3.reserved is an int32, Quat.reserved a float.
    payload = bytes.fromhex("0801 1207 1d0000803f 2001 2205 2d0000803f")
    assert parse_imu(payload) == MINIMAL


def test_a_known_number_with_another_wire_type_is_stepped_over():
    payload = bytes.fromhex("0d01020304 1005 1205 1d0000803f 1202 1801")
    assert parse_imu(payload).timestamp_unix_ns == 0
    assert parse_imu(payload).accel_g == (0.0, 0.0, 1.0)


def test_the_last_of_several_values_wins_and_parts_merge():
    payload = bytes.fromhex("0805 1205 0d0000803f 0801 1205 1d0000803f 1205 0d00000040")
    datum = parse_imu(payload)
    assert datum.timestamp_unix_ns == 1
    assert datum.accel_g == (2.0, 0.0, 1.0)


def test_a_time_of_64_bits_is_read_and_written():
    payload = bytes.fromhex("08ffffffffffffffffff01")
    assert parse_imu(payload).timestamp_unix_ns == (1 << 64) - 1
    assert serialize_imu(parse_imu(payload)) == payload


@pytest.mark.parametrize(
    "payload",
    [
        "08",  # a number that does not begin
        "0880",  # a number that does not end
        "08ffffffffffffffffffff01",  # a number of eleven bytes
        "12",  # a length that is missing
        "1205 1d0000",  # a part that is cut off
        "1203 1d0000",  # a float that is cut off
        "3101020304",  # eight bytes of which there are four
        "0b",  # the start of a group
        "0c",  # the end of one
        "0e",  # a wire type that does not exist
        "0001",  # field number zero
        "12ffffffffffffffffff01",  # a length that nothing can have
    ],
)
def test_what_is_no_message_is_the_peers_fault(payload):
    with pytest.raises(RemoteProtocolError):
        parse_imu(bytes.fromhex(payload))


def test_every_sample_cut_short_is_an_error_or_a_shorter_message():
    payload = load_vector(VECTORS / "sample.hex")
    ends_between_fields = {0, 10, 27, 44}
    for size in range(len(payload)):
        if size in ends_between_fields:
            parse_imu(payload[:size])
        else:
            with pytest.raises(RemoteProtocolError):
                parse_imu(payload[:size])


@pytest.mark.parametrize(
    "changed",
    [{"timestamp_unix_ns": -1}, {"timestamp_unix_ns": 1 << 64}, {"accel_g": (1e39, 0, 0)}],
)
def test_a_number_that_does_not_fit_is_our_fault(changed):
    fields = {name: getattr(SAMPLE, name) for name in SAMPLE.__struct_fields__}
    with pytest.raises(LocalProtocolError):
        serialize_imu(ImuDatum(**fields | changed))


def test_values_are_those_of_32_bit_floating_point():
    (x,) = struct.unpack("<f", struct.pack("<f", 0.1))
    datum = ImuDatum(
        timestamp_unix_ns=1,
        accel_g=(0.1, 0.0, 0.0),
        gyro_deg_s=(0.0, 0.0, 0.0),
        quaternion_wxyz=(0.0, 0.0, 0.0, 0.0),
    )
    assert parse_imu(serialize_imu(datum)).accel_g == (x, 0.0, 0.0)


def read(payload):
    """The values as bits, so that NaN equals itself, or what is wrong."""
    try:
        datum = parse_imu(payload)
    except RemoteProtocolError:
        return "refused"
    numbers = (*datum.accel_g, *datum.gyro_deg_s, *datum.quaternion_wxyz)
    return datum.timestamp_unix_ns, struct.pack("<10d", *numbers)


@pytest.mark.parametrize("position", range(66))
def test_whatever_byte_of_a_whole_sample_is_another_it_is_read_as_any_message(position):
    payload = bytearray(load_vector(VECTORS / "sample.hex"))
    # Stepped over; what follows it is not in the usual layout any more.
    unknown = b"\x28\x00"
    for value in range(256):
        payload[position] = value
        assert read(bytes(payload)) == read(unknown + payload)
