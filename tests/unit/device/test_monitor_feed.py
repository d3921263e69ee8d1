from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor import monitor_routes
from gazewire.device.product import StreamName
from gazewire.device.shortfall import Shortfall
from gazewire.device.state import DeviceState
from gazewire.flow import Topic
from gazewire.model import (
    Blink,
    EyeEvent,
    EyeState,
    Fixation,
    Frame,
    GazeDatum,
    Hardware,
    ImuDatum,
    Onset,
    Phone,
    Saccade,
    Sensor,
)
from gazewire.net import HttpClient, HttpResponse, HttpServer, RtpStream, WebSocket
from gazewire.time import Clock, ManualClock, SystemClock
from gazewire.wire.rtp import RtpSender

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
async def serving(
    topics: GlassesTopics,
    *,
    connected: Sequence[str] = ("world", "gaze"),
    clock: Clock | None = None,
    streams: Mapping[StreamName, RtpStream] | None = None,
    state: DeviceState | None = None,
    shortfall: Shortfall | None = None,
) -> AsyncIterator[str]:
    """Serve the page; gives the address of its feed."""
    sensors = [
        Sensor(sensor=name, conn_type=way, connected=name in connected)
        for name in ("world", "gaze", "eyes")
        for way in ("DIRECT", "WEBSOCKET")
    ]
    state = state or DeviceState(
        phone=PHONE, hardware=Hardware(), sensors=sensors, clock=ManualClock()
    )
    routes = monitor_routes(
        state, topics, clock or SystemClock(), streams or {}, shortfall or Shortfall()
    )

    def refuse(status: int, message: str) -> HttpResponse:
        return HttpResponse(status, message.encode())

    async with HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as server:
        yield f"{server.url}/monitor/feed"


