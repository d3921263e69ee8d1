from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gazewire.camera import ChoiceControl, Control, NumberControl
from gazewire.errors import RemoteProtocolError, SourceError, UnreadableSourceError
from gazewire.model import Frame
from gazewire.multicam import CamerasConfig
from gazewire.multicam.page import camera_routes
from gazewire.multicam.recordings import Recordings
from gazewire.multicam.tables import ViewConfig
from gazewire.multicam.trigger import SoftwareTrigger
from gazewire.net import HttpRequest, HttpResponse
from gazewire.time import SystemClock


class Status(msgspec.Struct):
    name: str


class Camera:
    """A camera that can be set, until it is gone."""

    def __init__(self) -> None:
        self.newest: Frame | None = None
        self.subject = ""
        self.exposure_us = 1000.0
        self.is_gone = False

    def status(self) -> Status:
        return Status("left")

    def controls(self) -> Future[Mapping[str, Control]]:
        exposure = NumberControl(value=self.exposure_us, minimum=10.0, maximum=20_000.0, step=0.5)
        return self._answered(
            {
                "exposure_us": exposure,
                "trigger": ChoiceControl(value="free", choices=("free", "software"), is_live=False),
            }
        )

    def set_control(self, name: str, value: float | str) -> Future[None]:
        if name != "exposure_us" or not isinstance(value, float):
            return self._answered(ValueError(f"this camera has no control {name}"))
        self.exposure_us = value
        return self._answered(None)

    def set_subject(self, subject: str) -> None:
        if "/" in subject:
            raise ValueError("the name of a subject has none of /")
        self.subject = subject

    def _answered(self, value: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        gone: SourceError = UnreadableSourceError("left", "left is not there")
        if self.is_gone or isinstance(value, Exception):
            answer.set_exception(gone if self.is_gone else value)
        else:
            answer.set_result(value)
        return answer


class Page:
    def __init__(self, folder: Path) -> None:
        self.camera = Camera()
        config = CamerasConfig(cameras=[])
        recordings = Recordings([], config, folder, SystemClock())
        routes = camera_routes(
            [self.camera], recordings, SoftwareTrigger([], None), ViewConfig(columns=3)
        )
        self.handlers = {(route.method, route.path): route.handler for route in routes}

    async def ask(self, method: str, path: str, said: object = None) -> tuple[int, Any]:
        body = b"" if said is None else json.dumps(said).encode()
        answer: HttpResponse = await self.handlers[method, path](
            HttpRequest(method, path, body=body)
        )
        return answer.status, json.loads(answer.body)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path)


async def test_everything_that_is_shown_is_told_at_once(page: Page, tmp_path: Path) -> None:
    status, told = await page.ask("GET", "/api/cameras")
    assert status == 200
    assert told["cameras"] == [{"name": "left"}]
    assert told["view"]["columns"] == 3
    assert told["recording"]["folder"] == str(tmp_path)
    assert told["recording"]["disk_free_mb"] > 0
    assert not told["recording"]["active"]


async def test_controls_are_told_with_their_ranges_and_set(page: Page) -> None:
    status, told = await page.ask("GET", "/api/cameras/0/controls")
    assert status == 200
    assert told["exposure_us"] == {
        "kind": "number",
        "value": 1000.0,
        "minimum": 10.0,
        "maximum": 20_000.0,
        "step": 0.5,
        "is_live": True,
    }
    assert told["trigger"]["choices"] == ["free", "software"]
    said = {"name": "exposure_us", "value": 2000.0}
    status, told = await page.ask("POST", "/api/cameras/0/controls", said)
    assert (status, told["exposure_us"]["value"]) == (200, 2000.0)


async def test_what_a_camera_does_not_take_is_told(page: Page) -> None:
    path = "/api/cameras/0/controls"
    assert await page.ask("POST", path, {"name": "x", "value": 1.0}) == (
        400,
        {"message": "this camera has no control x"},
    )
    with pytest.raises(RemoteProtocolError):
        await page.ask("POST", path, {"value": 1.0})
    page.camera.is_gone = True
    assert await page.ask("GET", path) == (503, {"message": "left is not there"})


async def test_a_subject_is_the_name_of_a_file(page: Page) -> None:
    path = "/api/cameras/0/subject"
    assert (await page.ask("POST", path, {"subject": "m1"}))[0] == 200
    assert (await page.ask("POST", path, {"subject": "../m1"}))[0] == 400
    assert page.camera.subject == "m1"


async def test_no_image_yet_is_told(page: Page) -> None:
    assert (await page.ask("GET", "/api/cameras/0/preview.jpg"))[0] == 503
