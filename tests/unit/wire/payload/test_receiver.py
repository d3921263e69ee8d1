"""What holds for the receivers of all payload formats."""

import random

import pytest

from gazewire.wire.payload import (
    AudioReceiver,
    EyeEventReceiver,
    GazeReceiver,
    ImuReceiver,
    PayloadReceiver,
    RawReceiver,
)
from gazewire.wire.payload.h264 import VideoReceiver
from gazewire.wire.rtcp import SenderReport
from gazewire.wire.rtp import ReorderWindow, RtpPacket

RECEIVERS = [
    AudioReceiver,
    EyeEventReceiver,
    GazeReceiver,
    ImuReceiver,
    RawReceiver,
    VideoReceiver,
]
REPORT = SenderReport(7, 3_953_283_628, 0, 0, 0, 0).serialize()


@pytest.fixture(params=RECEIVERS)
def receiver(request) -> PayloadReceiver[object]:
    window = ReorderWindow(max_packets=8)
    return request.param(payload_type=99, clock_hz=90_000, window=window)


@pytest.mark.parametrize("has_report", [False, True])
def test_garbage_never_raises(receiver, has_report):
    rng = random.Random(3)
    if has_report:
        receiver.stream.receive_rtcp(REPORT, 0)
    for now_ns in range(2000):
        payload = rng.randbytes(rng.choice((0, 1, 4, 9, 12, 20, 40, 65)))
        sequence, timestamp = rng.randrange(50), rng.getrandbits(32)
        plain = RtpPacket(99, rng.random() < 0.5, sequence, timestamp, 7, payload).serialize()
        receiver.receive([plain, rng.randbytes(rng.randrange(60))], now_ns)
        receiver.release(now_ns)
    receiver.flush()
    assert receiver.stream.malformed > 0


def test_nothing_comes_of_nothing(receiver):
    assert receiver.receive([], 0) == receiver.release(0) == receiver.flush() == []
