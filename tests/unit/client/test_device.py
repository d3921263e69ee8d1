import asyncio
import json
from contextlib import aclosing
from uuid import UUID

import numpy as np
import pytest

from gazewire.client.camera_control import CameraState, ControlStateEnum, ControlStateInteger
from gazewire.client.device import Device, DeviceError
from gazewire.client.models import (
    DiscoveredDeviceInfo,
    Event,
    Hardware,
    InvalidTemplateAnswersError,
    Phone,
    Sensor,
)
from gazewire.device import DEFAULT_TEMPLATE, INVISIBLE, Refusal
from gazewire.device.envelope import refuse
from gazewire.device.faults import parse_fault
from gazewire.net import HttpRequest, HttpResponse, HttpRoute, HttpServer
from gazewire.wire.rest import JSON_CONTENT_TYPE, RestPath, serialize_answer

TIME_LIMIT_S = 10

ITEM = {item.title: str(item.id) for item in DEFAULT_TEMPLATE.items}

# Each call, and the path that it asks last.
CALLS = [
    lambda device: device.get_status(),
    lambda device: device.recording_start(),
    lambda device: device.recording_stop_and_save(),
    lambda device: device.recording_cancel(),
    lambda device: device.send_event("a"),
    lambda device: device.get_template(),
    lambda device: device.get_template_data(),
    lambda device: device.get_template_data("api"),
    lambda device: device.post_template_data({}),
    lambda device: device.get_calibration(),
    lambda device: device.get_camera_state(),
    lambda device: device.set_camera_state(gain=50),
]


@pytest.fixture
async def client(device):
    async with Device("127.0.0.1", device.http_port) as client:
        yield client


class ScriptedPhone:
    """Answers each path with what it is told to, and notes what it was asked."""

    def __init__(self, **results: object) -> None:
        self.results = results
        self.asked: list[HttpRequest] = []
        self.server = HttpServer(
            [
                HttpRoute(method, RestPath[name], self._answer)
                for name in results
                for method in ("GET", "POST")
            ],
            host="127.0.0.1",
            port=0,
            refuse=refuse,
        )

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        self.asked.append(request)
        result = self.results[RestPath(request.path).name]
        if callable(result):
            result = result(request)
        return HttpResponse(body=serialize_answer(result), content_type=JSON_CONTENT_TYPE)


async def test_the_status_is_read(client) -> None:
    status = await client.get_status()
    assert isinstance(status.phone, Phone)
    assert status.hardware.version == "2.0"
    assert status.direct_world_sensor().url.startswith("rtsp://127.0.0.1:")
    assert status.direct_audio_sensor().url == status.direct_world_sensor().url


async def test_a_recording_is_started_and_saved(client) -> None:
    recording_id = await client.recording_start()
    assert UUID(recording_id)
    assert (await client.get_status()).recording.id == recording_id
    assert (await client.recording_stop_and_save()) is None
    assert (await client.get_status()).recording is None


async def test_a_recording_is_cancelled(client) -> None:
    await client.recording_start()
    assert (await client.recording_cancel()) is None
    assert (await client.get_status()).recording is None


async def test_a_refusal_is_told_in_the_words_of_the_device(serve) -> None:
    async with (
        serve(refuse=frozenset({Refusal.BATTERY})) as device,
        Device("127.0.0.1", device.http_port) as client,
    ):
        with pytest.raises(DeviceError, match=r"[Bb]attery") as refused:
            await client.recording_start()
    assert refused.value.status == 500
    assert refused.value.args == (500, refused.value.message)


async def test_a_recording_without_an_id_is_an_error() -> None:
    phone = ScriptedPhone(RECORDING_START=None)
    async with phone.server, Device("127.0.0.1", phone.server.port) as client:
        with pytest.raises(DeviceError, match="does not say which"):
            await client.recording_start()


@pytest.mark.parametrize("timestamp", [0, 1744294828362928800, np.int64(5)])
async def test_an_event_keeps_its_instant(client, timestamp) -> None:
    assert await client.send_event("trial 1", timestamp) == Event("trial 1", None, timestamp)


async def test_an_event_without_an_instant_is_stamped_on_arrival(client) -> None:
    recording_id = await client.recording_start()
    event = await client.send_event("trial 1")
    assert event.recording_id == recording_id
    assert event.timestamp > 1_700_000_000 * 10**9


async def test_an_instant_is_a_whole_number(client) -> None:
    with pytest.raises(TypeError):
        await client.send_event("trial 1", 1.5)


async def test_the_template_is_fetched_and_kept(client) -> None:
    template = await client.get_template()
    assert template.name == DEFAULT_TEMPLATE.name
    assert client.template_definition is template