class Viewer:
    """A page that looks at the feed."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket

    async def told(self, kind: str) -> Any:
        """The content of the next text of a kind; other messages are passed over."""
        while True:
            message = await self.socket.receive()
            if isinstance(message, str) and kind in (content := json.loads(message)):
                return content[kind]

    async def ask(self, camera: str, times: int = 1) -> None:
        for _ in range(times):
            await self.say({"want": camera})

    async def say(self, message: object) -> None:
        await self.socket.send_text(json.dumps(message))

    async def picture(self) -> tuple[int, int]:
        """Number of the camera and timestamp of the next picture; texts are passed over."""
        while True:
            message = await self.socket.receive()
            if isinstance(message, bytes):
                return message[0], int.from_bytes(message[1:9])


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[Viewer]:
    """Look at the feed, from after its first message."""
    async with HttpClient() as http, http.websocket(url) as socket:
        await socket.receive()
        yield Viewer(socket)


async def until_read(topic: Topic[Any]) -> None:
    while not topic.has_readers:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)


async def until_unread(topic: Topic[Any]) -> None:
    while topic.has_readers:  # noqa: ASYNC110 - turns of the loop, not time
        await asyncio.sleep(0)


def gaze(index: int, **fields: Any) -> GazeDatum:
    values = {"x_px": 800.0 + index, "y_px": 600.25} | fields
    return GazeDatum(timestamp_unix_ns=START_NS + index * GAZE_NS, **values)


async def test_the_first_message_tells_the_sensors_that_are_connected(
    topics: GlassesTopics,
) -> None:
    async with (
        serving(topics, connected=["world", "eyes"]) as url,
        HttpClient() as http,
        http.websocket(url) as socket,
    ):
        assert await socket.receive() == '{"sensors":["world","eyes"]}'


async def test_sensors_that_come_and_go_are_told(topics: GlassesTopics) -> None:
    world = Sensor(sensor="world", conn_type="DIRECT", connected=False)
    state = DeviceState(phone=PHONE, hardware=Hardware(), sensors=[world], clock=ManualClock())
    async with serving(topics, state=state) as url, watching(url) as viewer:
        state.update(msgspec.structs.replace(PHONE, battery_level=50))
        for connected in (True, False):
            state.update(msgspec.structs.replace(world, connected=connected))
            assert await viewer.told("sensors") == (["world"] if connected else [])


async def test_gaze_is_told_in_batches_of_a_sixtieth_of_a_second(topics: GlassesTopics) -> None:
    async with serving(topics) as url, watching(url) as viewer:
        await until_read(topics.gaze)
        for index in range(9):
            topics.gaze.publish(gaze(index))
        batches = [await viewer.told("gaze") for _ in range(3)]
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
    async with serving(topics) as url, watching(url) as viewer:
        await until_read(topics.gaze)
        topics.gaze.publish(gaze(0, worn=False, **fields))
        (datum,) = await viewer.told("gaze")
    assert datum == {"t": str(START_NS), "worn": False, "points": points}


async def test_pupils_are_told_where_the_state_of_the_eyes_was_measured(
    topics: GlassesTopics,
) -> None:
    left, right = (
        EyeState(
            pupil_diameter_mm=mm, eyeball_center_mm=(0.0, 0.0, 0.0), optical_axis=(0.0, 0.0, 1.0)
        )
        for mm in (3.21456, 4.0)
    )
    async with serving(topics) as url, watching(url) as viewer:
        await until_read(topics.gaze)
        topics.gaze.publish(gaze(0, eye_state_left=left, eye_state_right=right))
        (datum,) = await viewer.told("gaze")
    assert datum["pupils"] == [3.215, 4.0]


async def test_inertial_data_are_told_whole(topics: GlassesTopics) -> None:
    async with serving(topics) as url, watching(url) as viewer:
        await until_read(topics.imu)
        topics.imu.publish(
            ImuDatum(
                timestamp_unix_ns=START_NS,
                gyro_deg_s=(1.234, -2.0, 0.0),
                accel_g=(0.01234, 0.0, -1.0),
                quaternion_wxyz=(1.0, 0.0, 0.0, 0.0),
            )
        )
        (datum,) = await viewer.told("imu")
    assert datum == {"t": str(START_NS), "gyro": [1.23, -2.0, 0.0], "accel": [0.0123, 0.0, -1.0]}


async def test_eye_events_are_told_at_once_also_those_that_have_only_begun(
    topics: GlassesTopics,
) -> None:
    end_ns = START_NS + 1
    movement: dict[str, Any] = {
        "start_unix_ns": START_NS,
        "end_unix_ns": end_ns,
        "start_gaze_px": (0.0, 0.0),
        "end_gaze_px": (0.0, 0.0),
        "mean_gaze_px": (0.0, 0.0),
        "amplitude_px": 0.0,
        "amplitude_deg": 0.0,
        "mean_velocity_px_s": 0.0,
        "max_velocity_px_s": 0.0,
    }
    events: list[EyeEvent] = [
        Fixation(**movement),
        Onset(kind="saccade", start_unix_ns=end_ns),
        Saccade(**movement),
        Blink(start_unix_ns=START_NS, end_unix_ns=end_ns),
    ]
    async with serving(topics) as url, watching(url) as viewer:
        await until_read(topics.eye_events)
        for event in events:
            topics.eye_events.publish(event)
        told = [await viewer.told("eye_events") for _ in events]
    start, end = str(START_NS), str(end_ns)
    assert told == [
        [{"kind": "fixation", "start": start, "end": end}],
        [{"kind": "saccade", "start": end, "end": None}],
        [{"kind": "saccade", "start": start, "end": end}],
        [{"kind": "blink", "start": start, "end": end}],
    ]


async def show(topic: Topic[Frame], frame: Frame) -> None:
    """Publish a frame as soon as a viewer is ready for it, and see it taken."""
    await until_read(topic)
    topic.publish(frame)
    await until_unread(topic)


async def test_who_does_not_ask_is_sent_no_picture_and_all_data(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    async with serving(topics) as url, watching(url) as viewer:
        await until_read(topics.gaze)
        assert not topics.scene.has_readers
        assert not topics.eyes.has_readers
        topics.scene.publish(numbered(0, START_NS))
        topics.gaze.publish(gaze(0))
        assert len(await viewer.told("gaze")) == 1


async def test_who_asks_often_is_sent_a_few_pictures_until_he_asks_again(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    async with serving(topics) as url, watching(url) as viewer:
        await viewer.ask("scene", times=20)
        await until_read(topics.scene)
        shown = 0
        while topics.scene.has_readers:
            await show(topics.scene, numbered(shown, START_NS + shown * PICTURE_NS))
            assert await viewer.picture() == (0, START_NS + shown * PICTURE_NS)
            shown += 1
            await viewer.say({"ping": 1.0})
            await viewer.told("pong")  # so the next picture would be asked for by now
    # Two that waited, and perhaps one that was taken up meanwhile.
    assert shown in {2, 3}


async def test_cameras_are_asked_for_apart(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    async with serving(topics) as url, watching(url) as viewer:
        await viewer.ask("eyes")
        await show(topics.eyes, numbered(0, START_NS))
        assert await viewer.picture() == (1, START_NS)
        assert not topics.scene.has_readers


async def test_who_does_not_ask_delays_nobody(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    async with serving(topics) as url, watching(url), watching(url) as other:
        for index in range(6):
            await other.ask("scene")
            await show(topics.scene, numbered(index, START_NS + index * PICTURE_NS))
            assert await other.picture() == (0, START_NS + index * PICTURE_NS)


async def test_who_asks_late_is_sent_what_is_new_then(
    topics: GlassesTopics, numbered: Callable[..., Frame]
) -> None:
    late_ns = START_NS + 60 * PICTURE_NS
    async with serving(topics) as url, watching(url) as viewer:
        topics.scene.publish(numbered(2, late_ns - PICTURE_NS))
        await viewer.ask("scene")
        await show(topics.scene, numbered(3, late_ns))
        assert await viewer.picture() == (0, late_ns)


async def test_nothing_is_read_when_the_last_viewer_has_left(topics: GlassesTopics) -> None:
    async with serving(topics) as url:
        async with watching(url) as viewer:
            await viewer.ask("scene")
            await until_read(topics.scene)
            await until_read(topics.gaze)
        await until_unread(topics.scene)
        await until_unread(topics.gaze)


async def test_a_ping_is_answered_with_the_time_of_the_device(topics: GlassesTopics) -> None:
    clock = ManualClock(START_NS)
    async with serving(topics, clock=clock) as url, watching(url) as viewer:
        await viewer.say({"ping": 1700000000123.25})
        pong = await viewer.told("pong")
    instant = str(START_NS)
    assert pong == {"ping": 1700000000123.25, "received": instant, "answered": instant}


@pytest.mark.parametrize(
    "nonsense", ["shown", "[]", '{"want":"sound"}', '{"ping":"now"}', "\ud800"]
)
async def test_what_is_no_request_does_no_harm(topics: GlassesTopics, nonsense: str) -> None:
    async with serving(topics) as url, watching(url) as viewer:
        await viewer.socket.send_bytes(nonsense.encode(errors="surrogatepass"))
        await viewer.socket.send_text(nonsense.encode(errors="replace").decode())
        await viewer.say({"ping": 1.0})
        assert (await viewer.told("pong"))["ping"] == 1.0


async def test_the_quality_tells_open_pages_and_what_this_one_missed(
    topics: GlassesTopics,
) -> None:
    async with serving(topics) as url, watching(url) as first:
        assert await first.told("quality") == {
            "pages": 1,
            "missed": 0,
            "dropped": {},
            "left_out": {},
            "lowered_hz": {},
        }
        async with watching(url) as second:
            assert (await second.told("quality"))["pages"] == 2
            for index in range(2_500):  # in one turn of the loop, so that nobody can read them
                topics.gaze.publish(gaze(index))
            assert (await second.told("quality"))["missed"] == 500


async def test_the_quality_tells_what_other_clients_could_not_take(topics: GlassesTopics) -> None:
    def stream() -> RtpStream:
        sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=1, first_sequence=0)
        return RtpStream(sender, ManualClock(), cname="test", has_keyframes=False)

    received, lossy, idle = stream(), stream(), stream()
    received.join(Deaf())
    lossy.dropped = 7
    streams = {"world": received, "gaze": lossy, "imu": idle}
    async with serving(topics, streams=streams) as url, watching(url) as viewer:
        assert (await viewer.told("quality"))["dropped"] == {"world": 0, "gaze": 7}


async def test_the_quality_tells_what_the_device_gives_up(topics: GlassesTopics) -> None:
    shortfall = Shortfall()
    shortfall.leave_out("world", 12)
    shortfall.lower("eyes", 50, 100)
    async with serving(topics, shortfall=shortfall) as url, watching(url) as viewer:
        quality = await viewer.told("quality")
    assert (quality["left_out"], quality["lowered_hz"]) == ({"world": 12}, {"eyes": 50.0})


class Deaf:
    """A receiver that takes nothing."""

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        return False

    def send_rtcp(self, packet: bytes) -> None:
        pass
