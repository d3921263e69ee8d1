from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload.h264 import Packetizer

VECTORS = Path(__file__).parents[4] / "vectors" / "h264"
SPS, PPS, IDR, UNIT = (
    load_vector(VECTORS / f"{name}.hex") for name in ("sps", "pps", "idr", "unit")
)


def test_units_that_fit_go_out_unchanged():
    assert Packetizer().packetize([SPS, PPS, IDR]) == [SPS, PPS, IDR]


def test_a_longer_unit_is_fragmented():
    first, second, third = Packetizer(10).packetize([UNIT])
    assert first == load_vector(VECTORS / "fragment_start.hex")
    # The others of the vector are cut elsewhere; their heads and the bytes in all are the same.
    middle, end = (load_vector(VECTORS / f"fragment_{name}.hex") for name in ("middle", "end"))
    assert (second[:2], third[:2]) == (middle[:2], end[:2])
    assert second[2:] + third[2:] == middle[2:] + end[2:]


def test_fragments_are_as_long_as_allowed_and_no_longer():
    payloads = Packetizer().packetize([b"\x65" + bytes(10_000)])
    assert [len(payload) for payload in payloads[:-1]] == [1260] * 7
    assert 2 < len(payloads[-1]) <= 1260
    assert sum(len(payload) - 2 for payload in payloads) == 10_000


@pytest.mark.parametrize(("size", "count"), [(1260, 1), (1261, 2), (2517, 2), (2518, 3)])
def test_the_length_decides_the_number_of_payloads(size, count):
    payloads = Packetizer().packetize([b"\x65" + bytes(size - 1)])
    assert len(payloads) == count


def test_importance_is_kept_in_every_fragment():
    for header in (0x01, 0x21, 0x41, 0x65):
        payloads = Packetizer(5).packetize([bytes((header,)) + bytes(9)])
        assert {payload[0] for payload in payloads} == {header & 0x60 | 28}
        assert [payload[1] & 0x1F for payload in payloads] == [header & 0x1F] * 3
        assert [payload[1] & 0xC0 for payload in payloads] == [0x80, 0, 0x40]


def test_units_that_fit_together_are_aggregated_on_request():
    assert Packetizer(aggregate=True).packetize([SPS, PPS]) == [
        load_vector(VECTORS / "aggregate.hex")
    ]


def test_aggregates_are_no_longer_than_allowed():
    units = [b"\x41" + bytes(n) for n in (20, 20, 20, 100, 3, 3)]
    payloads = Packetizer(50, aggregate=True).packetize(units)
    assert all(len(payload) <= 50 for payload in payloads)
    assert [payload[0] & 0x1F for payload in payloads] == [24, 1, 28, 28, 28, 24]


def test_a_unit_alone_is_never_aggregated():
    assert Packetizer(aggregate=True).packetize([SPS]) == [SPS]


def test_the_header_of_an_aggregate_tells_the_highest_importance():
    (payload,) = Packetizer(aggregate=True).packetize([b"\x06\x01", b"\x41\x01", b"\x21\x01"])
    assert payload[0] == 0x40 | 24


def test_nothing_makes_nothing():
    assert Packetizer().packetize([]) == []


def test_views_are_accepted():
    assert Packetizer(10).packetize([memoryview(UNIT)]) == Packetizer(10).packetize([UNIT])


@pytest.mark.parametrize("unit", [b"", b"\x00", b"\x18\x01", b"\x1c\x85", b"\x7f"])
def test_what_is_no_unit_is_our_fault(unit):
    with pytest.raises(LocalProtocolError):
        Packetizer().packetize([unit])


def test_a_payload_without_room_is_our_fault():
    with pytest.raises(LocalProtocolError):
        Packetizer(2)
