from pathlib import Path

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.rtcp import (
    Goodbye,
    ReceiverReport,
    SenderReport,
    SourceDescription,
    parse_compound,
    serialize_compound,
)

VECTORS = Path(__file__).parents[3] / "vectors" / "rtcp"


def test_packets_come_back_in_their_order():
    packets = (
        SenderReport(1, 2, 3, 4, 5, 6),
        SourceDescription.of_cname(1, "device"),
        Goodbye((1,)),
    )
    assert parse_compound(serialize_compound(packets)) == packets


def test_any_packet_may_come_first_and_alone():
    for packet in (SourceDescription.of_cname(1, "x"), Goodbye((1,)), ReceiverReport(1)):
        assert parse_compound(packet.serialize()) == (packet,)


def test_padding_is_removed():
    assert parse_compound(load_vector(VECTORS / "padded.hex")) == (Goodbye((1,)),)


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("invalid_*.hex")))
def test_a_datagram_that_cannot_be_right_is_the_peers_fault(name):
    with pytest.raises(RemoteProtocolError):
        parse_compound(load_vector(VECTORS / f"{name}.hex"))


def test_an_empty_datagram_is_refused():
    with pytest.raises(RemoteProtocolError):
        parse_compound(b"")


def test_every_datagram_cut_short_is_refused():
    data = load_vector(VECTORS / "sender_report_with_block.hex")
    for size in range(len(data)):
        with pytest.raises(RemoteProtocolError):
            parse_compound(data[:size])
