from __future__ import annotations

import json

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.model import Event, Hardware, NetworkDevice, Phone, Recording, Sensor
from gazewire.wire.rest import (
    Envelope,
    EventRequest,
    RecordingAnswer,
    RestPath,
    UnknownComponent,
    parse_component,
    parse_event_answer,
    parse_status,
    serialize_answer,
    serialize_component,
    serialize_event_answer,
    serialize_status,
    snapshot_order,
    status_order,
)

PHONE = Phone(
    battery_level=97,
    battery_state="OK",
    device_id="d55a33b5ab845785",
    device_name="Neon Companion",
    ip="192.168.1.21",
    memory=99877777408,
    memory_state="OK",
    time_echo_port=12321,
)
PHONE_JSON = (
    '{"data":{"battery_level":97,"battery_state":"OK","device_id":"d55a33b5ab845785",'
    '"device_name":"Neon Companion","ip":"192.168.1.21","memory":99877777408,"memory_state":"OK",'
    '"time_echo_port":12321},"model":"Phone"}'
)
HARDWARE = Hardware(
    version="2.0",
    glasses_serial="-1",
    world_camera_serial="-1",
    module_serial="841684",
    frame_name="Just act natural",
)
HARDWARE_JSON = (
    '{"data":{"frame_name":"Just act natural","glasses_serial":"-1","module_serial":"841684",'
    '"version":"2.0","world_camera_serial":"-1"},"model":"Hardware"}'
)
IMU = Sensor(
    sensor="imu",
    conn_type="WEBSOCKET",
    connected=True,
    ip="192.168.1.21",
    port=8686,
    params="camera=imu&audioenable=off",
    stream_error=False,
)
IMU_JSON = (
    '{"data":{"conn_type":"WEBSOCKET","connected":true,"ip":"192.168.1.21",'
    '"params":"camera=imu&audioenable=off","port":8686,"protocol":"rtsp","sensor":"imu",'
    '"stream_error":false},"model":"Sensor"}'
)
RECORDING = Recording(id="b3a8", action="START", message="started", rec_duration_ns=0)
RECORDING_JSON = (
    '{"data":{"action":"START","id":"b3a8","message":"started","rec_duration_ns":0},'
    '"model":"Recording"}'
)
EVENT = Event(name="grüß", timestamp_unix_ns=1744294828357928800, recording_id="b3a8")
EVENT_JSON = (
    '{"data":{"name":"grüß","recording_id":"b3a8","timestamp":1744294828357928800},"model":"Event"}'
)
LONELY_EVENT = Event(name=None, timestamp_unix_ns=0)
LONELY_EVENT_JSON = '{"data":{"name":null,"recording_id":null,"timestamp":0},"model":"Event"}'
NEIGHBOUR = NetworkDevice(ip="192.168.1.22", device_id="x", device_name="Other", connected=True)
NEIGHBOUR_JSON = (
    '{"data":{"connected":true,"device_id":"x","device_name":"Other","ip":"192.168.1.22"},'
    '"model":"NetworkDevice"}'
)

COMPONENTS = [
    pytest.param(PHONE, PHONE_JSON, id="phone"),
    pytest.param(HARDWARE, HARDWARE_JSON, id="hardware"),
    pytest.param(IMU, IMU_JSON, id="sensor"),
    pytest.param(RECORDING, RECORDING_JSON, id="recording"),
    pytest.param(EVENT, EVENT_JSON, id="event"),
    pytest.param(LONELY_EVENT, LONELY_EVENT_JSON, id="event without name and recording"),
    pytest.param(NEIGHBOUR, NEIGHBOUR_JSON, id="network device"),
]


@pytest.mark.parametrize(("component", "text"), COMPONENTS)
def test_a_component_is_written_compactly_with_sorted_keys(component, text):
    assert serialize_component(component) == text


@pytest.mark.parametrize(("component", "text"), COMPONENTS)
@pytest.mark.parametrize("encode", [str, str.encode])
def test_a_component_is_read_back(component, text, encode):
    assert parse_component(encode(text)) == component


@pytest.mark.parametrize(("component", "text"), COMPONENTS)
def test_keys_that_we_do_not_know_are_ignored(component, text):
    wire = json.loads(text)
    wire["data"]["news"] = [1, {"deep": None}]
    wire["more"] = 1
    assert parse_component(json.dumps(wire)) == component


