import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.payload.h264 import (
    NalType,
    join_annex_b,
    join_length_prefixed,
    nal_type,
    split_annex_b,
    split_length_prefixed,
)

UNITS = [bytes.fromhex("6742c00a"), bytes.fromhex("68ce"), bytes.fromhex("65880000030001")]


@pytest.mark.parametrize(
    ("data", "units"),
    [
        ("", []),
        ("000000", []),
        ("000001 65", ["65"]),
        ("00000001 65", ["65"]),
        ("00000000000001 65", ["65"]),
        ("000001 65 000001 41 00000001 68", ["65", "41", "68"]),
        ("000001 6500 0000 000001 41 000000", ["65", "41"]),
        ("000001 000001 41", ["41"]),
        ("000001 6500000302 000001 41", ["6500000302", "41"]),
    ],
)
def test_a_byte_stream_is_split_at_its_start_codes(data, units):
    assert split_annex_b(bytes.fromhex(data)) == [bytes.fromhex(unit) for unit in units]


def test_a_byte_stream_comes_back_from_its_units():
    data = join_annex_b(UNITS)
    assert data[:4] == b"\0\0\0\1"
    assert split_annex_b(data) == UNITS
    assert split_annex_b(memoryview(data)) == UNITS


def test_a_byte_stream_must_begin_with_a_start_code():
    with pytest.raises(RemoteProtocolError):
        split_annex_b(bytes.fromhex("65880000000141"))


@pytest.mark.parametrize("length_bytes", [1, 2, 4])
def test_a_sample_comes_back_from_its_units(length_bytes):
    data = join_length_prefixed(UNITS, length_bytes)
    assert int.from_bytes(data[:length_bytes]) == 4
    assert split_length_prefixed(data, length_bytes) == UNITS


def test_empty_units_of_a_sample_are_left_out():
    assert split_length_prefixed(bytes.fromhex("00000000 0000000165 00000000")) == [b"\x65"]


@pytest.mark.parametrize("data", ["00", "000000", "00000001", "0000000265", "000000016500"])
def test_a_sample_cut_short_is_refused(data):
    with pytest.raises(RemoteProtocolError):
        split_length_prefixed(bytes.fromhex(data))


def test_a_unit_longer_than_its_length_can_tell_is_our_fault():
    with pytest.raises(LocalProtocolError):
        join_length_prefixed([bytes(256)], 1)


@pytest.mark.parametrize("length_bytes", [0, 3, 8])
def test_lengths_of_other_sizes_do_not_exist(length_bytes):
    with pytest.raises(LocalProtocolError):
        split_length_prefixed(b"", length_bytes)
    with pytest.raises(LocalProtocolError):
        join_length_prefixed([], length_bytes)


def test_the_type_is_in_the_lower_bits_of_the_header():
    assert [nal_type(unit) for unit in UNITS] == [NalType.SPS, NalType.PPS, NalType.IDR]
    assert nal_type(b"\x41") == NalType.SLICE
