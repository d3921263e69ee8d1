import json
from typing import Any

import pytest

from gazewire.device.camera_control import CameraControls, camera_control_routes
from gazewire.errors import DeviceRefusedError, RemoteProtocolError
from gazewire.net import HttpRequest
from gazewire.wire.camera_control import CONTROL_NAMES, CameraControlQuery, ControlName

PATH = "/api/camera_control"


class Camera:
    """Controls of a camera that is in use when the test says so."""

    def __init__(self, *, is_in_use: bool = True) -> None:
        self.is_in_use = is_in_use
        self.controls = CameraControls(lambda: self.is_in_use)

    def value(self, name: ControlName) -> str | int:
        return self.controls.get(CameraControlQuery("world", {name: ""})).current_value

    def set(self, **values: str) -> None:
        self.controls.set(CameraControlQuery.parse({"camera": "world", **values}))

    async def ask(self, method: str, **query: str) -> tuple[int, str, Any]:
        (route,) = (
            route for route in camera_control_routes(self.controls) if route.method == method
        )
        response = await route.handler(HttpRequest(method, PATH, query))
        envelope = json.loads(response.body)
        return response.status, envelope["message"], envelope["result"]


def test_every_control_can_be_asked_for() -> None:
    camera = Camera()
    assert camera.value("ae_mode") == "auto"
    assert all(isinstance(camera.value(name), int) for name in CONTROL_NAMES[1:])
    assert [control.control_name for control in camera.controls.values] == list(CONTROL_NAMES)


# The values of the vendor's examples.
@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("man_exp", 50, 1000),
        ("gain", 50, 75),
        ("brightness", -20, 0),
        ("contrast", 32, 70),
        ("gamma", 200, 300),
    ],
)
def test_the_ranges_hold_what_users_set(name: ControlName, least: int, most: int) -> None:
    camera = Camera()
    for value in (least, most):
        camera.set(**{name: str(value)})
        assert camera.value(name) == value


def test_several_controls_are_set_at_once_and_kept_while_the_camera_is_idle() -> None:
    camera = Camera()
    camera.set(ae_mode="manual", man_exp="100")
    camera.is_in_use = False
    with pytest.raises(DeviceRefusedError):
        camera.value("man_exp")
    camera.is_in_use = True
    assert (camera.value("ae_mode"), camera.value("man_exp")) == ("manual", 100)


def test_nothing_is_set_where_one_value_is_refused() -> None:
    camera = Camera()
    with pytest.raises(RemoteProtocolError, match="gamma takes an integer from"):
        camera.set(gain="70", gamma="0")
    assert camera.value("gain") != 70


def test_setting_nothing_changes_nothing() -> None:
    camera = Camera()
    before = camera.controls.values
    camera.set()
    assert camera.controls.values == before


@pytest.mark.parametrize("names", [(), ("gain", "gamma")])
async def test_one_control_is_asked_for_at_a_time(names: tuple[str, ...]) -> None:
    query = dict.fromkeys(names, "")
    status, message, result = await Camera().ask("GET", camera="world", **query)
    assert (status, result) == (400, None)
    assert message == f"name one control, not {len(names)}"


async def test_a_question_has_no_value() -> None:
    status, message, _ = await Camera().ask("GET", camera="world", gain="50")
    assert status == 400
    assert "POST" in message


async def test_a_control_is_answered_in_the_envelope() -> None:
    assert await Camera().ask("GET", camera="world", ae_mode="") == (
        200,
        "Success",
        {
            "control_name": "ae_mode",
            "current_value": "auto",
            "allowed_values": ["auto", "manual"],
            "value_type": "enum",
        },
    )
    assert await Camera().ask("POST", camera="world", gain="60") == (200, "Success", None)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_camera_that_is_not_in_use_is_not_found(method: str) -> None:
    status, message, result = await Camera(is_in_use=False).ask(method, camera="world", gain="")
    assert (status, result) == (404, None)
    assert "stream" in message


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_another_camera_is_not_found(method: str) -> None:
    status, message, _ = await Camera().ask(method, camera="eyes", gain="")
    assert status == 404
    assert "'eyes'" in message


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("GET", {"gain": ""}),
        ("GET", {"camera": "world", "zoom": ""}),
        ("POST", {"camera": "world", "zoom": "1"}),
        ("POST", {"camera": "world", "gain": ""}),
        ("POST", {"camera": "world", "gain": "101"}),
        ("POST", {"camera": "world", "ae_mode": "off"}),
    ],
)
async def test_a_malformed_query_is_the_sender_s_fault(method: str, query: dict[str, str]) -> None:
    status, message, result = await Camera().ask(method, **query)
    assert (status, result) == (400, None)
    assert message
