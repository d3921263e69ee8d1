from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from gazewire.client._engine.payloads import EYE_EVENTS, GAZE, PayloadKind
from gazewire.client._engine.policy import StreamPolicy
from gazewire.client._engine.reception import Reception
from gazewire.model import GazeDatum
from gazewire.time import ManualClock
from gazewire.wire.payload import GazeFormat, serialize_gaze
from gazewire.wire.rtcp import ReceiverReport, SenderReporter, parse_compound
from gazewire.wire.rtp import RtpSender
from gazewire.wire.sdp import MediaDescription, RtpMap

MS = 1_000_000
# On the grid of the stream's clock, so that its packets tell it exactly.
AT_NS = 1_744_294_828_000_000_000
TICKS_NS = 10 * MS
LIMIT_S = 5

POLICY = StreamPolicy(held_s=10.0, held_bytes=1 << 20)


class Sender:
    """A source of gaze or of eye events: one packet each hundredth of a second."""

    def __init__(self, ssrc: int, *, first_sequence: int = 0, payload: bytes = b"") -> None:
        self.rtp = RtpSender(
            payload_type=99, clock_hz=90_000, ssrc=ssrc, first_sequence=first_sequence
        )
        self.reporter = SenderReporter(self.rtp, "test")
        self.payload = payload
        self.count = 0

    @property
    def now_ns(self) -> int:
        return AT_NS + self.count * TICKS_NS

    def packet(self) -> bytes:
        datum = GazeDatum(timestamp_unix_ns=self.now_ns, x_px=self.count, y_px=0, worn=True)
        payload = self.payload or serialize_gaze(datum, GazeFormat.POINT)
        [packet] = self.rtp.packets([payload], self.now_ns, marker_on_last=False)
        self.count += 1
        return packet

    def packets(self, count: int) -> list[bytes]:
        return [self.packet() for _ in range(count)]

    def report(self) -> bytes:
        return self.reporter.report(self.now_ns)


class Bench:
    """A reception, what it delivered, and how often it awoke."""

    def __init__(self, kind: PayloadKind[object] = GAZE, policy: StreamPolicy = POLICY) -> None:
        self.clock = ManualClock()
        self.items: list[object] = []
        self.deliveries = 0
        self.awoke = 0
        media = MediaDescription.for_rtp("application", RtpMap(99, "whatever", 90_000))
        self.reception = Reception(
            kind.make_receiver(media),
            self._deliver,
            self._awake,
            self.clock,
            policy,
            needs_clock=kind.needs_clock,
        )

    def _deliver(self, items: list[object]) -> None:
        assert items
        self.items += items
        self.deliveries += 1

    def _awake(self) -> None:
        self.awoke += 1

    def rtp(self, *packets: bytes, after_ns: int = 0) -> None:
        self.clock.advance(after_ns)
        self.reception.receive_rtp(list(packets), self.clock.mono_ns())

    def rtcp(self, *packets: bytes) -> None:
        self.reception.receive_rtcp(list(packets), self.clock.mono_ns())

    @property
    def instants_ns(self) -> list[int]:
        return [item.timestamp_unix_ns for item in self.items]  # type: ignore[attr-defined]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def instants(count: int, first: int = 0) -> list[int]:
    return [AT_NS + index * TICKS_NS for index in range(first, first + count)]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110  # nothing but time brings it
            await asyncio.sleep(0.002)


# What comes before the time is known