async def test_answers_are_posted_and_read_in_both_formats(client) -> None:
    answers = {
        ITEM["Trial"]: 7,
        ITEM["Distance to the screen"]: 0.5,
        ITEM["Light"]: ["lamps"],
        ITEM["Visual aids"]: ["glasses", "contact lenses"],
        ITEM["Remarks"]: "none",
    }
    posted = await client.post_template_data(answers)
    assert posted[ITEM["Trial"]] == ["7"]
    assert await client.get_template_data() == {
        **answers,
        ITEM["Remarks"]: ["none"],
        ITEM["Task"]: ["free viewing"],
    }
    as_devices_speak = await client.get_template_data("api")
    assert as_devices_speak[ITEM["Distance to the screen"]] == ["0.5"]
    assert await client.post_template_data(as_devices_speak, "api") == as_devices_speak


async def test_unanswered_choices_do_not_block_a_post_and_answers_are_taken_back(client) -> None:
    # The device stores [""] for each of them.
    await client.post_template_data({ITEM["Trial"]: 7.0, ITEM["Light"]: ["dark"]})
    await client.post_template_data({ITEM["Trial"]: None, ITEM["Light"]: []})
    data = await client.get_template_data()
    assert data[ITEM["Trial"]] is None
    assert data[ITEM["Light"]] == data[ITEM["Visual aids"]] == []


async def test_wrong_answers_are_not_posted(client) -> None:
    before = await client.get_template_data("api")
    with pytest.raises(InvalidTemplateAnswersError):
        await client.post_template_data({ITEM["Light"]: ["moon"]})
    with pytest.raises(InvalidTemplateAnswersError):
        await client.post_template_data({ITEM["Task"]: ""})
    assert await client.get_template_data("api") == before


async def test_answers_that_the_phone_keeps_of_another_template_are_no_hindrance() -> None:
    definition = json.loads(DEFAULT_TEMPLATE.serialize_answer())["result"]

    def data(request: HttpRequest) -> dict:
        kept = {ITEM["Task"]: ["x"], "00000000-0000-0000-0000-000000000000": ["old"]}
        return kept if request.method == "GET" else json.loads(request.body)

    phone = ScriptedPhone(TEMPLATE_DEF=definition, TEMPLATE_DATA=data)
    async with phone.server, Device("127.0.0.1", phone.server.port) as client:
        posted = await client.post_template_data({ITEM["Trial"]: 42, ITEM["Light"]: []})
    # Texts alone, and no empty list: so phones want it.
    assert posted == {ITEM["Trial"]: ["42"], ITEM["Light"]: [""]}


@pytest.mark.parametrize("definition", [None, [], {"id": 1}])
async def test_a_template_that_is_none_is_an_error_of_the_device(definition) -> None:
    phone = ScriptedPhone(TEMPLATE_DEF=definition)
    async with phone.server, Device("127.0.0.1", phone.server.port) as client:
        with pytest.raises(DeviceError, match="template"):
            await client.get_template()


@pytest.mark.parametrize("status", [None, {}, [], [{"model": "Hardware", "data": {}}]])
async def test_a_status_that_is_none_is_an_error_of_the_device(status) -> None:
    phone = ScriptedPhone(STATUS=status)
    async with phone.server, Device("127.0.0.1", phone.server.port) as client:
        with pytest.raises(DeviceError, match="status"):
            await client.get_status()


async def test_a_format_that_does_not_exist_is_an_assertion(client) -> None:
    with pytest.raises(AssertionError, match="'api' or 'simple'"):
        await client.get_template_data("xml")
    with pytest.raises(AssertionError, match="'api' or 'simple'"):
        await client.post_template_data({}, "xml")


async def test_the_calibration_is_arrays(client) -> None:
    calibration = await client.get_calibration()
    assert calibration.scene_camera_matrix.shape == (3, 3)
    assert calibration.version == 1


async def test_glasses_without_a_calibration_are_an_error(serve) -> None:
    async with (
        serve(product=INVISIBLE) as device,
        Device("127.0.0.1", device.http_port) as client,
    ):
        with pytest.raises(DeviceError, match="Failed to fetch calibration") as refused:
            await client.get_calibration()
    assert refused.value.status == 404


async def test_a_camera_that_is_not_streaming_is_an_error(client) -> None:
    with pytest.raises(DeviceError, match="Camera world might not be connected") as refused:
        await client.get_camera_state()
    assert refused.value.status == 404
    with pytest.raises(DeviceError):
        await client.set_camera_state(gain=50)


async def test_camera_controls_are_read_and_set(client) -> None:
    await client.recording_start()  # which has use for the camera
    state = await client.get_camera_state()
    assert state.ae_mode == ControlStateEnum("auto", ["auto", "manual"])
    await client.set_camera_state(
        ae_mode="manual", man_exp=100, gain=np.int64(60), validate_with_state=state
    )
    after = await client.get_camera_state()
    assert after == CameraState(
        ae_mode=ControlStateEnum("manual", ["auto", "manual"]),
        man_exp=ControlStateInteger(100, 1, 1000),
        gain=ControlStateInteger(60, 0, 100),
        brightness=state.brightness,
        contrast=state.contrast,
        gamma=state.gamma,
    )
    with pytest.raises(ValueError, match="not in range"):
        await client.set_camera_state(brightness=1, man_exp=1001, validate_with_state=state)
    assert await client.get_camera_state() == after


