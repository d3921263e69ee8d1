import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from gazewire.client._engine.session import DeviceSession
from gazewire.client._engine.status import StatusLink, StatusWatcher
from gazewire.client.device_error import DeviceError
from gazewire.client.models import Event, Hardware, Phone, Recording, Sensor
from gazewire.device.envelope import refuse
from gazewire.device.faults import parse_fault
from gazewire.net import HttpResponse, HttpRoute, HttpServer, WebSocketRoute
from gazewire.wire.rest import JSON_CONTENT_TYPE, RestPath, serialize_answer

PHONE = {
    "battery_level": 97,
    "battery_state": "OK",
    "device_id": "d55a33b5ab845785",
    "device_name": "Neon Companion",
    "ip": "127.0.0.1",
    "memory": 1,
    "memory_state": "OK",
}
GAZE = {"sensor": "gaze", "conn_type": "DIRECT", "connected": True, "ip": "127.0.0.1", "port": 1}
RECORDING = {"id": "r", "action": "START", "message": "", "rec_duration_ns": 1}


def part(model: str, data: dict, **changes: object) -> dict:
    return {"model": model, "data": {**data, **changes}}


class ScriptedPhone:
    """Says over HTTP and its websockets what it is told to say."""

    def __init__(self) -> None:
        self.status: list = [part("Phone", PHONE), part("Sensor", GAZE)]
        self.http_status = 200
        self.script: asyncio.Queue[str | None] = asyncio.Queue()
        self.connections = 0
        self.server = HttpServer(
            [
                HttpRoute("GET", RestPath.STATUS, self._tell_status),
                WebSocketRoute(RestPath.STATUS, self._tell_changes),
            ],
            host="127.0.0.1",
            port=0,
            refuse=refuse,
        )

    def say(self, *messages: object) -> None:
        for message in messages:
            self.script.put_nowait(message if isinstance(message, str) else json.dumps(message))

    def hang_up(self) -> None:
        self.script.put_nowait(None)

    async def _tell_status(self, _):
        return HttpResponse(
            self.http_status, serialize_answer(self.status), content_type=JSON_CONTENT_TYPE
        )

    async def _tell_changes(self, _, socket):
        self.connections += 1
        while (message := await self.script.get()) is not None:
            await socket.send_text(message)


@pytest.fixture
async def phone():
    phone = ScriptedPhone()
    async with phone.server:
        yield phone


class Following:
    """A watcher that runs, and all that its listener was told."""

    def __init__(self, session: DeviceSession) -> None:
        self.session = session
        self.watcher = StatusWatcher(session)
        self.told: list = []
        self.watcher.add_listener(self.told.append)

    @property
    def last(self):
        return self.told[-1] if self.told else None


@asynccontextmanager
async def following(port: int):
    session = DeviceSession("127.0.0.1", port)
    following = Following(session)
    running = asyncio.create_task(following.watcher.run())
    try:
        yield following
    finally:
        running.cancel()
        await asyncio.wait({running})
        await session.close()
        if not running.cancelled():
            running.result()


async def test_the_whole_status_is_news_once_though_it_is_told_twice(device, until) -> None:
    async with following(device.http_port) as f:
        await until(lambda: f.watcher.counts.repeated >= len(f.told) > 0)
        assert f.watcher.link is StatusLink.LIVE
        assert len(set(f.told)) == len(f.told)
        assert {type(component) for component in f.told} == {Phone, Hardware, Sensor}
    assert f.watcher.link is StatusLink.IDLE


async def test_status_is_unknown_before_it_was_told() -> None:
    watcher = StatusWatcher(DeviceSession("127.0.0.1", 1))
    with pytest.raises(DeviceError, match="has not told its status yet"):
        _ = watcher.status


async def test_what_was_read_before_is_no_news(phone, until) -> None:
    async with following(phone.server.port) as f:
        assert len(await f.watcher.read()) == 2
        phone.say(part("Phone", PHONE, battery_level=96))
        await until(lambda: f.told)
        assert [component.battery_level for component in f.told] == [96]
        assert f.watcher.status.phone.battery_level == 96


async def test_a_status_stays_as_it_was_when_the_next_one_comes(phone, until) -> None:
    async with following(phone.server.port) as f:
        await until(lambda: len(f.told) == 2)
        before = f.watcher.status
        phone.say(part("Sensor", GAZE, connected=False))
        await until(lambda: len(f.told) == 3)
        assert before.direct_gaze_sensor().connected
        assert not f.watcher.status.direct_gaze_sensor().connected


