import asyncio
from collections.abc import Callable, Sequence

import pytest

from gazewire.net.rtp_stream import RtpStream
from gazewire.time import ManualClock
from gazewire.wire.rtcp import Goodbye, SenderReport, parse_compound
from gazewire.wire.rtp import RtpPacket, RtpSender

MS = 1_000_000


class Receiver:
    """Keeps what it is sent, in order; refuses media while `is_full`."""

    def __init__(self) -> None:
        self.is_full = False
        self.sent: list[str] = []
        self.media: list[RtpPacket] = []
        self.reports: list[SenderReport] = []

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        if self.is_full:
            return False
        self.sent += ["rtp"] * len(packets)
        self.media += [RtpPacket.parse(packet) for packet in packets]
        return True

    def send_rtcp(self, packet: bytes) -> None:
        self.sent.append("rtcp")
        self.reports += [
            report for report in parse_compound(packet) if isinstance(report, SenderReport)
        ]
        if any(isinstance(part, Goodbye) for part in parse_compound(packet)):
            self.sent.append("goodbye")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def make_stream(clock: ManualClock, *, has_keyframes: bool = False) -> RtpStream:
    sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=7, first_sequence=65_535)
    return RtpStream(sender, clock, cname="test", has_keyframes=has_keyframes)


def send(stream: RtpStream, clock: ManualClock, *payloads: bytes, **how: bool) -> None:
    stream.send(payloads, clock.unix_ns(), **how)


def test_a_report_comes_before_the_first_packet(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock), Receiver()
    stream.join(receiver)
    clock.advance(10 * MS)
    send(stream, clock, b"datum")
    assert receiver.sent == ["rtcp", "rtp"]


def test_media_waits_until_the_report_has_had_time_to_arrive(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock), Receiver()
    stream.join(receiver)
    clock.advance(1 * MS)
    send(stream, clock, b"too early")
    clock.advance(10 * MS)
    send(stream, clock, b"in time")
    assert [packet.payload for packet in receiver.media] == [b"in time"]


def test_all_receivers_get_the_same_packets(clock: ManualClock) -> None:
    stream, first, second = make_stream(clock), Receiver(), Receiver()
    stream.join(first)
    stream.join(second)
    clock.advance(10 * MS)
    send(stream, clock, b"one", b"two")
    assert first.media == second.media
    assert [packet.sequence for packet in first.media] == [65_535, 0]


def test_reports_repeat_every_second(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock), Receiver()
    stream.join(receiver)
    for _ in range(600):
        clock.advance(5 * MS)
        send(stream, clock, b"datum")
    assert len(receiver.reports) == 4


def test_a_report_and_the_packets_agree_on_the_time(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock), Receiver()
    stream.join(receiver)
    clock.advance(1_000 * MS)
    send(stream, clock, b"datum")
    (_, report), (packet,) = receiver.reports, receiver.media
    assert abs(packet.timestamp - report.rtp_timestamp) <= 9  # a report lies on each ninth tick


def test_video_begins_at_a_key_frame(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock, has_keyframes=True), Receiver()
    stream.join(receiver)
    clock.advance(10 * MS)
    assert stream.wants_keyframe
    send(stream, clock, b"difference")
    send(stream, clock, b"key", is_keyframe=True)
    assert not stream.wants_keyframe
    send(stream, clock, b"difference after key")
    assert [packet.payload for packet in receiver.media] == [b"key", b"difference after key"]


def test_nobody_begins_in_the_middle_of_a_key_frame(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock, has_keyframes=True), Receiver()
    send(stream, clock, b"first half", is_keyframe=True)
    stream.join(receiver)
    clock.advance(10 * MS)
    send(stream, clock, b"second half", is_keyframe=True, is_continued=True)
    assert receiver.media == []
    assert stream.wants_keyframe


