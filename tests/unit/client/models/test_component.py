import datetime as dt
import pickle

import pytest

from gazewire.client.models import (
    Event,
    Hardware,
    NetworkDevice,
    Phone,
    Recording,
    Sensor,
    UnknownComponentError,
    parse_component,
)

PHONE = {
    "battery_level": 97,
    "battery_state": "OK",
    "device_id": "d55a33b5ab845785",
    "device_name": "Neon Companion",
    "ip": "192.168.1.21",
    "memory": 99877777408,
    "memory_state": "OK",
    "time_echo_port": 12321,
}
SENSOR = {
    "conn_type": "DIRECT",
    "connected": True,
    "ip": "192.168.1.21",
    "params": "camera=imu&audioenable=on",
    "port": 8086,
    "protocol": "rtsp",
    "sensor": "imu",
    "stream_error": False,
}
EVENT = {"name": "a", "recording_id": "r", "timestamp": 1744294828362928800}


@pytest.mark.parametrize(
    ("raw", "component"),
    [
        ({"model": "Phone", "data": PHONE}, Phone(**PHONE)),
        ({"model": "Phone", "data": PHONE | {"port": 8080}}, Phone(**PHONE)),
        ({"model": "Hardware", "data": {}}, Hardware("unknown", "unknown", "unknown", "unknown")),
        (
            {"model": "Hardware", "data": {"glasses_serial": None, "frame_name": "x"}},
            Hardware(glasses_serial=None),
        ),
        ({"model": "Sensor", "data": SENSOR}, Sensor(**SENSOR)),
        (
            {"model": "Sensor", "data": {"sensor": "gaze", "conn_type": "DIRECT"}},
            Sensor("gaze", "DIRECT", False, None, None, None, "rtsp", True),
        ),
        (
            {
                "model": "Recording",
                "data": {"id": "r", "action": "started", "message": "", "rec_duration_ns": 5},
            },
            Recording("started", "r", "", 5),
        ),
        ({"model": "Event", "data": EVENT}, Event("a", "r", 1744294828362928800)),
        ({"model": "Event", "data": {"timestamp": 0}}, Event(None, None, 0)),
        (
            {
                "model": "NetworkDevice",
                "data": {"ip": "i", "device_id": "d", "device_name": "n", "connected": True},
            },
            NetworkDevice("i", "d", "n", True),
        ),
    ],
)
def test_a_component_is_read(raw: dict, component: tuple) -> None:
    parsed = parse_component(raw)
    assert type(parsed) is type(component)
    assert parsed == component


def test_words_that_are_not_known_yet_are_taken_as_they_come() -> None:
    raw = {"model": "Phone", "data": PHONE | {"battery_state": "CHARGING"}}
    assert parse_component(raw).battery_state == "CHARGING"


@pytest.mark.parametrize(
    "raw",
    [
        {"model": "Later", "data": {}},
        {"model": None, "data": {}},
        {"model": ["Phone"], "data": {}},
        {"model": "Phone"},
        {"data": {}},
        {},
        [],
        None,
        "Phone",
    ],
)
def test_an_unknown_model_is_an_unknown_component(raw: object) -> None:
    with pytest.raises(UnknownComponentError):
        parse_component(raw)


@pytest.mark.parametrize(
    ("model", "data"),
    [
        ("Phone", {key: value for key, value in PHONE.items() if key != "ip"}),
        ("Phone", PHONE | {"battery_level": "97"}),
        ("Sensor", {"sensor": "gaze"}),
        ("Sensor", SENSOR | {"sensor": ["gaze"]}),
        ("Sensor", SENSOR | {"port": "8086"}),
        ("Recording", {"id": "r", "action": "START"}),
        ("Event", {"name": "a", "recording_id": None}),
        ("Event", EVENT | {"timestamp": 0.5}),
        ("Hardware", None),
        ("Hardware", []),
    ],
)
def test_a_component_that_lacks_something_is_a_value_error(model: str, data: object) -> None:
    with pytest.raises(ValueError, match=f"malformed {model}"):
        parse_component({"model": model, "data": data})


def test_errors_show_little_of_what_a_peer_sent() -> None:
    with pytest.raises(ValueError, match="malformed Event") as event:
        parse_component({"model": "Event", "data": {"name": "x" * 100_000}})
    with pytest.raises(UnknownComponentError) as unknown:
        parse_component({"model": "M" * 100_000, "data": "x" * 100_000})
    assert max(len(str(event.value)), len(str(unknown.value))) < 500


@pytest.mark.parametrize(
    ("sensor", "url"),
    [
        (Sensor(**SENSOR), "rtsp://192.168.1.21:8086/?camera=imu&audioenable=on"),
        (Sensor(**SENSOR | {"params": None}), "rtsp://192.168.1.21:8086/?"),
        (Sensor(**SENSOR | {"ip": "fe80::1"}), "rtsp://[fe80::1]:8086/?camera=imu&audioenable=on"),
        (Sensor(**SENSOR | {"connected": False}), None),
        (Sensor("audio", "DIRECT", connected=True), None),
    ],
)
def test_a_url_is_told_where_one_can_be_opened(sensor: Sensor, url: str | None) -> None:
    assert sensor.url == url


def test_an_event_is_dated_to_the_microsecond_without_rounding() -> None:
    event = Event.from_dict(EVENT)
    expected = dt.datetime.fromtimestamp(1744294828).replace(microsecond=362928)
    assert event.datetime == expected
    assert repr(event) == (
        f"Event(name=a recording_id=r timestamp_unix_ns=1744294828362928800 datetime={expected})"
    )


def test_a_recording_tells_its_length_in_seconds() -> None:
    assert Recording("START", "r", "", 1_500_000_000).rec_duration_seconds == 1.5


def test_components_can_be_pickled() -> None:
    sensor = Sensor(**SENSOR)
    assert pickle.loads(pickle.dumps(sensor)) == sensor
