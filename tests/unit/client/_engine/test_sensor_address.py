from __future__ import annotations

from gazewire.client._engine.sensor_address import SensorAddress
from gazewire.client.models import Sensor

GAZE = Sensor("gaze", "DIRECT", True, "10.0.0.2", "camera=gaze", 8086, "rtsp", False)
TOLD = "rtsp://10.0.0.2:8086/?camera=gaze"
FOUND = "rtsp://192.168.1.9:8086/?camera=gaze"


def address_of(sensor: Sensor | None = GAZE) -> SensorAddress:
    address = SensorAddress(lambda: "192.168.1.9")
    address.update(sensor)
    return address


def test_it_is_where_the_device_says() -> None:
    assert address_of().stream.url == TOLD
    assert address_of(None).stream.url is None


def test_where_nobody_answers_there_it_is_where_the_device_was_found_and_back() -> None:
    address = address_of()
    address.try_other()
    assert address.stream.url == FOUND
    address.try_other()
    assert address.stream.url == TOLD


def test_the_place_outlasts_a_sensor_that_is_unplugged() -> None:
    address = address_of()
    address.try_other()
    address.update(None)
    assert address.stream.url is None
    address.try_other()
    assert address.stream.url is None
    address.update(GAZE._replace(port=9))
    assert address.stream.url == FOUND.replace("8086", "9")


def test_another_address_of_the_device_is_tried_first() -> None:
    address = address_of()
    address.try_other()
    address.update(GAZE._replace(ip="10.0.0.3"))
    assert address.stream.url == TOLD.replace("0.2", "0.3")


def test_where_data_came_from_no_other_place_is_tried() -> None:
    address = address_of()
    address.prove()
    address.try_other()
    assert address.stream.url == TOLD
    address.update(GAZE._replace(ip="10.0.0.3"))
    address.try_other()
    assert address.stream.url == FOUND