def test_a_receiver_that_lost_a_picture_waits_for_the_next_key_frame(clock: ManualClock) -> None:
    stream, slow, quick = make_stream(clock, has_keyframes=True), Receiver(), Receiver()
    stream.join(slow)
    stream.join(quick)
    clock.advance(10 * MS)
    send(stream, clock, b"key 1", is_keyframe=True)
    slow.is_full = True
    send(stream, clock, b"lost", b"lost too")
    slow.is_full = False
    send(stream, clock, b"refers to what was lost")
    send(stream, clock, b"key 2", is_keyframe=True)
    assert [packet.payload for packet in slow.media] == [b"key 1", b"key 2"]
    assert len(quick.media) == 5
    assert stream.dropped == 2


def test_no_key_frame_is_made_for_who_fell_behind(clock: ManualClock) -> None:
    stream, slow = make_stream(clock, has_keyframes=True), Receiver()
    stream.join(slow)
    clock.advance(10 * MS)
    send(stream, clock, b"key", is_keyframe=True)
    slow.is_full = True
    send(stream, clock, b"lost")
    clock.advance(1_000 * MS)
    assert not stream.wants_keyframe
    stream.join(Receiver())
    clock.advance(10 * MS)
    assert stream.wants_keyframe


def test_no_key_frame_is_made_for_who_does_not_know_the_time_yet(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock, has_keyframes=True), Receiver()
    stream.join(receiver)
    assert not stream.wants_keyframe
    clock.advance(10 * MS)
    assert stream.wants_keyframe


def test_clients_that_come_in_quick_succession_share_a_key_frame(clock: ManualClock) -> None:
    stream = make_stream(clock, has_keyframes=True)
    are_wanted = []
    for _ in range(100):
        stream.join(Receiver())
        clock.advance(10 * MS)
        are_wanted.append(stream.wants_keyframe)
        send(stream, clock, b"picture", is_keyframe=are_wanted[-1])
    assert are_wanted.count(True) == 5