def test_what_a_phone_does_not_have_it_does_not_mention():
    text = serialize_component(
        Phone(
            battery_level=1,
            battery_state="CRITICAL",
            device_id="x",
            device_name="y",
            ip="127.0.0.1",
            memory=0,
            memory_state="LOW",
        )
    )
    assert "port" not in text


def test_what_glasses_do_not_have_they_do_not_mention():
    assert serialize_component(Hardware(glasses_serial=None)) == (
        '{"data":{"version":"unknown","world_camera_serial":"unknown"},"model":"Hardware"}'
    )


def test_a_sensor_of_an_old_app_reads_as_its_client_reads_it():
    sensor = parse_component('{"model":"Sensor","data":{"sensor":"gaze","conn_type":"DIRECT"}}')
    assert sensor == Sensor(sensor="gaze", conn_type="DIRECT", stream_error=True)


def test_html_safe_escapes_of_real_phones_are_read():
    sensor = parse_component(IMU_JSON.replace("=", "\\u003d").replace("&", "\\u0026"))
    assert sensor == IMU


def test_an_unknown_model_is_a_value():
    component = parse_component('{"model":"Tea","data":{"kind":"green"}}')
    assert component == UnknownComponent("Tea", {"kind": "green"})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *((PHONE_JSON, key) for key in json.loads(PHONE_JSON)["data"] if key != "time_echo_port"),
        *((RECORDING_JSON, key) for key in json.loads(RECORDING_JSON)["data"]),
        *((EVENT_JSON, key) for key in json.loads(EVENT_JSON)["data"]),
        *((NEIGHBOUR_JSON, key) for key in json.loads(NEIGHBOUR_JSON)["data"]),
        (IMU_JSON, "sensor"),
        (IMU_JSON, "conn_type"),
    ],
)
def test_a_missing_required_key_is_named_with_its_component(text, key):
    wire = json.loads(text)
    del wire["data"][key]
    with pytest.raises(RemoteProtocolError, match=f"{wire['model']}.*{key}"):
        parse_component(json.dumps(wire))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"model":"Phone"}',
        '{"data":{}}',
        '{"model":5,"data":{}}',
        '{"model":"Phone","data":[]}',
        PHONE_JSON.replace("97", '"97"'),
        PHONE_JSON.replace("97", "97.5"),
        RECORDING_JSON.replace("START", "DANCE"),
        EVENT_JSON.replace("1744294828357928800", "9223372036854775808"),
        b'{"model":"\xff","data":{}}',
        '{"model":"Tea","data":' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_what_is_no_component_is_the_peers_fault(text):
    with pytest.raises(RemoteProtocolError):
        parse_component(text)


# The status


def sensor(name: str, conn_type: str) -> Sensor:
    return Sensor(sensor=name, conn_type=conn_type)


ORDERED_SENSORS = [
    sensor("imu", "WEBSOCKET"),
    sensor("imu", "DIRECT"),
    sensor("world", "WEBSOCKET"),
    sensor("world", "DIRECT"),
]
SHUFFLED = [
    RECORDING,
    sensor("imu", "DIRECT"),
    PHONE,
    sensor("world", "DIRECT"),
    sensor("world", "WEBSOCKET"),
    HARDWARE,
    NEIGHBOUR,
    sensor("imu", "WEBSOCKET"),
]


def test_a_status_names_sensors_first_and_of_each_the_websocket_first():
    assert status_order(SHUFFLED) == [*ORDERED_SENSORS, PHONE, HARDWARE, RECORDING, NEIGHBOUR]


def test_a_snapshot_names_the_phone_first():
    assert snapshot_order(SHUFFLED) == [PHONE, HARDWARE, *ORDERED_SENSORS, RECORDING, NEIGHBOUR]


def test_a_status_is_an_envelope_around_ordered_components():
    body = serialize_status([PHONE, IMU, HARDWARE])
    assert body.decode() == (
        f'{{"message":"Success","result":[{IMU_JSON},{PHONE_JSON},{HARDWARE_JSON}]}}'
    )


