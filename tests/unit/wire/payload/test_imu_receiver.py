from pathlib import Path

import pytest

from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import ImuReceiver, parse_imu
from gazewire.wire.rtp import RtpPacket

IMU = Path(__file__).parents[3] / "vectors" / "imu"
SAMPLE, MINIMAL = (load_vector(IMU / f"{name}.hex") for name in ("sample", "minimal"))


def datagram(sequence: int, payload: bytes = SAMPLE) -> bytes:
    return RtpPacket(100, False, sequence & 0xFFFF, 9 * sequence, 7, payload).serialize()


@pytest.fixture
def receiver() -> ImuReceiver:
    return ImuReceiver(payload_type=100, clock_hz=90_000)


def test_samples_have_their_own_time_and_wait_for_no_report(receiver):
    samples = receiver.receive([datagram(0), datagram(1, MINIMAL)], 0)
    assert samples == [parse_imu(SAMPLE), parse_imu(MINIMAL)]
    assert [sample.timestamp_unix_ns for sample in samples] == [1_744_297_102_194_131_100, 1]


def test_samples_come_out_in_order(receiver):
    payloads = [bytes((8, n)) for n in range(1, 7)]
    arrived = [datagram(n, payloads[n]) for n in (0, 2, 1, 4)]
    samples = receiver.receive(arrived, 0)
    assert [sample.timestamp_unix_ns for sample in samples] == [1, 2, 3]
    release_ns = receiver.stream.window.next_release_ns
    assert [sample.timestamp_unix_ns for sample in receiver.release(release_ns)] == [5]
    receiver.receive([datagram(6, MINIMAL)], release_ns)
    assert receiver.flush() == [parse_imu(MINIMAL)]
    assert receiver.stream.window.lost == 2


def test_what_cannot_be_read_is_counted_and_the_stream_goes_on(receiver):
    arrived = [datagram(0, b"\xff"), b"noise", datagram(1), datagram(2, b"\x0a\x05")]
    assert receiver.receive(arrived, 0) == [parse_imu(SAMPLE)]
    assert (receiver.malformed, receiver.stream.malformed) == (2, 1)
