from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gazewire.client._engine.arrays import GAZE_DTYPE, gaze_array
from gazewire.client._engine.gaze_batches import GazeBatchReceiver
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import GazeFormat, GazeReceiver
from gazewire.wire.rtcp import SenderReport
from gazewire.wire.rtp import RtpPacket

VECTORS = Path(__file__).parents[3] / "vectors"
MS = 1_000_000


def report(rtp_timestamp: int = 0) -> bytes:
    return SenderReport(7, 3_953_283_628, 1_537_292_490, rtp_timestamp, 0, 0).serialize()


def datagrams(
    numbers: range | list[int], payload: bytes, *, first_ticks: int = 0, step_ticks: int = 450
) -> list[bytes]:
    return [
        RtpPacket(
            99,
            False,
            (65_500 + n) & 0xFFFF,
            (first_ticks + step_ticks * n) & 0xFFFF_FFFF,
            7,
            payload,
        ).serialize()
        for n in numbers
    ]


def receivers(
    clock_hz: int = 90_000, rtp_timestamp: int = 0
) -> tuple[GazeBatchReceiver, GazeReceiver]:
    made = (
        GazeBatchReceiver(payload_type=99, clock_hz=clock_hz),
        GazeReceiver(payload_type=99, clock_hz=clock_hz),
    )
    for receiver in made:
        receiver.stream.receive_rtcp(report(rtp_timestamp), 0)
    return made


def assert_same(batches: list[np.ndarray], expected: np.ndarray) -> None:
    assert len(batches) == bool(len(expected))
    for batch in batches:
        assert batch.dtype == GAZE_DTYPE
        for column in GAZE_DTYPE.names or ():
            np.testing.assert_array_equal(batch[column], expected[column])


@pytest.mark.parametrize("format", GazeFormat)
@pytest.mark.parametrize("count", [1, 11, 12, 100])
def test_every_format_is_read_as_by_records(format: GazeFormat, count: int) -> None:
    payload = load_vector(VECTORS / "gaze" / f"{format.name.lower()}.hex")
    batched, single = receivers()
    run = datagrams(range(count), payload)
    assert_same(batched.receive(run, 5), gaze_array(single.receive(run, 5)))
    assert batched.stream.statistics.report(1, 9) == single.stream.statistics.report(1, 9)


@pytest.mark.parametrize("step_ticks", [450, 451, 1, 0, -450, 1 << 26])
@pytest.mark.parametrize("first_ticks", [0, 0xFFFF_F000, 0x7FFF_F000, 0x8000_0000])
@pytest.mark.parametrize("clock_hz", [90_000, 8_000, 44_100, 12_000_000])
def test_instants_are_exact_across_wraps(step_ticks: int, first_ticks: int, clock_hz: int) -> None:
    batched, single = receivers(clock_hz, rtp_timestamp=100)
    run = datagrams(range(100), bytes(9), first_ticks=first_ticks, step_ticks=step_ticks)
    assert_same(batched.receive(run, 5), gaze_array(single.receive(run, 5)))


def test_instants_are_exact_while_the_clock_is_being_corrected() -> None:
    batched, single = receivers()
    seconds = 3_953_283_629
    # A second later, and 5 ms more than that: the clock makes them up in the course of 10 s.
    late = SenderReport(7, seconds, 1_537_292_490 + (5 << 32) // 1_000, 90_000, 0, 0).serialize()
    for receiver in (batched, single):
        receiver.stream.receive_rtcp(late, 0)
    for begin in range(0, 3_000, 100):
        run = datagrams(range(begin, begin + 100), bytes(9))
        assert_same(batched.receive(run, 5), gaze_array(single.receive(run, 5)))


def test_a_gap_holds_up_what_is_behind_it_until_it_is_filled() -> None:
    batched, single = receivers()
    for numbers in ([*range(40), *range(41, 80)], [40, *range(80, 120)]):
        run = datagrams(numbers, bytes(9))
        assert_same(batched.receive(run, 5), gaze_array(single.receive(run, 5)))
    assert batched.stream.window.lost == 0
    assert batched.stream.statistics.expected == 120


def test_what_waited_too_long_and_what_is_held_at_the_end_comes_out() -> None:
    batched, _ = receivers()
    batched.receive(datagrams([*range(40), *range(41, 60)], bytes(9)), 5)
    release_ns = batched.stream.window.next_release_ns
    assert release_ns is not None
    (released,) = batched.release(release_ns)
    assert len(released) == 19
    assert batched.release(release_ns) == []
    batched.receive(datagrams([61], bytes(9)), release_ns)
    assert [len(batch) for batch in batched.flush()] == [1]
    assert batched.flush() == []
    assert batched.stream.window.lost == 2


def test_formats_that_change_midway_make_one_array() -> None:
    batched, single = receivers()
    run = datagrams(range(30), bytes(9)) + datagrams(range(30, 60), bytes(65))
    assert_same(batched.receive(run, 5), gaze_array(single.receive(run, 5)))


def test_what_is_before_the_first_report_is_counted() -> None:
    batched = GazeBatchReceiver(payload_type=99, clock_hz=90_000)
    assert batched.receive(datagrams(range(30), bytes(9)), 5) == []
    assert batched.untimed == 30


def test_what_cannot_be_read_is_counted_and_the_stream_goes_on() -> None:
    batched, _ = receivers()
    run = datagrams(range(20), bytes(9)) + datagrams([20], b"short")
    run += [*datagrams([21], bytes(12)), b"noise", *datagrams(range(22, 40), bytes(9))]
    (gaze,) = batched.receive(run, 5)
    assert len(gaze) == 39
    assert (batched.malformed, batched.stream.malformed, batched.unexplained) == (1, 1, 1)
    assert batched.last_unexplained == bytes(12)


def test_packets_of_another_kind_in_a_run_are_left_to_the_other_receiver() -> None:
    batched, single = receivers()
    run = datagrams(range(60), bytes(9))
    run[30] = run[30][:1] + bytes([96]) + run[30][2:]
    run[31] = run[31][:1] + bytes([99 | 0x80]) + run[31][2:]
    run[40] = b"\x40" + run[40][1:]
    assert_same(batched.receive(run, 5), gaze_array(single.receive(run, 5)))
    assert (batched.stream.foreign, batched.stream.malformed) == (1, 1)


def test_a_signalling_nan_is_a_nan() -> None:
    batched, _ = receivers()
    payload = bytes.fromhex("7fa00001 7fa00001 ff")
    (gaze,) = batched.receive(datagrams(range(30), payload), 5)
    assert np.isnan(gaze["x_px"]).all()


def test_no_datagrams_make_no_array() -> None:
    batched, _ = receivers()
    assert batched.receive([], 5) == []