async def test_controls_are_asked_and_set_in_the_order_of_the_official_client() -> None:
    def control(request: HttpRequest) -> dict[str, object]:
        name = next(key for key in request.query if key != "camera")
        if name == "ae_mode":
            return {"control_name": name, "current_value": "auto", "allowed_values": ["auto"]}
        return {"control_name": name, "current_value": 1, "value_min": 0, "value_max": 2}

    phone = ScriptedPhone(CAMERA_CONTROL=control)
    async with phone.server, Device("127.0.0.1", phone.server.port) as client:
        await client.get_camera_state()
        await client.set_camera_state("auto", 1, 2, 3, 4, 5)
    asked = [list(request.query.items()) for request in phone.asked]
    names = ("ae_mode", "man_exp", "contrast", "brightness", "gain", "gamma")
    assert asked[:-1] == [[("camera", "world"), (name, "")] for name in names]
    assert asked[-1] == [
        ("camera", "world"),
        ("ae_mode", "auto"),
        ("man_exp", "1"),
        ("gain", "2"),
        ("brightness", "3"),
        ("contrast", "4"),
        ("gamma", "5"),
    ]
    assert phone.asked[-1].body == b""


async def test_a_control_of_another_kind_is_an_error() -> None:
    control = {"control_name": "ae_mode", "current_value": 1, "value_min": 0, "value_max": 2}
    phone = ScriptedPhone(CAMERA_CONTROL=control)
    async with phone.server, Device("127.0.0.1", phone.server.port) as client:
        with pytest.raises(DeviceError, match="ae_mode"):
            await client.get_camera_state()


@pytest.mark.parametrize("fault", ["http-500", "non-json"])
@pytest.mark.parametrize("call", CALLS)
async def test_whatever_a_device_answers_the_error_is_one_of_the_device(
    device, client, fault: str, call
) -> None:
    await device.faults.start(parse_fault(fault))
    with pytest.raises(DeviceError) as failed:
        await call(client)
    status, message = failed.value.args
    assert status == (500 if fault == "http-500" else 200)
    assert message


@pytest.mark.parametrize("call", CALLS)
async def test_without_a_device_the_error_is_one_of_the_device(call) -> None:
    async with Device("127.0.0.1", 1) as client:
        with pytest.raises(DeviceError, match="cannot connect"):
            await call(client)


@pytest.mark.parametrize("call", CALLS)
async def test_a_closed_client_says_so(client, call) -> None:
    await client.close()
    await client.close()
    assert client.session is None
    with pytest.raises(DeviceError, match="closed"):
        await call(client)


async def test_a_closed_client_can_be_entered_again(client) -> None:
    await client.close()
    async with client:
        assert await client.get_status()


async def test_a_client_can_be_made_without_an_event_loop(device) -> None:
    client = await asyncio.to_thread(Device, "127.0.0.1", device.http_port)
    assert await client.get_status()
    await client.close()


async def test_a_discovered_device_is_asked_where_it_answers(device) -> None:
    info = DiscoveredDeviceInfo(
        name="PI monitor:test:0123456789abcdef._http._tcp.local.",
        server="neon.local.",
        port=device.http_port,
        addresses=["127.0.0.2", "127.0.0.1"],
    )
    async with Device.from_discovered_device(info) as client:
        assert (client.address, client.full_name) == ("127.0.0.2", info.name)
        await client.get_status()
        assert client.address == "127.0.0.1"
        assert repr(client) == f"Device(ip=127.0.0.1, port={device.http_port}, dns=neon.local.)"


async def test_status_updates_begin_with_everything_and_go_on_with_changes(device, client) -> None:
    told = []
    async with asyncio.timeout(TIME_LIMIT_S), aclosing(client.status_updates()) as updates:
        async for component in updates:
            told.append(component)
            if component == Event("a", None, 5):
                break
            if len(told) == 1:
                await client.send_event("a", 5)
    assert {type(component) for component in told} == {Phone, Hardware, Sensor, Event}
    assert len(set(told)) == len(told)


async def test_status_updates_can_be_left_without_closing_them(client) -> None:
    async for component in client.status_updates():
        assert component
        break


async def test_cancelling_status_updates_cancels_whoever_waits(client) -> None:
    async def follow() -> None:
        async for _ in client.status_updates():
            pass

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_status_updates_end_when_the_client_is_closed(client) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        async for _ in client.status_updates():
            await client.close()


async def test_status_updates_of_a_closed_client_say_so(client) -> None:
    await client.close()
    with pytest.raises(DeviceError, match="closed"):
        await anext(client.status_updates())