async def test_packets_before_the_first_report_are_delivered_when_it_comes(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtp(*sender.packets(3))
    bench.rtp(sender.packet(), after_ns=TICKS_NS)
    assert bench.items == []
    assert bench.reception.held == 4
    bench.rtcp(sender.report())
    bench.rtp(sender.packet())
    assert bench.instants_ns == instants(5)
    assert bench.reception.undated == bench.reception.held == 0


async def test_a_report_without_a_time_does_not_date_anything(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtp(sender.packet())
    report = sender.report()
    without_time = report[:8] + bytes(4) + report[12:]
    bench.rtcp(without_time)
    assert bench.items == []
    bench.rtcp(sender.report())
    assert bench.instants_ns == instants(1)


async def test_what_is_kept_is_bounded_in_time_and_counted() -> None:
    bench = Bench(policy=StreamPolicy(held_s=1.0))
    sender = Sender(1)
    for _ in range(300):
        bench.rtp(sender.packet(), after_ns=TICKS_NS)
    # The packet at the bound itself is kept.
    assert bench.reception.held == 101
    assert bench.reception.undated == 199
    bench.rtcp(sender.report())
    assert bench.instants_ns == instants(101, first=199)


async def test_what_is_kept_is_bounded_in_memory_and_counted() -> None:
    bench = Bench(policy=StreamPolicy(held_bytes=10_000))
    sender = Sender(1)
    for _ in range(1_000):
        bench.rtp(sender.packet())
    assert 0 < bench.reception.held <= 100
    assert bench.reception.held + bench.reception.undated == 1_000


async def test_what_is_still_kept_at_the_end_is_counted(bench: Bench) -> None:
    bench.rtp(*Sender(1).packets(3))
    bench.reception.close()
    assert bench.items == []
    assert bench.reception.undated == 3


async def test_a_new_source_waits_for_its_own_report(bench: Bench) -> None:
    before, after = Sender(1), Sender(2, first_sequence=3)
    bench.rtcp(before.report())
    bench.rtp(*before.packets(3))
    after.count = 3
    bench.rtp(*after.packets(2))
    assert bench.instants_ns == instants(3)
    bench.rtcp(after.report())
    bench.rtp(after.packet())
    assert bench.instants_ns == instants(6)
    assert bench.reception.undated == 0


async def test_packets_of_two_sources_together_are_told_apart(bench: Bench) -> None:
    before, after = Sender(1), Sender(2, first_sequence=2)
    bench.rtcp(before.report())
    first = before.packets(2)
    after.count = 2
    bench.rtp(*first, after.packet())
    assert bench.instants_ns == instants(2)
    bench.rtcp(after.report())
    assert bench.instants_ns == instants(3)


async def test_a_source_that_never_reports_delays_no_other(bench: Bench) -> None:
    ours, stray = Sender(1), Sender(2, first_sequence=30_000)
    bench.rtcp(ours.report())
    for _ in range(5):
        bench.rtp(ours.packet(), stray.packet())
    assert bench.instants_ns == instants(5)
    assert bench.reception.held == 5


async def test_events_with_a_time_of_their_own_wait_for_nothing() -> None:
    bench = Bench(EYE_EVENTS)
    blink = bytes.fromhex("00000004183628216eb19c2a183628217b39c53a")
    bench.rtp(*Sender(1, payload=blink).packets(2))
    assert len(bench.items) == 2


# Order


async def test_a_gap_is_given_up_in_time_though_nothing_more_comes(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtcp(sender.report())
    bench.rtp(sender.packet())
    sender.packet()
    bench.rtp(sender.packet())
    assert len(bench.items) == 1
    bench.clock.advance(50 * MS)
    await until(lambda: len(bench.items) == 2)
    assert bench.reception.receiver.stream.window.lost == 1


async def test_a_gap_among_packets_that_were_kept_is_given_up_too(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtp(sender.packet())
    sender.packet()
    bench.rtp(sender.packet())
    bench.rtcp(sender.report())
    assert len(bench.items) == 1
    bench.clock.advance(50 * MS)
    await until(lambda: len(bench.items) == 2)


async def test_one_gap_after_the_other_is_given_up(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtcp(sender.report())
    for _ in range(3):
        bench.rtp(sender.packet())
        sender.packet()
        bench.rtp(sender.packet(), after_ns=20 * MS)
    for _ in range(3):
        bench.clock.advance(50 * MS)
        await asyncio.sleep(0)
    await until(lambda: len(bench.items) == 6)
    assert bench.instants_ns == sorted(bench.instants_ns)


async def test_packets_in_another_order_are_put_right(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtcp(sender.report())
    first, second, third, fourth = sender.packets(4)
    bench.rtp(first, third, second, fourth, second)
    assert bench.instants_ns == instants(4)
    assert bench.reception.receiver.stream.window.duplicates == 1


# The end, and what is counted


async def test_the_end_hands_on_what_waits_and_takes_no_more(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtcp(sender.report())
    bench.rtp(sender.packet())
    sender.packet()
    bench.rtp(sender.packet())
    bench.reception.close()
    bench.reception.close()
    assert len(bench.items) == 2
    bench.rtp(sender.packet())
    bench.rtcp(sender.report())
    assert len(bench.items) == bench.reception.items == 2
    assert bench.reception.packets == 2


async def test_garbage_is_counted_and_disturbs_nothing(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtcp(b"", b"garbage", sender.report())
    bench.rtp(b"", b"garbage", sender.packet(), bytes(40))
    bench.rtp(sender.packet())
    assert bench.instants_ns == instants(2)
    assert bench.reception.receiver.stream.malformed >= 4


async def test_one_is_told_when_packets_come_and_when_they_come_again(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtp(sender.packet())
    assert bench.awoke == 0, "nothing of use has come"
    bench.rtcp(sender.report())
    assert bench.awoke == 1
    bench.rtp(*sender.packets(2))
    assert bench.awoke == 1
    bench.reception.is_quiet = True
    bench.rtp(sender.packet())
    assert bench.awoke == 2
    assert bench.reception.last_data_ns == bench.clock.mono_ns()


async def test_a_report_tells_the_sender_what_was_lost(bench: Bench) -> None:
    sender = Sender(1)
    bench.rtcp(sender.report())
    bench.rtp(sender.packet())
    sender.packet()
    bench.rtp(sender.packet())
    report, _ = parse_compound(bench.reception.report(0xABCD, "me"))
    assert isinstance(report, ReceiverReport)
    assert report.ssrc == 0xABCD
    assert [(block.ssrc, block.cumulative_lost) for block in report.blocks] == [(1, 1)]
    bench.reception.close()