class Turning(Receiver):
    """Takes a millisecond."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        self.clock.advance(1 * MS)
        return super().send_rtp(packets)


async def send_in_turns(stream: RtpStream, clock: ManualClock, meantime: Callable[[], None]) -> int:
    """Send a picture; between any two turns something else happens. Return how many turns."""
    sending = asyncio.ensure_future(
        stream.send_in_turns([b"one", b"two"], clock.unix_ns(), is_keyframe=True)
    )
    turns = 0
    while not sending.done():
        await asyncio.sleep(0)
        turns += 1
        meantime()
    await sending
    return turns


async def test_others_get_the_loop_while_a_picture_goes_to_many(clock: ManualClock) -> None:
    stream = make_stream(clock, has_keyframes=True)
    receivers = [Turning(clock) for _ in range(10)]
    for receiver in receivers:
        stream.join(receiver)
    clock.advance(10 * MS)
    assert await send_in_turns(stream, clock, lambda: None) >= 10
    assert all(len(receiver.media) == 2 for receiver in receivers)


async def test_few_receivers_are_served_in_one_turn(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock, has_keyframes=True), Receiver()
    stream.join(receiver)
    clock.advance(10 * MS)
    sending = stream.send_in_turns([b"one"], clock.unix_ns(), is_keyframe=True)
    with pytest.raises(StopIteration):
        sending.send(None)
    assert len(receiver.media) == 1


async def test_who_leaves_between_two_turns_gets_nothing_more(clock: ManualClock) -> None:
    stream = make_stream(clock, has_keyframes=True)
    receivers = [Turning(clock) for _ in range(3)]
    for receiver in receivers:
        stream.join(receiver)
    clock.advance(10 * MS)
    await send_in_turns(stream, clock, lambda: stream.leave(receivers[2]))
    assert [len(receiver.media) for receiver in receivers] == [2, 2, 0]


async def test_a_successor_between_two_turns_gets_what_was_due_to_it(clock: ManualClock) -> None:
    stream = make_stream(clock, has_keyframes=True)
    receivers = [Turning(clock) for _ in range(3)]
    for receiver in receivers:
        stream.join(receiver)
    clock.advance(10 * MS)
    successor = Receiver()
    await send_in_turns(stream, clock, lambda: stream.replace(receivers[2], successor))
    assert len(receivers[2].media) == 0
    assert len(successor.media) == 2


async def test_who_comes_between_two_turns_begins_with_the_next_key_frame(
    clock: ManualClock,
) -> None:
    stream = make_stream(clock, has_keyframes=True)
    for _ in range(3):
        stream.join(Turning(clock))
    clock.advance(10 * MS)
    newcomers: list[Receiver] = []

    def come() -> None:
        newcomers.append(Receiver())
        stream.join(newcomers[-1])

    await send_in_turns(stream, clock, come)
    clock.advance(10 * MS)
    send(stream, clock, b"rest of it", is_keyframe=True, is_continued=True)
    assert all(newcomer.media == [] for newcomer in newcomers)


def test_who_has_left_gets_nothing(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock), Receiver()
    stream.join(receiver)
    clock.advance(10 * MS)
    stream.leave(receiver)
    stream.leave(receiver)
    send(stream, clock, b"datum")
    assert receiver.media == []
    assert not stream.has_receivers


def test_closing_says_goodbye(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock), Receiver()
    stream.join(receiver)
    stream.close()
    assert receiver.sent[-1] == "goodbye"
    assert not stream.has_receivers


def test_a_successor_gets_what_comes_next_and_the_time_before_it(clock: ManualClock) -> None:
    stream, first, second = make_stream(clock), Receiver(), Receiver()
    stream.join(first)
    clock.advance(10 * MS)
    send(stream, clock, b"one")
    stream.replace(first, second)
    send(stream, clock, b"two")
    assert [packet.payload for packet in first.media] == [b"one"]
    assert [packet.payload for packet in second.media] == [b"two"]
    assert second.sent == ["rtcp", "rtp"]


def test_a_successor_goes_on_in_the_middle_of_a_video(clock: ManualClock) -> None:
    stream, first, second = make_stream(clock, has_keyframes=True), Receiver(), Receiver()
    stream.join(first)
    clock.advance(10 * MS)
    send(stream, clock, b"key", is_keyframe=True)
    stream.replace(first, second)
    send(stream, clock, b"difference")
    assert [packet.payload for packet in second.media] == [b"difference"]


def test_who_has_left_has_no_successor(clock: ManualClock) -> None:
    stream, second = make_stream(clock), Receiver()
    stream.replace(Receiver(), second)
    assert second.sent == []
    assert not stream.has_receivers


def test_while_it_is_held_nothing_is_sent_or_numbered(clock: ManualClock) -> None:
    stream, receiver = make_stream(clock), Receiver()
    stream.join(receiver)
    clock.advance(10 * MS)
    with stream.held():
        assert not stream.has_receivers
        clock.advance(5_000 * MS)
        send(stream, clock, b"never")
    send(stream, clock, b"datum")
    assert [packet.sequence for packet in receiver.media] == [65_535]


def test_a_picture_that_has_begun_is_completed_and_one_begun_meanwhile_is_not(
    clock: ManualClock,
) -> None:
    stream, receiver = make_stream(clock, has_keyframes=True), Receiver()
    stream.join(receiver)
    clock.advance(10 * MS)
    send(stream, clock, b"key", is_keyframe=True)
    with stream.held():
        send(stream, clock, b"end of key", is_keyframe=True, is_continued=True)
        send(stream, clock, b"begun meanwhile", is_keyframe=True)
    send(stream, clock, b"its end", is_keyframe=True, is_continued=True)
    assert stream.wants_keyframe
    send(stream, clock, b"next key", is_keyframe=True)
    assert [packet.payload for packet in receiver.media] == [b"key", b"end of key", b"next key"]
    assert [packet.sequence for packet in receiver.media] == [65_535, 0, 1]


def test_a_restart_forgets_receivers_numbers_and_counts(clock: ManualClock) -> None:
    stream, before, after = make_stream(clock), Receiver(), Receiver()
    stream.join(before)
    clock.advance(10 * MS)
    send(stream, clock, b"datum")
    stream.restart(ssrc=8, first_sequence=100)
    assert (stream.ssrc, stream.next_sequence) == (8, 100)
    assert not stream.has_receivers
    stream.join(after)
    assert (after.reports[0].ssrc, after.reports[0].packet_count) == (8, 0)
    assert after.reports[0].rtp_timestamp <= before.media[0].timestamp
