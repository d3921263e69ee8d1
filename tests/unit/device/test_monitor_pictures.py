from __future__ import annotations

import asyncio
import io
from collections.abc import Callable

import av
import pytest

from gazewire.device.monitor.pictures import CameraName, Picture, Pictures
from gazewire.flow import Topic
from gazewire.model import Frame

FRAME_NS = 33_333_333
START_NS = 1_700_000_000_000_000_000


@pytest.fixture
def frames() -> Topic[Frame]:
    return Topic[Frame]("scene frames")


async def publish(topic: Topic[Frame], frame: Frame) -> None:
    """Publish a frame as soon as somebody wants one."""
    while not topic.has_readers:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)
    topic.publish(frame)


def gray_frame(width: int, height: int, timestamp_unix_ns: int = START_NS) -> Frame:
    return Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=timestamp_unix_ns,
        width=width,
        height=height,
        pixel_format="gray",
        data=bytes(width * height),
    )


def size_of(jpeg: bytes) -> tuple[int, int]:
    with av.open(io.BytesIO(jpeg), format="jpeg_pipe") as container:
        (picture,) = container.decode(video=0)
        return picture.width, picture.height


@pytest.mark.parametrize(("camera", "number"), [("scene", b"\x00"), ("eyes", b"\x01")])
def test_a_picture_is_written_as_13_bytes_and_the_jpeg(camera: CameraName, number: bytes) -> None:
    picture = Picture(camera, 0x1797_9CFE_362A_0000, 1600, 1200, b"\xff\xd8 jpeg")
    head = number + b"\x17\x97\x9c\xfe\x36\x2a\x00\x00" + b"\x06\x40\x04\xb0"
    assert picture.to_bytes() == head + b"\xff\xd8 jpeg"


async def test_a_wide_picture_is_made_smaller_and_keeps_its_time_and_its_size_in_words(
    frames: Topic[Frame],
) -> None:
    pictures = Pictures("scene", frames, interval_ns=60_000_000)
    picture, _ = await asyncio.gather(pictures.next(), publish(frames, gray_frame(1600, 1200)))
    assert picture is not None
    assert (picture.timestamp_unix_ns, picture.width, picture.height) == (START_NS, 1600, 1200)
    assert size_of(picture.jpeg) == (960, 720)


async def test_all_who_wait_are_given_the_same_picture(frames: Topic[Frame]) -> None:
    pictures = Pictures("scene", frames, interval_ns=60_000_000)
    *given, _ = await asyncio.gather(
        *(pictures.next() for _ in range(3)), publish(frames, gray_frame(64, 48))
    )
    assert given[0] is not None
    assert given[0] is given[1] is given[2]


async def test_a_picture_that_was_ready_before_it_was_asked_for_is_not_given(
    frames: Topic[Frame],
) -> None:
    pictures = Pictures("scene", frames, interval_ns=60_000_000)
    await asyncio.gather(pictures.next(), publish(frames, gray_frame(64, 48)))
    later = gray_frame(64, 48, START_NS + 1_000_000_000)
    picture, _ = await asyncio.gather(pictures.next(), publish(frames, later))
    assert picture is not None
    assert picture.timestamp_unix_ns == later.timestamp_unix_ns


async def test_of_30_pictures_a_second_every_other_one_is_made(
    frames: Topic[Frame], numbered: Callable[..., Frame]
) -> None:
    pictures = Pictures("scene", frames, interval_ns=60_000_000)
    made = []
    asked = asyncio.ensure_future(pictures.next())
    for index in range(8):
        await publish(frames, numbered(index, START_NS + index * FRAME_NS))
        for _ in range(3):  # turns of the loop, in which a frame that is not due is left out
            await asyncio.sleep(0)
        if not frames.has_readers:
            made.append(await asked)
            asked = asyncio.ensure_future(pictures.next())
    frames.close()
    await asked
    times = [picture.timestamp_unix_ns - START_NS for picture in made if picture is not None]
    assert times == [0, 2 * FRAME_NS, 4 * FRAME_NS, 6 * FRAME_NS]


async def test_nothing_is_read_while_nobody_asks(frames: Topic[Frame]) -> None:
    pictures = Pictures("scene", frames, interval_ns=60_000_000)
    assert not frames.has_readers
    await asyncio.gather(pictures.next(), publish(frames, gray_frame(64, 48)))
    assert not frames.has_readers


async def test_the_others_get_their_picture_though_the_one_who_makes_it_leaves(
    frames: Topic[Frame],
) -> None:
    pictures = Pictures("scene", frames, interval_ns=60_000_000)
    async with asyncio.TaskGroup() as tasks:
        making = tasks.create_task(pictures.next())
        waiting = tasks.create_task(pictures.next())
        while not frames.has_readers:  # noqa: ASYNC110 - turns of the loop, not time
            await asyncio.sleep(0)
        making.cancel()
        await asyncio.wait([making])
        await publish(frames, gray_frame(64, 48))
        assert await waiting is not None


async def test_the_end_of_the_scene_is_told_to_all(frames: Topic[Frame]) -> None:
    pictures = Pictures("scene", frames, interval_ns=60_000_000)
    frames.close()
    assert await asyncio.gather(pictures.next(), pictures.next()) == [None, None]
