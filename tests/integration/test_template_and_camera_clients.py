"""The official client reads and answers templates, and controls the camera."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.peer import PeerRunner
from harness.program import DeviceProgram


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device("--refuse", "template")


@pytest.fixture(scope="module")
def answered(device: DeviceProgram, peers: PeerRunner) -> dict[str, Any]:
    return peers.run("simple_template", port=device.http_port)


@pytest.fixture(scope="module")
def controlled(device: DeviceProgram, peers: PeerRunner) -> dict[str, Any]:
    return peers.run("simple_camera", port=device.http_port)


@pytest.fixture(scope="module")
def used(start_device: Callable[..., DeviceProgram], peers: PeerRunner) -> dict[str, Any]:
    return peers.run("async_template_camera", port=start_device().http_port)


def test_the_client_understands_every_item_of_the_template(answered: dict[str, Any]) -> None:
    assert set(answered["widgets"]) == {
        "TEXT",
        "PARAGRAPH",
        "RADIO_LIST",
        "CHECKBOX_LIST",
        "SECTION_HEADER",
        "PAGE_BREAK",
    }
    assert answered["required"] == ["Task"]


def test_unanswered_questions_read_as_empty_in_both_formats(answered: dict[str, Any]) -> None:
    assert set(map(tuple, answered["before_api"].values())) == {("",)}
    simple, ids = answered["before_simple"], answered["ids"]
    assert simple[ids["Trial"]] is None
    assert simple[ids["Light"]] == simple[ids["Visual aids"]] == []


def test_a_recording_waits_for_the_required_answer(answered: dict[str, Any]) -> None:
    assert answered["start_unanswered"] == "DeviceError"
    assert answered["recorded"]


def test_the_client_itself_refuses_what_the_template_does_not_take(
    answered: dict[str, Any],
) -> None:
    assert answered["required_missing"] == "InvalidTemplateAnswersError"
    assert answered["wrong_choice"] == "InvalidTemplateAnswersError"


def test_answers_in_the_api_format_come_back(answered: dict[str, Any]) -> None:
    posted, ids = answered["posted_api"], answered["ids"]
    assert posted[ids["Task"]] == ["search"]
    assert posted[ids["Trial"]] == ["3"]
    assert posted[ids["Visual aids"]] == ["glasses", "contact lenses"]


def test_answers_in_the_simple_format_come_back_as_text(answered: dict[str, Any]) -> None:
    ids = answered["ids"]
    assert answered["after_api"] == answered["posted_simple"]
    assert answered["after_api"] == {
        ids["Task"]: ["free viewing"],
        ids["Trial"]: ["42"],
        ids["Distance to the screen"]: ["0.65"],
        ids["Remarks"]: ["a text\nof two lines"],
        ids["Light"]: ["dark"],
        ids["Visual aids"]: [""],
    }


def test_answers_are_in_the_recording(device: DeviceProgram, answered: dict[str, Any]) -> None:
    (folder,) = device.record_dir.iterdir()
    info = json.loads((folder / "info.json").read_bytes())
    assert info["recording_id"] == answered["recorded"]
    assert info["template_data"]["data"] == answered["after_api"]


def test_the_camera_is_controlled_only_while_it_streams(controlled: dict[str, Any]) -> None:
    assert "404" in controlled["get_before_stream"]
    assert "404" in controlled["set_before_stream"]
    assert controlled["before"]["ae_mode"] == {
        "current_value": "auto",
        "allowed_values": ["auto", "manual"],
    }


def test_values_that_were_set_are_read_back(controlled: dict[str, Any]) -> None:
    values = {name: state["current_value"] for name, state in controlled["after"].items()}
    assert values == {
        "ae_mode": "manual",
        "man_exp": 100,
        "gain": 75,
        "brightness": -20,
        "contrast": 32,
        "gamma": 300,
    }
    later = {name: state["current_value"] for name, state in controlled["one_more"].items()}
    assert later == values | {"gain": 50}


def test_a_value_out_of_range_is_refused_and_nothing_of_the_request_is_set(
    controlled: dict[str, Any],
) -> None:
    assert controlled["refused_by_client"].startswith("ValueError")
    assert controlled["refused_by_device"].startswith("DeviceError")
    assert "400" in controlled["refused_by_device"]
    assert "gain takes" in controlled["refused_by_device"]
    assert controlled["at_the_end"] == controlled["one_more"]


def test_the_required_question_of_a_plain_device_is_answered(used: dict[str, Any]) -> None:
    assert used["before"][used["ids"]["Task"]] == ["free viewing"]


def test_the_asynchronous_client_answers_templates(used: dict[str, Any]) -> None:
    assert used["required_missing"] == [used["ids"]["Task"]]
    assert used["posted"][used["ids"]["Task"]] == ["reading"]
    assert used["posted"][used["ids"]["Visual aids"]] == ["glasses"]


def test_the_asynchronous_client_controls_the_camera(used: dict[str, Any]) -> None:
    assert used["status_before_stream"] == 404
    assert used["camera"]["ae_mode"]["current_value"] == "manual"
    assert used["camera"]["man_exp"]["current_value"] == 200
    assert used["serial"]