async def test_an_unknown_model_is_counted_and_reported_once(serve, until, caplog) -> None:
    async with serve("unknown-model:model=Later") as device, following(device.http_port) as f:
        await until(lambda: f.watcher.counts.unknown == 1)
        await device.faults.start(parse_fault("unknown-model:model=Later"))
        await until(lambda: f.watcher.counts.unknown == 2)
        assert f.watcher.status.direct_gaze_sensor().connected
    assert sum("'Later'" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize("model", ["Sensor", "Phone"])
async def test_an_incomplete_component_is_counted_and_the_rest_followed(
    serve, until, caplog, model
) -> None:
    async with (
        serve(f"incomplete-component:model={model}") as device,
        following(device.http_port) as f,
    ):
        await until(lambda: f.watcher.counts.incomplete)
        await device.faults.clear()
        await device.faults.start(parse_fault("unplug:sensor=gaze"))
        await until(lambda: not f.watcher.status.direct_gaze_sensor().connected)
    assert sum("malformed" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize(
    "message",
    ["", "nonsense", "[]", "7", "null", '{"model":7,"data":{}}', "[" * 9000, '{"model":"Phone"}'],
)
async def test_a_message_that_is_no_component_is_counted(phone, until, message) -> None:
    async with following(phone.server.port) as f:
        phone.say(message, part("Phone", PHONE, battery_level=1))
        await until(lambda: f.told and f.watcher.status.phone.battery_level == 1)
        assert f.watcher.counts.unknown == 1


async def test_a_sensor_that_appears_later_enters_the_status(phone, until) -> None:
    async with following(phone.server.port) as f:
        imu = part("Sensor", GAZE, sensor="imu")
        phone.say(imu)
        await until(lambda: len(f.told) == 3)
        assert f.watcher.status.direct_imu_sensor().connected


async def test_a_repeated_sensor_is_no_change(serve, until) -> None:
    async with serve() as device, following(device.http_port) as f:
        await until(lambda: f.watcher.counts.repeated >= len(f.told) > 0)
        known, repeated = len(f.told), f.watcher.counts.repeated
        await device.faults.start(parse_fault("repeated-sensor:sensor=gaze"))
        await until(lambda: f.watcher.counts.repeated == repeated + 1)
        assert len(f.told) == known


async def test_a_reboot_is_survived_and_what_changed_meanwhile_is_told(serve, until) -> None:
    async with serve() as device, following(device.http_port) as f:
        await until(lambda: f.watcher.counts.repeated >= len(f.told) > 0)
        known = len(f.told)
        await device.faults.start(parse_fault("reboot:after=0,for=0.3"))
        await until(lambda: f.watcher.link is StatusLink.RECONNECTING)
        await device.faults.start(parse_fault("unplug:sensor=imu"))
        await until(lambda: f.watcher.link is StatusLink.LIVE)
        await until(lambda: not f.watcher.status.direct_imu_sensor().connected)
        assert {component.sensor for component in f.told[known:]} == {"imu"}
        assert f.watcher.counts.connections == 2


async def test_a_device_that_is_not_there_yet_is_waited_for(serve, until, device) -> None:
    port = device.http_port
    await device.faults.start(parse_fault("reboot:after=0,for=0.3"))
    async with following(port) as f:
        await asyncio.sleep(0)
        assert f.watcher.link is StatusLink.CONNECTING
        await until(lambda: f.told)
        assert f.watcher.link is StatusLink.LIVE


async def test_the_websocket_tells_what_cannot_be_read_over_http(phone, until) -> None:
    phone.http_status = 500
    async with following(phone.server.port) as f:
        phone.say(part("Sensor", GAZE), part("Phone", PHONE))
        await until(lambda: len(f.told) == 2)
        assert f.watcher.status.direct_gaze_sensor().connected


async def test_a_status_without_a_phone_cannot_be_read(phone) -> None:
    phone.status = [part("Sensor", GAZE)]
    session = DeviceSession("127.0.0.1", phone.server.port)
    with pytest.raises(DeviceError, match="no Phone"):
        await StatusWatcher(session).read()
    await session.close()


async def test_what_is_not_there_any_more_after_a_reconnection_is_over(phone, until) -> None:
    phone.status += [part("Hardware", {"version": "2.0"}), part("Recording", RECORDING)]
    async with following(phone.server.port) as f:
        await until(lambda: len(f.told) == 4)
        assert f.watcher.status.recording.action == "START"
        phone.status = [part("Phone", PHONE)]
        phone.hang_up()
        await until(lambda: f.watcher.counts.connections == 2)
        await until(lambda: len(f.told) == 6)
        gaze = f.watcher.status.direct_gaze_sensor()
        assert (gaze.connected, gaze.url) == (False, None)
        assert f.watcher.status.hardware == Hardware()
        assert f.watcher.status.recording is None


async def test_what_cannot_be_read_after_a_reconnection_is_not_over(phone, until) -> None:
    phone.status.append(part("Recording", RECORDING))
    async with following(phone.server.port) as f:
        await until(lambda: len(f.told) == 3)
        phone.status[1:] = [part("Sensor", {"sensor": "gaze"})]
        phone.hang_up()
        await until(lambda: f.watcher.counts.connections == 2)
        await until(lambda: f.watcher.counts.incomplete == 1)
        assert f.watcher.status.direct_gaze_sensor().connected
        assert f.watcher.status.recording.action == "START"


async def test_a_recording_that_only_grew_is_no_change(phone, until) -> None:
    async with following(phone.server.port) as f:
        phone.say(
            part("Recording", RECORDING),
            part("Recording", RECORDING, rec_duration_ns=9),
            part("Recording", RECORDING, action="STOP", rec_duration_ns=10),
        )
        await until(lambda: f.last and getattr(f.last, "action", "") == "STOP")
        actions = [part.action for part in f.told if isinstance(part, Recording)]
        assert actions == ["START", "STOP"]
        assert f.watcher.status.recording.rec_duration_ns == 10


async def test_every_event_is_told_though_equal_to_the_one_before(phone, until) -> None:
    event = part("Event", {"name": "a", "recording_id": None, "timestamp": 5})
    async with following(phone.server.port) as f:
        phone.say(event, event)
        await until(lambda: f.told.count(Event("a", None, 5)) == 2)


async def test_a_broken_direct_stream_is_an_error_when_it_begins(phone, until) -> None:
    ways = ("WEBSOCKET", "DIRECT")
    broken = [part("Sensor", GAZE, conn_type=way, stream_error=True) for way in ways]
    well = [part("Sensor", GAZE, conn_type=way, stream_error=False) for way in ways]
    async with following(phone.server.port) as f:
        phone.say(*well, *broken, *broken)
        await until(lambda: f.watcher.counts.repeated == 2)
        assert f.watcher.take_errors() == ["Stream error in sensor gaze"]
        known = len(f.told)
        phone.say(*broken, *well, broken[1])
        await until(lambda: len(f.told) == known + 3)
        assert f.watcher.take_errors() == ["Stream error in sensor gaze"]
        assert f.watcher.take_errors() == []


async def test_an_app_that_does_not_speak_of_errors_has_none(serve, until) -> None:
    async with serve(older_app=True) as device, following(device.http_port) as f:
        await until(lambda: f.watcher.counts.repeated >= len(f.told) > 0)
        assert f.watcher.status.direct_gaze_sensor().stream_error
        assert f.watcher.take_errors() == []


async def test_the_reason_of_a_failed_recording_is_an_error_once(phone, until) -> None:
    failed = part("Recording", RECORDING, action="ERROR", message="Recording Watchdog failure")
    async with following(phone.server.port) as f:
        phone.say(failed, failed)
        await until(lambda: f.watcher.counts.repeated)
        assert f.watcher.take_errors() == ["Recording Watchdog failure"]


async def test_a_listener_can_be_removed(phone, until) -> None:
    async with following(phone.server.port) as f:
        await until(lambda: len(f.told) == 2)
        f.watcher.remove_listener(f.told.append)
        phone.say(part("Phone", PHONE, battery_level=1))
        await until(lambda: f.watcher.status.phone.battery_level == 1)
        assert len(f.told) == 2


async def test_following_ends_when_the_session_is_closed(phone, until) -> None:
    session = DeviceSession("127.0.0.1", phone.server.port)
    watcher = StatusWatcher(session)
    running = asyncio.create_task(watcher.run())
    await until(lambda: watcher.link is StatusLink.LIVE)
    async with asyncio.timeout(3):
        await session.close()
        await running
    assert watcher.link is StatusLink.IDLE


async def test_a_phone_that_hangs_up_at_once_does_not_fill_the_log(phone, until, caplog) -> None:
    for _ in range(4):
        phone.hang_up()
    async with following(phone.server.port) as f:
        await until(lambda: f.watcher.counts.connections == 4)
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []
