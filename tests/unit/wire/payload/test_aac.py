from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import AacAccessUnit, AacDepacketizer, AacPacketizer, AudioConfig
from gazewire.wire.rtp import RtpPacket

VECTORS = Path(__file__).parents[3] / "vectors" / "aac"

CASES = {
    "one": [bytes.fromhex("0102030405")],
    "two": [bytes.fromhex("0102"), bytes.fromhex("030405")],
}
LONG = bytes(range(256)) * 12


def packet(
    payload: bytes, sequence: int = 0, timestamp: int = 1000, *, marker: bool = True
) -> RtpPacket:
    return RtpPacket(97, marker, sequence & 0xFFFF, timestamp, 1, payload)


def fragments(unit: bytes, *, first_sequence: int = 0, timestamp: int = 1000) -> list[RtpPacket]:
    payloads = AacPacketizer().packetize([unit])
    return [
        packet(payload, first_sequence + n, timestamp, marker=n == len(payloads) - 1)
        for n, payload in enumerate(payloads)
    ]


def push_all(depacketizer: AacDepacketizer, packets: list[RtpPacket]) -> list[bytes]:
    return [unit.data for each in packets for unit in depacketizer.push(each)]


@pytest.mark.parametrize("name", CASES)
def test_access_units_are_read_and_written(name):
    payload = load_vector(VECTORS / f"{name}.hex")
    assert AacPacketizer().packetize(CASES[name]) == [payload]
    assert [unit.data for unit in AacDepacketizer().push(packet(payload))] == CASES[name]


def test_each_access_unit_gets_the_time_of_its_first_sample():
    payload = load_vector(VECTORS / "two.hex")
    units = AacDepacketizer().push(packet(payload, timestamp=0xFFFF_FFFF))
    assert [unit.rtp_timestamp for unit in units] == [0xFFFF_FFFF, 1023]


def test_access_units_that_were_skipped_move_the_time():
    payload = bytes.fromhex("0020 0008 000a aabb")
    units = AacDepacketizer().push(packet(payload, timestamp=0))
    assert units == (AacAccessUnit(0, b"\xaa"), AacAccessUnit(3 * 1024, b"\xbb"))


def test_an_access_unit_too_long_for_a_packet_is_fragmented_and_put_together():
    packets = fragments(LONG)
    assert len(packets) == 3
    assert all(len(each.payload) <= 1260 for each in packets)
    # RFC 3640 §3.2.3: each fragment has the header of the whole.
    assert {each.payload[:4] for each in packets} == {
        bytes.fromhex("0010") + (len(LONG) << 3).to_bytes(2)
    }
    depacketizer = AacDepacketizer()
    assert push_all(depacketizer, packets) == [LONG]
    assert (depacketizer.dropped, depacketizer.malformed) == (0, 0)


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_lost_fragment_drops_its_access_unit_once_and_no_other(lost):
    first, second = fragments(LONG), fragments(LONG[::-1], first_sequence=3, timestamp=2024)
    del first[lost]
    depacketizer = AacDepacketizer()
    assert push_all(depacketizer, first + second) == [LONG[::-1]]
    assert (depacketizer.dropped, depacketizer.malformed) == (1, 0)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "00",
        "0000 aabb",  # no access unit
        "0011 0010 aabb",  # headers of 17 bits
        "0020 0010",  # announces two headers and has one
        "0020 0010 0010 aabbcc",  # the second of two is cut off
        "0010 0010",  # a fragment of nothing
    ],
)
def test_a_payload_that_cannot_be_right_is_counted_and_skipped(payload):
    depacketizer = AacDepacketizer()
    assert depacketizer.push(packet(bytes.fromhex(payload))) == ()
    assert depacketizer.malformed == 1
    good = load_vector(VECTORS / "one.hex")
    assert len(depacketizer.push(packet(good, sequence=1, timestamp=2024))) == 1


def test_fragments_longer_than_they_said_are_counted_and_skipped():
    depacketizer = AacDepacketizer()
    header = bytes.fromhex("0010") + (10 << 3).to_bytes(2)
    depacketizer.push(packet(header + bytes(6), 0, marker=False))
    assert depacketizer.push(packet(header + bytes(6), 1)) == ()
    assert depacketizer.malformed == 1


def test_an_access_unit_of_the_greatest_size_passes():
    assert push_all(AacDepacketizer(), fragments(bytes(8191))) == [bytes(8191)]


@pytest.mark.parametrize("units", [[], [b""], [bytes(8192)], [bytes(700), bytes(700)]])
def test_what_the_format_cannot_carry_is_our_fault(units):
    with pytest.raises(LocalProtocolError):
        AacPacketizer().packetize(units)


def test_the_configuration_of_a_real_device_is_read_and_written():
    config = AudioConfig(object_type=2, sample_rate_hz=8000, channels=1)
    data = load_vector(VECTORS / "config.hex")
    assert AudioConfig.parse(data) == config
    assert config.serialize() == data


@pytest.mark.parametrize(
    ("config", "data"),
    [
        (AudioConfig(2, 44_100, 2), "1210"),
        (AudioConfig(2, 12_345, 1), "1780181c88"),
        (AudioConfig(42, 48_000, 2), "f94640"),
    ],
)
def test_explicit_rates_and_extended_types_are_read_and_written(config, data):
    assert AudioConfig.parse(bytes.fromhex(data)) == config
    assert config.serialize().hex() == data


@pytest.mark.parametrize("data", ["", "15", "f9", "1788", "1690"])
def test_a_configuration_that_cannot_be_right_is_the_peers_fault(data):
    with pytest.raises(RemoteProtocolError):
        AudioConfig.parse(bytes.fromhex(data))


@pytest.mark.parametrize(
    "config", [AudioConfig(31, 8000, 1), AudioConfig(2, 1 << 24, 1), AudioConfig(2, 8000, 16)]
)
def test_a_configuration_that_does_not_fit_is_our_fault(config):
    with pytest.raises(LocalProtocolError):
        config.serialize()