def test_a_status_is_read_in_the_order_of_the_sender():
    body = f'{{"message":"Success","result":[{PHONE_JSON},{{"model":"Tea","data":1}},{IMU_JSON}]}}'
    assert parse_status(body.encode()) == [PHONE, UnknownComponent("Tea", 1), IMU]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"result":null}', b'{"result":[1]}', b"[]"])
def test_what_is_no_status_is_the_peers_fault(body):
    with pytest.raises(RemoteProtocolError):
        parse_status(body)


# Envelopes


def test_an_answer_says_success_and_null_by_default():
    assert serialize_answer() == b'{"message":"Success","result":null}'


def test_a_refusal_has_its_reason_for_a_message():
    body = serialize_answer(message="Already recording!")
    assert Envelope.parse(body) == Envelope("Already recording!", None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"message":null}', b"\xff"])
def test_what_is_no_envelope_is_the_peers_fault(body):
    with pytest.raises(RemoteProtocolError):
        Envelope.parse(body)


# Events


@pytest.mark.parametrize(
    ("body", "request_"),
    [
        (b'{"name":"go"}', EventRequest("go")),
        (b'{"name":"go","timestamp":0}', EventRequest("go", 0)),
        (b'{"name":"","timestamp":9223372036854775807}', EventRequest("", 2**63 - 1)),
    ],
)
def test_an_event_request_is_read_and_written(body, request_):
    assert EventRequest.parse(body) == request_
    assert request_.serialize() == body


def test_a_timestamp_of_null_is_none_at_all():
    assert EventRequest.parse(b'{"name":"go","timestamp":null,"x":1}') == EventRequest("go")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"go",
        b"[]",
        b'"go"',
        b"null",
        b"{}",
        b'{"name":null}',
        b'{"name":7}',
        b'{"name":"go","timestamp":true}',
        b'{"name":"go","timestamp":1.0}',
        b'{"name":"go","timestamp":1e3}',
        b'{"name":"go","timestamp":"1"}',
        b'{"name":"go","timestamp":9223372036854775808}',
        b'{"name":"go","timestamp":-9223372036854775809}',
        b'{"name":"go","timestamp":' + b"9" * 5000 + b"}",
        b'{"name":"\xff"}',
        b'{"name":"go","\xff":1}',
        b'{"name":"\\ud800"}',
        b'{"name":"go"}{}',
        b'{"name":"go","x":' + b"[" * 100_000,
    ],
)
def test_a_malformed_event_request_is_refused_as_a_bad_request(body):
    with pytest.raises(RemoteProtocolError) as caught:
        EventRequest.parse(body)
    assert caught.value.status == 400


def test_the_answer_to_an_event_tells_all_three_keys():
    body = serialize_event_answer(LONELY_EVENT)
    assert body == (
        b'{"message":"Success","result":{"name":null,"recording_id":null,"timestamp":0}}'
    )


def test_the_answer_to_an_event_need_not_repeat_the_name():
    body = b'{"message":"Success","result":{"timestamp":5,"recording_id":"b3a8"}}'
    assert parse_event_answer(body, name="go") == Event(
        name="go", timestamp_unix_ns=5, recording_id="b3a8"
    )
    with pytest.raises(RemoteProtocolError, match="timestamp"):
        parse_event_answer(b'{"message":"Success","result":{}}', name="go")


# Recordings


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (RecordingAnswer("b3a8"), '{"id":"b3a8"}'),
        (RecordingAnswer("b3a8", 5), '{"id":"b3a8","rec_duration_ns":5}'),
    ],
)
def test_the_answer_to_a_recording_is_written_and_read(answer, result):
    body = answer.serialize(message="Stopped recording")
    assert body.decode() == f'{{"message":"Stopped recording","result":{result}}}'
    assert RecordingAnswer.parse(body) == answer


def test_phones_answer_null_to_stopping():
    body = b'{"message":"Stopped recording","result":null}'
    assert RecordingAnswer.parse(body) == RecordingAnswer()


def test_paths_are_those_of_the_published_description():
    assert RestPath.RECORDING_STOP_AND_SAVE == "/api/recording:stop_and_save"
    assert {path for path in RestPath if not path.startswith("/api/")} == {"/", "/calibration.bin"}
