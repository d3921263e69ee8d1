"""The REST interface keeps what its own description promises, and the device what it refuses."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harness.contract import assert_keeps_its_contract
from harness.program import DeviceProgram

LIMIT_S = 10
StartDevice = Callable[..., DeviceProgram]


@pytest.fixture
def start_device(tmp_path: Path) -> Iterator[StartDevice]:
    """Start a device for one test."""
    with ExitStack() as running:
        yield lambda *options: running.enter_context(DeviceProgram(tmp_path, *options))


def ask(device: DeviceProgram, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Send a request; return its status and the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(device.http + path, data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


def phone(device: DeviceProgram) -> dict[str, Any]:
    _, status = ask(device, "GET", "/api/status")
    return next(part["data"] for part in status["result"] if part["model"] == "Phone")


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--product", "invisible"),
        ("--template", "none", "--refuse", "setup"),
    ],
)
def test_every_answer_is_as_described(
    start_device: StartDevice, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert_keeps_its_contract(start_device(*options).http, tmp_path)


@pytest.mark.timeout(120)
def test_camera_control_answers_as_described_while_the_camera_is_in_use(
    start_device: StartDevice, tmp_path: Path
) -> None:
    device = start_device()
    assert ask(device, "POST", "/api/recording:start")[0] == 200
    path = ("--include-path", "/api/camera_control")
    said = assert_keeps_its_contract(device.http, tmp_path, *path)
    assert "404" not in said


def test_what_a_product_lacks_is_neither_described_nor_served(start_device: StartDevice) -> None:
    invisible = start_device("--product", "invisible")
    _, document = ask(invisible, "GET", "/openapi.json")
    for path in ("/api/template_def", "/api/template_data", "/api/camera_control"):
        assert path not in document["paths"]
        assert ask(invisible, "GET", path)[0] == 404


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("battery", "Low battery: 3 % left"),
        ("storage", "Low storage: 100 MB left"),
        ("wearer", "No wearer selected"),
    ],
)
def test_a_device_that_was_given_a_reason_refuses_to_record_for_it(
    start_device: StartDevice, reason: str, words: str
) -> None:
    device = start_device("--refuse", reason)
    status, answer = ask(device, "POST", "/api/recording:start")
    assert (status, answer["message"]) == (500, words)
    assert not device.record_dir.exists()
    told = phone(device)
    assert (told["battery_state"] == "CRITICAL") is (reason == "battery")
    assert (told["memory_state"] == "CRITICAL") is (reason == "storage")


def test_without_a_workspace_there_is_no_template(start_device: StartDevice) -> None:
    device = start_device("--refuse", "workspace")
    for path in ("/api/template_def", "/api/template_data"):
        status, answer = ask(device, "GET", path)
        assert (status, answer["result"]) == (404, None)


def test_answers_go_into_the_recording_also_those_given_while_it_goes_on(
    start_device: StartDevice,
) -> None:
    device = start_device("--refuse", "template")
    _, template = ask(device, "GET", "/api/template_def")
    ids = {item["title"]: item["id"] for item in template["result"]["items"]}
    assert ask(device, "POST", "/api/recording:start")[0] == 500
    assert ask(device, "POST", "/api/template_data", {ids["Task"]: ["reading"]})[0] == 200
    assert ask(device, "POST", "/api/recording:start")[0] == 200

    assert ask(device, "POST", "/api/template_data", {ids["Task"]: [""]})[0] == 200
    status, answer = ask(device, "POST", "/api/recording:stop_and_save")
    assert status == 500
    assert "Task" in answer["message"]
    late = {ids["Task"]: ["reading aloud"], ids["Trial"]: [7]}
    assert ask(device, "POST", "/api/template_data", late)[0] == 200
    assert ask(device, "POST", "/api/recording:stop_and_save")[0] == 200

    (folder,) = device.record_dir.iterdir()
    recorded = json.loads((folder / "info.json").read_bytes())["template_data"]
    assert recorded["id"] == template["result"]["id"]
    assert recorded["data"][ids["Task"]] == ["reading aloud"]
    assert recorded["data"][ids["Trial"]] == ["7"]
    assert recorded["data"][ids["Light"]] == [""]
    assert json.loads((folder / "template.json").read_bytes()) == template["result"]


def test_a_template_file_is_served_as_it_is(start_device: StartDevice, tmp_path: Path) -> None:
    template = {
        "id": "11111111-1111-1111-1111-111111111111",
        "name": "Demo",
        "created_at": "2023-12-01T00:00:00.123456Z",
        "updated_at": "2023-12-01T00:00:00Z",
        "recording_name_format": ["{date}"],
        "is_default_template": False,
        "label_ids": [],
        "description": None,
        "recording_ids": None,
        "published_at": None,
        "archived_at": None,
        "items": [
            {
                "id": "22222222-2222-2222-2222-222222222222",
                "title": "Hand",
                "widget_type": "RADIO_LIST",
                "input_type": "any",
                "choices": ["left", "right"],
                "help_text": "dominant",
                "required": True,
            }
        ],
    }
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template))
    device = start_device("--template", str(file))
    assert ask(device, "GET", "/api/template_def")[1]["result"] == template
    status, answer = ask(device, "POST", "/api/recording:start")
    assert status == 500
    assert "Hand" in answer["message"]
