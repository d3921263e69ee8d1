from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor import monitor_routes
from gazewire.device.state import DeviceState
from gazewire.flow import Topic
from gazewire.model import Frame, GazeDatum, Hardware, Phone, Sensor
from gazewire.net import HttpClient, HttpResponse, HttpServer, WebSocket
from gazewire.time import ManualClock

START_NS = 1_700_000_000_000_000_000
GAZE_NS = 5_000_000
PICTURE_NS = 66_666_667

PHONE = Phone(
    battery_level=100,
    battery_state="OK",
    device_id="0123456789abcdef",
    device_name="test",
    ip="127.0.0.1",
    memory=1,
    memory_state="OK",
)


@pytest.fixture
def topics() -> GlassesTopics:
    return GlassesTopics()


@asynccontextmanager
async def serving(topics: GlassesTopics, *, has_scene: bool = True) -> AsyncIterator[str]:
    """Serve the page; gives the address of its feed."""
    world = Sensor(sensor="world", conn_type="DIRECT", connected=has_scene)
    state = DeviceState(phone=PHONE, hardware=Hardware(), sensors=[world], clock=ManualClock())
    routes = monitor_routes(state, topics)

    def refuse(status: int, message: str) -> HttpResponse:
        return HttpResponse(status, message.encode())

    async with HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as server:
        yield f"{server.url}/monitor/feed"


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[WebSocket]:
    """Look at the feed, from after its first message."""
    async with HttpClient() as http, http.websocket(url) as feed:
        await feed.receive()
        yield feed


async def until_read(topic: Topic[Any]) -> None:
    while not topic.has_readers:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)


async def until_unread(topic: Topic[Any]) -> None:
    while topic.has_readers:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)


def gaze(index: int, **fields: Any) -> GazeDatum:
    values = {"x_px": 800.0 + index, "y_px": 600.25} | fields
    return GazeDatum(timestamp_unix_ns=START_NS + index * GAZE_NS, **values)


async def gaze_of(feed: WebSocket) -> list[dict[str, Any]]:
    message = await feed.receive()
    assert isinstance(message, str)
    return list(json.loads(message)["gaze"])


@pytest.mark.parametrize("has_scene", [True, False])
async def test_the_first_message_tells_whether_pictures_will_come(
    topics: GlassesTopics, has_scene: bool
) -> None:
    async with (
        serving(topics, has_scene=has_scene) as url,
        HttpClient() as http,
        http.websocket(url) as feed,
    ):
        assert await feed.receive() == json.dumps({"scene": has_scene}, separators=(",", ":"))


async def test_gaze_is_told_in_batches_of_a_sixtieth_of_a_second(topics: GlassesTopics) -> None:
    async with serving(topics) as url, watching(url) as feed:
        await until_read(topics.gaze)
        for index in range(9):
            topics.gaze.publish(gaze(index))
        batches = [await gaze_of(feed) for _ in range(3)]
    assert [len(batch) for batch in batches] == [1, 4, 4]
    times = [int(datum["t"]) for batch in batches for datum in batch]
    assert times == [START_NS + index * GAZE_NS for index in range(9)]
    assert batches[0] == [{"t": str(START_NS), "worn": True, "points": [[800.0, 600.25]]}]


@pytest.mark.parametrize(
    ("fields", "points"),
    [
        ({"x_px": -40.126, "y_px": 1300.0}, [[-40.13, 1300.0]]),
        ({"x_px": math.nan, "y_px": math.nan}, []),
        (
            {"x_px": math.nan, "y_px": math.nan, "left_px": (1.0, 2.0), "right_px": (3.0, 4.0)},
            [[1.0, 2.0], [3.0, 4.0]],
        ),
        (
            {
                "x_px": math.nan,
                "y_px": math.nan,
                "left_px": (math.nan, 2.0),
                "right_px": (3.0, 4.0),
            },
            [[3.0, 4.0]],
        ),
        ({"left_px": (1.0, 2.0), "right_px": (3.0, 4.0)}, [[800.0, 600.25]]),
    ],
    ids=["outside", "none", "each eye", "one eye", "both together"],
)
async def test_points_are_those_that_were_measured(
    topics: GlassesTopics, fields: dict[str, Any], points: list[list[float]]
) -> None:
    async with serving(topics) as url, watching(url) as feed:
        await until_read(topics.gaze)
        topics.gaze.publish(gaze(0, worn=False, **fields))
        (datum,) = await gaze_of(feed)
    assert datum == {"t": str(START_NS), "worn": False, "points": points}


async def show(topics: GlassesTopics, frame: Frame) -> None:
    """Publish a frame as soon as a viewer is ready for it, and see it taken."""
    await until_read(topics.scene)
    topics.scene.publish(frame)
    await until_unread(topics.scene)


async def picture_of(feed: WebSocket) -> int:
    message = await feed.receive()
    assert isinstance(message, bytes)
    return int.from_bytes(message[:8])


async def test_who_does_not_answer_is_sent_two_pictures_and_all_gaze(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    async with serving(topics) as url, watching(url) as feed:
        times = [START_NS + index * PICTURE_NS for index in range(2)]
        for index, time_ns in enumerate(times):
            await show(topics, numbered(index, time_ns))
        assert [await picture_of(feed), await picture_of(feed)] == times
        topics.gaze.publish(gaze(0))
        assert len(await gaze_of(feed)) == 1


async def test_who_does_not_answer_delays_nobody(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    times = [START_NS + index * PICTURE_NS for index in range(8)]
    async with serving(topics) as url, watching(url) as slow:
        for index in range(2):
            await show(topics, numbered(index, times[index]))
            await picture_of(slow)
        async with watching(url) as other:
            for index in range(2, 8):
                await show(topics, numbered(index, times[index]))
                assert await picture_of(other) == times[index]
                await other.send_text("shown")


async def test_who_answers_late_is_sent_what_is_new_then(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    late_ns = START_NS + 60 * PICTURE_NS
    async with serving(topics) as url, watching(url) as feed:
        for index in range(2):
            await show(topics, numbered(index, START_NS + index * PICTURE_NS))
            await picture_of(feed)
        topics.scene.publish(numbered(2, late_ns - PICTURE_NS))
        await feed.send_text("shown")
        await show(topics, numbered(3, late_ns))
        assert await picture_of(feed) == late_ns


async def test_nothing_is_read_when_the_last_viewer_has_left(topics: GlassesTopics) -> None:
    async with serving(topics) as url:
        async with watching(url):
            await until_read(topics.scene)
            await until_read(topics.gaze)
        await until_unread(topics.scene)
        await until_unread(topics.gaze)


async def test_more_answers_than_pictures_do_no_harm(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    async with serving(topics) as url, watching(url) as feed:
        for _ in range(20):
            await feed.send_text("shown")
        await show(topics, numbered(0, START_NS))
        assert await picture_of(feed) == START_NS
