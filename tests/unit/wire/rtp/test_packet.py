from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.rtp import HeaderExtension, RtpPacket

VECTORS = Path(__file__).parents[3] / "vectors" / "rtp"

GAZE = RtpPacket(
    payload_type=99,
    marker=False,
    sequence=7,
    timestamp=0x12345678 + 450,
    ssrc=0xDE53742A,
    payload=bytes.fromhex("444403fe44065cf5ff"),
)
EXTENSION_AND_CSRCS = RtpPacket(
    payload_type=99,
    marker=False,
    sequence=1,
    timestamp=2,
    ssrc=3,
    payload=b"\xaa\xbb",
    csrcs=(0x11111111, 0x22222222),
    extension=HeaderExtension(0xBEDE, bytes(range(1, 9))),
)
PADDED = RtpPacket(
    payload_type=99, marker=True, sequence=0xFFFF, timestamp=1, ssrc=2, payload=b"\0\0\0\x04"
)


@pytest.mark.parametrize(
    ("name", "packet"), [("gaze", GAZE), ("extension_and_csrcs", EXTENSION_AND_CSRCS)]
)
def test_canonical_packets_are_read_and_written(name, packet):
    data = load_vector(VECTORS / f"{name}.hex")
    assert RtpPacket.parse(data) == packet
    assert packet.serialize() == data


def test_padding_is_not_part_of_the_payload():
    data = bytes.fromhex("a0e3ffff00000001000000020102") + b"\0\0\0\x04"
    assert RtpPacket.parse(data).payload == b"\x01\x02"
    assert load_vector(VECTORS / "padded.hex") == data


def test_padding_extension_and_sources_are_read_together():
    packet = RtpPacket.parse(load_vector(VECTORS / "all_options.hex"))
    assert packet.csrcs == (0x11111111,)
    assert packet.extension == HeaderExtension(0xBEDE, b"")
    assert packet.payload == b"\xaa\xbb"


def test_a_payload_may_be_empty():
    assert RtpPacket.parse(GAZE.serialize()[:12]).payload == b""


def test_views_are_accepted_and_copied():
    buffer = bytearray(GAZE.serialize())
    packet = RtpPacket.parse(memoryview(buffer))
    buffer[12:] = bytes(9)
    assert packet == GAZE


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("invalid_*.hex")))
def test_a_packet_that_cannot_be_right_is_the_peers_fault(name):
    with pytest.raises(RemoteProtocolError):
        RtpPacket.parse(load_vector(VECTORS / f"{name}.hex"))


def test_every_packet_cut_inside_its_header_is_refused():
    data = load_vector(VECTORS / "extension_and_csrcs.hex")
    for size in range(32):
        with pytest.raises(RemoteProtocolError):
            RtpPacket.parse(data[:size])


@pytest.mark.parametrize(
    "changed",
    [
        {"payload_type": 128},
        {"payload_type": -1},
        {"sequence": 1 << 16},
        {"timestamp": 1 << 32},
        {"timestamp": -1},
        {"ssrc": 1 << 32},
        {"csrcs": (1,) * 16},
        {"extension": HeaderExtension(0, b"abc")},
    ],
)
def test_a_field_that_does_not_fit_is_our_fault(changed):
    fields = {name: getattr(GAZE, name) for name in GAZE.__struct_fields__}
    with pytest.raises(LocalProtocolError):
        RtpPacket(**fields | changed).serialize()
