import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gazewire.device import NEON
from gazewire.device.camera_control import CameraControls
from gazewire.device.envelope import refuse
from gazewire.device.recordings import Recordings
from gazewire.device.rest import rest_routes
from gazewire.device.state import DeviceState
from gazewire.device.updates import status_updates_route
from gazewire.model import Event, Hardware, Phone, Recording, Sensor
from gazewire.net import HttpClient, HttpServer
from gazewire.recording import Recordable, Recorder, RecordingFolder
from gazewire.time import ManualClock
from gazewire.wire.rest import parse_component

NOW_NS = 1_700_000_000_000_000_000

PHONE = Phone(
    battery_level=100,
    battery_state="OK",
    device_id="0123456789abcdef",
    device_name="test",
    ip="0.0.0.0",
    memory=1,
    memory_state="OK",
    time_echo_port=12321,
)
SENSORS = [
    Sensor(sensor="gaze", conn_type="DIRECT", connected=True, ip="0.0.0.0", port=8086),
    Sensor(sensor="gaze", conn_type="WEBSOCKET", connected=False, stream_error=False),
]


class NoDisk:
    """A layout that keeps nothing."""

    def write(self, record: Recordable) -> None:
        pass

    def checkpoint(self, now_unix_ns: int) -> None:
        pass

    def finish(self, end_unix_ns: int) -> None:
        pass

    def discard(self) -> None:
        pass


class Api:
    """The REST interface of a device, asked over HTTP."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOW_NS)
        self.state = DeviceState(
            phone=PHONE, hardware=Hardware(), sensors=SENSORS, clock=self.clock
        )
        self.recordings = Recordings(
            self.state,
            self.clock,
            lambda recording_id, start_unix_ns: Recorder(
                folder,
                recording_id=recording_id,
                start_unix_ns=start_unix_ns,
                open_writer=open_nothing,
                clock=self.clock,
            ),
        )
        self.server = HttpServer(
            [
                *rest_routes(
                    NEON,
                    self.state,
                    self.recordings,
                    None,
                    CameraControls(lambda: False),
                    b"calibration",
                    self.clock,
                ),
                status_updates_route(self.state),
            ],
            host="127.0.0.1",
            port=0,
            refuse=refuse,
        )
        self.client = HttpClient()

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, str, object]:
        answer = await self.client.request(method, self.server.url + path, body=body)
        assert answer.content_type.startswith("application/json")
        envelope = json.loads(answer.body)
        return answer.status, envelope["message"], envelope["result"]


def open_nothing(folder: RecordingFolder) -> NoDisk:
    return NoDisk()


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    api = Api(tmp_path)
    async with api.recordings, api.server, api.client:
        yield api


async def test_the_status_lists_sensors_phone_and_hardware_at_our_address(api: Api) -> None:
    status, message, result = await api.ask("GET", "/api/status")
    assert (status, message) == (200, "Success")
    assert isinstance(result, list)
    assert [part["model"] for part in result] == ["Sensor", "Sensor", "Phone", "Hardware"]
    assert result[1]["data"]["ip"] == "127.0.0.1"
    assert result[2]["data"]["ip"] == "127.0.0.1"


async def test_the_status_measures_the_recording_anew_each_time(api: Api) -> None:
    await api.recordings.start()
    api.clock.advance(1_000)
    _, _, result = await api.ask("GET", "/api/status")
    assert isinstance(result, list)
    assert result[-1]["model"] == "Recording"
    assert result[-1]["data"]["rec_duration_ns"] == 1_000


async def test_a_recording_is_started_and_saved(api: Api) -> None:
    status, message, started = await api.ask("POST", "/api/recording:start")
    assert (status, message) == (200, "Started recording")
    api.clock.advance(5)
    status, message, saved = await api.ask("POST", "/api/recording:stop_and_save", b"{}")
    assert (status, message) == (200, "Stopped recording")
    assert isinstance(started, dict)
    assert saved == {"id": started["id"], "rec_duration_ns": 5}


async def test_a_recording_is_started_and_cancelled(api: Api) -> None:
    _, _, started = await api.ask("POST", "/api/recording:start")
    assert await api.ask("POST", "/api/recording:cancel") == (200, "Stopped recording", started)


@pytest.mark.parametrize("path", ["/api/recording:stop_and_save", "/api/recording:cancel"])
async def test_what_is_refused_is_refused_in_words(api: Api, path: str) -> None:
    assert await api.ask("POST", path) == (500, "Not recording", None)


@pytest.mark.parametrize(
    ("timestamp", "stored_ns"), [("", NOW_NS), (',"timestamp":0', 0), (',"timestamp":7', 7)]
)
async def test_an_event_is_stamped_by_its_sender_or_on_arrival(
    api: Api, timestamp: str, stored_ns: int
) -> None:
    body = f'{{"name":"go"{timestamp}}}'.encode()
    status, _, result = await api.ask("POST", "/api/event", body)
    assert status == 200
    assert result == {"name": "go", "recording_id": None, "timestamp": stored_ns}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"name":1}', b'{"name":"a","timestamp":1.5}', b"\xff"]
)
async def test_a_malformed_event_is_the_sender_s_fault(api: Api, body: bytes) -> None:
    status, message, result = await api.ask("POST", "/api/event", body)
    assert status == 400
    assert message
    assert result is None


async def test_an_unknown_path_is_refused_in_the_envelope(api: Api) -> None:
    status, _, result = await api.ask("GET", "/api/nonsense")
    assert (status, result) == (404, None)


async def test_the_calibration_file_is_served_as_it_is(api: Api) -> None:
    answer = await api.client.request("GET", api.server.url + "/calibration.bin")
    assert (answer.status, answer.body) == (200, b"calibration")


async def test_a_status_listener_gets_the_whole_status_and_then_every_change(api: Api) -> None:
    url = api.server.url.replace("http", "ws") + "/api/status"
    async with api.client.websocket(url) as socket:
        snapshot = [parse_component(await socket.receive()) for _ in range(4)]
        assert [type(part) for part in snapshot] == [Phone, Hardware, Sensor, Sensor]
        assert isinstance(snapshot[0], Phone)
        assert snapshot[0].ip == "127.0.0.1"
        await api.ask("POST", "/api/event", b'{"name":"go"}')
        await api.ask("POST", "/api/recording:start")
        event = parse_component(await socket.receive())
        started = parse_component(await socket.receive())
    assert event == Event(name="go", timestamp_unix_ns=NOW_NS)
    assert isinstance(started, Recording)
    assert started.action == "START"


async def test_a_listener_that_leaves_is_forgotten(api: Api) -> None:
    url = api.server.url.replace("http", "ws") + "/api/status"
    async with api.client.websocket(url) as socket:
        await socket.receive()
        assert api.state.changes.has_readers
    while api.state.changes.has_readers:
        await api.ask("GET", "/api/status")
