import pytest

from gazewire.client.models import (
    ConnectionType,
    Event,
    Hardware,
    Phone,
    Recording,
    Sensor,
    SensorName,
    Status,
)

PHONE = Phone(97, "OK", "d55a33b5ab845785", "Neon Companion", "192.168.1.21", 1, "OK")
WORLD = Sensor("world", "DIRECT", True, "192.168.1.21", "camera=world", 8086, "rtsp", False)
GAZE = WORLD._replace(sensor="gaze", params="camera=gaze")


def raw(*components: tuple) -> list[dict]:
    return [{"model": type(part).__name__, "data": part._asdict()} for part in components]


def test_a_status_is_read_and_sound_stands_beside_the_scene_camera() -> None:
    recording = Recording("START", "r", "", 1)
    hardware = Hardware(version="2.0")
    status = Status.from_dict(raw(WORLD, GAZE, PHONE, hardware, recording))
    assert (status.phone, status.hardware, status.recording) == (PHONE, hardware, recording)
    assert [sensor.sensor for sensor in status.sensors] == ["audio", "gaze", "world"]
    assert status.direct_audio_sensor().url == WORLD.url


def test_sound_is_not_connected_where_the_scene_camera_is_not() -> None:
    status = Status.from_dict(raw(PHONE, Sensor("world", "DIRECT")))
    assert not status.direct_audio_sensor().connected
    assert status.direct_audio_sensor().url is None


def test_sensors_are_sorted_connected_ones_first_then_by_way_and_name() -> None:
    sensors = [
        GAZE._replace(connected=False),
        GAZE._replace(conn_type="WEBSOCKET"),
        GAZE._replace(sensor="imu"),
        GAZE._replace(sensor="eyes"),
    ]
    status = Status.from_dict(raw(PHONE, *sensors))
    assert status.sensors == [sensors[3], sensors[2], sensors[1], sensors[0]]


def test_components_that_cannot_be_read_are_left_out(caplog) -> None:
    parts = [{"model": "Later", "data": {}}, {"model": "Sensor", "data": {}}, None]
    status = Status.from_dict([*parts, *raw(PHONE, GAZE)])
    assert status.sensors == [GAZE]
    assert len(caplog.records) == 3


def test_a_status_needs_a_phone() -> None:
    with pytest.raises(ValueError, match="Phone"):
        Status.from_dict(raw(GAZE))


def test_updates_enter_the_status() -> None:
    status = Status(PHONE, Hardware(), [], None)
    phone = PHONE._replace(battery_level=1)
    for component in (phone, Hardware(version="1"), Recording("STOP", "r", "", 1), GAZE):
        status.update(component)
    assert status == Status(phone, Hardware(version="1"), [GAZE], Recording("STOP", "r", "", 1))
    status.update(Event("a", None, 1))
    assert status.phone == phone


def test_a_sensor_that_appears_later_enters_the_status_in_order() -> None:
    status = Status.from_dict(raw(PHONE, GAZE))
    status.update(WORLD)
    assert [sensor.sensor for sensor in status.sensors] == ["audio", "gaze", "world"]
    status.update(WORLD._replace(connected=False))
    assert [sensor.sensor for sensor in status.sensors] == ["gaze", "audio", "world"]


def test_a_peer_cannot_make_a_status_grow_for_ever() -> None:
    status = Status.from_dict(raw(PHONE))
    for number in range(1000):
        status.update(GAZE._replace(sensor=str(number)))
    assert len(status.sensors) == 64


def test_sensors_are_found_by_name_and_way() -> None:
    tunnel = GAZE._replace(conn_type="WEBSOCKET")
    status = Status.from_dict(raw(PHONE, GAZE, tunnel, WORLD._replace(conn_type="WEBSOCKET")))
    assert list(status.matching_sensors(SensorName.GAZE, ConnectionType.ANY)) == [GAZE, tunnel]
    assert list(status.matching_sensors(SensorName.GAZE, ConnectionType.WEBSOCKET)) == [tunnel]
    assert len(list(status.matching_sensors(SensorName.ANY, ConnectionType.WEBSOCKET))) == 2
    assert len(list(status.matching_sensors(SensorName.ANY, ConnectionType.ANY))) == 3


@pytest.mark.parametrize("name", ["world", "gaze", "imu", "eyes", "eye_events", "audio"])
def test_a_sensor_that_is_not_there_is_not_connected(name: str) -> None:
    status = Status(PHONE, Hardware(), [], None)
    assert getattr(status, f"direct_{name}_sensor")() == Sensor(name, "DIRECT")
