from __future__ import annotations

import pytest

from gazewire.model import Sensor


def sensor(**fields: object) -> Sensor:
    told = {"connected": True, "ip": "192.168.1.7", "port": 8086, "params": "camera=world"}
    return Sensor(sensor="world", conn_type="DIRECT", **{**told, **fields})


def test_a_connected_sensor_has_the_address_of_its_stream() -> None:
    assert sensor().url == "rtsp://192.168.1.7:8086/?camera=world"


def test_the_scheme_and_missing_parameters_show_in_the_address() -> None:
    assert sensor(protocol="ws", params=None).url == "ws://192.168.1.7:8086/?"


@pytest.mark.parametrize("missing", [{"connected": False}, {"ip": None}, {"port": None}])
def test_a_sensor_that_cannot_be_opened_has_no_address(missing: dict[str, object]) -> None:
    assert sensor(**missing).url is None
