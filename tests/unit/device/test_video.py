import asyncio
from collections.abc import Sequence

import pytest

from gazewire.device.punctuality import Punctuality
from gazewire.device.shortfall import Shortfall
from gazewire.device.video import VideoTrack, encode_video
from gazewire.flow import Topic
from gazewire.media import H264Encoder
from gazewire.model import AccessUnit, Frame
from gazewire.net import RtpStream
from gazewire.time import ManualClock
from gazewire.wire.payload.h264 import CodedPicture, Depacketizer
from gazewire.wire.rtp import RtpPacket, RtpSender

FRAME_NS = 33_333_333


class Sink:
    """Takes pictures; wanted, or waiting for a key frame, as it is told."""

    def __init__(self) -> None:
        self.is_wanted = True
        self.wants_keyframe = False
        self.taken: asyncio.Queue[AccessUnit] = asyncio.Queue()

    async def take(self, unit: AccessUnit) -> None:
        await self.taken.put(unit)


def frame(index: int) -> Frame:
    return Frame(
        camera="world",
        index=index,
        timestamp_unix_ns=index * FRAME_NS,
        width=64,
        height=48,
        pixel_format="gray",
        data=bytes((index * 7 + column) % 256 for column in range(64)) * 48,
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(unix_ns=0)


@pytest.fixture
def shortfall() -> Shortfall:
    return Shortfall()


@pytest.fixture
def punctuality(clock: ManualClock, shortfall: Shortfall) -> Punctuality:
    return Punctuality("world", clock, shortfall)


@pytest.fixture
def encoder() -> H264Encoder:
    return H264Encoder(width=64, height=48, rate_hz=30.0)


async def test_each_picture_is_coded_once_for_all_sinks(
    encoder: H264Encoder, punctuality: Punctuality
) -> None:
    frames = Topic[Frame]("frames")
    first, second = Sink(), Sink()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(encode_video(frames, encoder, [first, second], punctuality))
        await asyncio.sleep(0)
        for index in range(3):
            frames.publish(frame(index))
            unit = await first.taken.get()
            assert unit is await second.taken.get()
            assert unit.timestamp_unix_ns == index * FRAME_NS
            assert unit.is_keyframe == (index == 0)
        frames.close()


async def test_a_sink_gets_the_key_frame_that_it_waits_for(
    encoder: H264Encoder, punctuality: Punctuality
) -> None:
    frames = Topic[Frame]("frames")
    sink = Sink()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(encode_video(frames, encoder, [sink], punctuality))
        await asyncio.sleep(0)
        are_keyframes = []
        for index in range(4):
            sink.wants_keyframe = index == 2
            frames.publish(frame(index))
            are_keyframes.append((await sink.taken.get()).is_keyframe)
        frames.close()
    assert are_keyframes == [True, False, True, False]


@pytest.mark.parametrize(("waiting", "coded"), [(20, 20), (5, 5)])
async def test_of_frames_that_come_at_once_as_many_wait_as_are_allowed_to(
    encoder: H264Encoder,
    punctuality: Punctuality,
    shortfall: Shortfall,
    waiting: int,
    coded: int,
) -> None:
    frames = Topic[Frame]("frames")
    sink = Sink()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            encode_video(frames, encoder, [sink], punctuality, frames_waiting=waiting)
        )
        await asyncio.sleep(0)
        for index in range(20):
            frames.publish(frame(index))
        frames.close()
    instants = [sink.taken.get_nowait().timestamp_unix_ns for _ in range(sink.taken.qsize())]
    assert instants == [index * FRAME_NS for index in range(20 - coded, 20)]
    assert shortfall.left_out == ({"world": 20 - coded} if coded < 20 else {})


async def test_frames_that_come_too_late_are_not_coded(
    encoder: H264Encoder, punctuality: Punctuality, clock: ManualClock, shortfall: Shortfall
) -> None:
    frames = Topic[Frame]("frames")
    sink = Sink()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(encode_video(frames, encoder, [sink], punctuality))
        await asyncio.sleep(0)
        frames.publish(frame(0))
        await sink.taken.get()
        clock.advance(6 * FRAME_NS + 300_000_000)
        for index in range(4, 8):
            frames.publish(frame(index))
        frames.close()
    instants = [sink.taken.get_nowait().timestamp_unix_ns for _ in range(sink.taken.qsize())]
    assert instants == [6 * FRAME_NS, 7 * FRAME_NS]
    assert shortfall.left_out == {"world": 2}


async def test_a_late_frame_that_nobody_wants_is_not_left_out(
    encoder: H264Encoder, punctuality: Punctuality, clock: ManualClock, shortfall: Shortfall
) -> None:
    frames = Topic[Frame]("frames")
    sink = Sink()
    sink.is_wanted = False
    clock.advance(60_000_000_000)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(encode_video(frames, encoder, [sink], punctuality))
        await asyncio.sleep(0)
        for index in range(4):
            frames.publish(frame(index))
        frames.close()
    assert shortfall.left_out == {}


async def test_after_a_pause_coding_begins_with_a_key_frame(
    encoder: H264Encoder, punctuality: Punctuality
) -> None:
    frames = Topic[Frame]("frames")
    sink, other = Sink(), Sink()
    other.is_wanted = False
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(encode_video(frames, encoder, [sink, other], punctuality))
        await asyncio.sleep(0)
        frames.publish(frame(0))
        await sink.taken.get()
        sink.is_wanted = False
        frames.publish(frame(1))
        await asyncio.sleep(0)
        sink.is_wanted = True
        frames.publish(frame(2))
        unit = await sink.taken.get()
        frames.close()
    assert unit.timestamp_unix_ns == 2 * FRAME_NS
    assert unit.is_keyframe


class Receiver:
    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        self.packets += [RtpPacket.parse(packet) for packet in packets]
        return True

    def send_rtcp(self, packet: bytes) -> None:
        pass


async def test_a_large_picture_arrives_whole_over_several_bursts() -> None:
    clock = ManualClock()
    sender = RtpSender(payload_type=96, clock_hz=90_000, ssrc=1)
    stream = RtpStream(sender, clock, cname="test", has_keyframes=True)
    track, receiver = VideoTrack(stream), Receiver()
    assert not track.is_wanted
    stream.join(receiver)
    clock.advance(10_000_000)
    assert track.is_wanted
    assert track.wants_keyframe
    slice_ = b"\x65\x88" + bytes(range(256)) * 400
    unit = AccessUnit(timestamp_unix_ns=clock.unix_ns(), nal_units=(slice_,), is_keyframe=True)
    await track.take(unit)
    assert len(receiver.packets) > 48
    assert [packet.marker for packet in receiver.packets] == [False] * (
        len(receiver.packets) - 1
    ) + [True]
    assert len({packet.timestamp for packet in receiver.packets}) == 1
    depacketizer = Depacketizer()
    pictures: list[CodedPicture] = []
    for packet in receiver.packets:
        pictures += depacketizer.push(packet)
    assert [picture.nal_units for picture in pictures] == [(slice_,)]
