from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.rtcp import (
    DescriptionItem,
    Goodbye,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceChunk,
    SourceDescription,
    UnknownPacket,
    parse_compound,
)

VECTORS = Path(__file__).parents[3] / "vectors" / "rtcp"

BLOCK = ReportBlock(
    ssrc=5,
    fraction_lost=0x19,
    cumulative_lost=-2,
    highest_sequence=0x10000,
    jitter_ticks=6,
    last_report=7,
    delay_since_last_report=8,
)
SENDER_REPORT = SenderReport(
    ssrc=0xDE53742A,
    ntp_seconds=3_953_283_628,
    ntp_fraction=1_537_292_490,
    rtp_timestamp=0x12345678,
    packet_count=100,
    octet_count=900,
)
CASES = {
    "sender_report": SENDER_REPORT,
    "sender_report_with_block": SenderReport(
        ssrc=1,
        ntp_seconds=0xEBA2522C,
        ntp_fraction=0x5BA138CA,
        rtp_timestamp=2,
        packet_count=3,
        octet_count=4,
        blocks=(BLOCK,),
        profile_data=bytes.fromhex("cafebabe"),
    ),
    "goodbye_with_reason": Goodbye((1, 2), "lunch"),
    "application": UnknownPacket(204, 3, bytes.fromhex("000000017465737401020304")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_packet_is_read_and_written(name):
    data = load_vector(VECTORS / f"{name}.hex")
    assert parse_compound(data) == (CASES[name],)
    assert CASES[name].serialize() == data


def test_a_plain_sender_report_has_28_bytes():
    assert len(SENDER_REPORT.serialize()) == 28


def test_a_sender_report_tells_its_unix_time():
    assert SENDER_REPORT.unix_ns == 1_744_294_828_357_928_800


def test_a_sender_report_without_ntp_seconds_has_no_time():
    assert SenderReport(1, 0, 0x8000_0000, 0, 0, 0).unix_ns is None


def test_the_report_of_the_official_client_is_read_as_it_comes():
    report, description = parse_compound(load_vector(VECTORS / "client_report.hex"))
    assert isinstance(report, ReceiverReport)
    assert report.blocks[0].ssrc == report.ssrc == 1_869_346_153
    assert report.blocks[0].cumulative_lost == 1
    assert report.blocks[0].highest_sequence == 9
    assert report.blocks[0].last_report == 0x522C5BA1
    assert isinstance(description, SourceDescription)
    assert description.chunks[0].ssrc == 1
    assert description.cname == "1869346153@unknown"


@pytest.mark.parametrize("size", range(9))
def test_a_description_fills_whole_words_and_ends_with_a_null(size):
    description = SourceDescription.of_cname(9, "x" * size)
    data = description.serialize()
    assert len(data) % 4 == 0
    assert data[-1] == 0
    assert parse_compound(data) == (description,)


def test_a_description_of_many_sources_keeps_them_apart():
    description = SourceDescription(
        (
            SourceChunk(1, (DescriptionItem(1, b"a"), DescriptionItem(2, b"bc"))),
            SourceChunk(2),
            SourceChunk(3, (DescriptionItem(8, bytes(255)),)),
        )
    )
    assert parse_compound(description.serialize()) == (description,)


def test_a_description_without_its_final_null_is_accepted():
    (description,) = parse_compound(bytes.fromhex("81ca0002000000010102") + b"ab")
    assert description == SourceDescription.of_cname(1, "ab")


def test_a_name_that_is_not_text_does_not_hurt():
    description = SourceDescription((SourceChunk(1, (DescriptionItem(1, b"\xff"),)),))
    assert description.cname == "\ufffd"
    assert SourceDescription().cname is None


@pytest.mark.parametrize("lost", [-(1 << 23), -1, 0, (1 << 23) - 1])
def test_cumulative_loss_has_a_sign(lost):
    block = ReportBlock(1, 0, lost, 0, 0, 0, 0)
    assert ReportBlock.parse(block.serialize()) == block


@pytest.mark.parametrize(
    "packet",
    [
        ReceiverReport(1 << 32),
        ReceiverReport(1, (BLOCK,) * 32),
        ReceiverReport(1, profile_data=b"abc"),
        ReceiverReport(1, (ReportBlock(1, 256, 0, 0, 0, 0, 0),)),
        ReceiverReport(1, (ReportBlock(1, 0, 1 << 23, 0, 0, 0, 0),)),
        SenderReport(1, 0, 0, 0, 1 << 32, 0),
        SourceDescription.of_cname(1, "x" * 256),
        SourceDescription((SourceChunk(1, (DescriptionItem(0, b""),)),)),
        Goodbye((1,), "x" * 256),
        UnknownPacket(204, 0, b"abc"),
    ],
)
def test_a_field_that_does_not_fit_is_our_fault(packet):
    with pytest.raises(LocalProtocolError):
        packet.serialize()
