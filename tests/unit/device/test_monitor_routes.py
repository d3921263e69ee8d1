from __future__ import annotations

import re
from importlib import resources

import pytest

from gazewire.device.glasses import GlassesTopics
from gazewire.device.monitor import monitor_routes
from gazewire.device.shortfall import Shortfall
from gazewire.device.state import DeviceState
from gazewire.model import Hardware, Phone
from gazewire.net import HttpRequest, HttpRoute, WebSocketRoute
from gazewire.time import ManualClock

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
def routes() -> list[HttpRoute | WebSocketRoute]:
    state = DeviceState(phone=PHONE, hardware=Hardware(), sensors=[], clock=ManualClock())
    return monitor_routes(state, GlassesTopics(), ManualClock(), {}, Shortfall())


@pytest.fixture
async def files(routes: list[HttpRoute | WebSocketRoute]) -> dict[str, tuple[str, str]]:
    """Path → content type and text."""
    served = {}
    for route in routes:
        if isinstance(route, HttpRoute):
            response = await route.handler(HttpRequest("GET", route.path))
            served[route.path] = (response.content_type, response.body.decode())
    return served


def test_the_feed_is_outside_of_the_interface_of_the_phone(
    routes: list[HttpRoute | WebSocketRoute],
) -> None:
    assert [route.path for route in routes if isinstance(route, WebSocketRoute)] == [
        "/monitor/feed"
    ]
    assert not [route.path for route in routes if route.path.startswith("/api")]


def test_page_style_and_script_are_served_as_what_they_are(
    files: dict[str, tuple[str, str]],
) -> None:
    assert files["/"][0] == "text/html; charset=utf-8"
    assert files["/monitor.css"][0] == "text/css; charset=utf-8"
    assert files["/monitor.js"][0] == "text/javascript; charset=utf-8"


def test_every_script_that_a_script_imports_is_served(files: dict[str, tuple[str, str]]) -> None:
    imported = {
        ("/monitor/" if path.startswith("/monitor/") else "/") + name
        for path, (_, text) in files.items()
        for name in re.findall(r'from "\./([^"]+)"', text)
    }
    assert imported == {path for path in files if path.startswith("/monitor/")}


def test_every_script_of_the_package_is_served(files: dict[str, tuple[str, str]]) -> None:
    folder = resources.files("gazewire.device.monitor").joinpath("modules")
    names = {f"/monitor/{file.name}" for file in folder.iterdir()}
    assert names == {path for path in files if path.startswith("/monitor/")}


def test_the_page_asks_nothing_of_any_other_host(files: dict[str, tuple[str, str]]) -> None:
    for path, (_, text) in files.items():
        without_namespaces = text.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", without_namespaces), path
