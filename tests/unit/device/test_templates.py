import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gazewire.device.templates import (
    DEFAULT_ANSWERS,
    DEFAULT_TEMPLATE,
    Questionnaire,
    load_template,
    template_routes,
)
from gazewire.errors import DeviceRefusedError, UndecodableSourceError, UnreadableSourceError
from gazewire.net import HttpRequest
from gazewire.wire.template import UNANSWERED

IDS = {item.title: str(item.id) for item in DEFAULT_TEMPLATE.items}


def questionnaire() -> Questionnaire:
    return Questionnaire(DEFAULT_TEMPLATE, {})


async def ask(
    asked: Questionnaire | None, method: str, path: str, body: bytes = b""
) -> tuple[int, str, Any]:
    (route,) = (
        route for route in template_routes(asked) if (route.method, route.path) == (method, path)
    )
    response = await route.handler(HttpRequest(method, path, body=body))
    assert response.content_type == "application/json"
    envelope = json.loads(response.body)
    return response.status, envelope["message"], envelope["result"]


def test_the_default_template_has_an_item_of_each_kind_and_one_required() -> None:
    kinds = {(item.widget_type, item.input_type) for item in DEFAULT_TEMPLATE.items}
    assert kinds == {
        ("TEXT", "any"),
        ("TEXT", "integer"),
        ("TEXT", "float"),
        ("PARAGRAPH", "any"),
        ("RADIO_LIST", "any"),
        ("CHECKBOX_LIST", "any"),
        ("SECTION_HEADER", "any"),
        ("PAGE_BREAK", "any"),
    }
    assert sum(item.required for item in DEFAULT_TEMPLATE.items) == 1


def test_the_default_template_keeps_its_ids() -> None:
    # Scripts of users may hold them.
    assert str(DEFAULT_TEMPLATE.id) == "59b82297-289e-5e09-9601-b6a54253b0e5"
    assert IDS["Task"] == "31b36187-2b28-5611-8c7d-891138a8ceb2"


def test_the_default_answers_leave_nothing_required_open() -> None:
    assert Questionnaire(DEFAULT_TEMPLATE, DEFAULT_ANSWERS).missing == ()
    assert questionnaire().missing == ("Task",)


def test_every_question_has_an_answer_from_the_beginning() -> None:
    asked = questionnaire()
    assert set(asked.answers) == {str(item.id) for item in DEFAULT_TEMPLATE.questions}
    assert set(asked.answers.values()) == {UNANSWERED}


def test_an_answer_leaves_the_others_as_they_are() -> None:
    asked = questionnaire()
    asked.answer({IDS["Task"]: ("reading",)})
    before = asked.answers
    asked.answer({IDS["Light"]: ("dark",)})
    assert asked.answers == before | {IDS["Light"]: ("dark",)}
    assert before[IDS["Light"]] == UNANSWERED, "a snapshot never changes"


def test_an_answer_can_be_taken_back() -> None:
    asked = Questionnaire(DEFAULT_TEMPLATE, DEFAULT_ANSWERS)
    asked.answer({IDS["Task"]: UNANSWERED})
    assert asked.missing == ("Task",)


@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        ({"nonsense": ("a",)}, 404, "Field ID not found"),
        ({IDS["Session"]: ("a",)}, 404, "Field ID not found"),
        ({IDS["Task"]: ()}, 400, "Task: an empty list"),
        ({IDS["Trial"]: ("one",)}, 400, "Trial: takes an integer"),
    ],
)
def test_a_refused_answer_is_refused_with_all_that_came_with_it(
    answers: dict[str, tuple[str, ...]], status: int, reason: str
) -> None:
    asked = questionnaire()
    with pytest.raises(DeviceRefusedError, match=reason) as refusal:
        asked.answer({IDS["Light"]: ("dark",)} | answers)
    assert refusal.value.status == status
    assert asked.answers == questionnaire().answers


async def test_answers_go_round() -> None:
    asked = questionnaire()
    body = json.dumps({IDS["Visual aids"]: ["glasses"], IDS["Trial"]: [3]}).encode()
    status, message, stored = await ask(asked, "POST", "/api/template_data", body)
    assert (status, message) == (200, "Success")
    assert await ask(asked, "GET", "/api/template_data") == (200, "Success", stored)
    assert stored[IDS["Visual aids"]] == ["glasses"]
    assert stored[IDS["Trial"]] == ["3"]
    assert stored[IDS["Remarks"]] == [""]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[]", 400), (b'{"a":"b"}', 400), (b'{"a":["b"]}', 404), (b"\xff", 400)],
)
async def test_a_refusal_is_in_the_envelope(body: bytes, status: int) -> None:
    answer = await ask(questionnaire(), "POST", "/api/template_data", body)
    assert answer[0] == status
    assert answer[1]
    assert answer[2] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/template_def"),
        ("GET", "/api/template_data"),
        ("POST", "/api/template_data"),
    ],
)
async def test_without_a_template_everything_about_it_is_refused(method: str, path: str) -> None:
    assert await ask(None, method, path, b"{}") == (404, "No template selected", None)


def document(change: Callable[[dict[str, Any]], object]) -> str:
    whole = json.loads(DEFAULT_TEMPLATE.serialize_answer())["result"]
    change(whole)
    return json.dumps(whole)


def test_a_template_is_loaded_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(document(lambda whole: None))
    assert load_template(file) == DEFAULT_TEMPLATE


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"missing\.json: No such file"):
        load_template(tmp_path / "missing.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is no template"),
        ("{}", "missing required field `id`"),
        (document(lambda whole: whole.update(items=None)), r"items"),
        (document(lambda whole: whole["items"][1].update(widget_type="SLIDER")), "SLIDER"),
        (document(lambda whole: whole["items"].append(whole["items"][1])), "item 9 .'Task'. has"),
        (document(lambda whole: whole["items"][5].update(choices=[])), "item 6 .'Light'. needs"),
        (document(lambda whole: whole["items"][5].update(choices=["a", "a"])), "different text"),
        (document(lambda whole: whole["items"][5].update(choices=["a", ""])), "different text"),
        (document(lambda whole: whole["items"][5].update(input_type="integer")), "not typed"),
        (document(lambda whole: whole["items"][0].update(required=True)), "cannot be required"),
    ],
)
def test_a_file_that_is_of_no_use_is_told_in_a_sentence(
    tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "template.json"
    file.write_text(content)
    with pytest.raises(UndecodableSourceError, match=words) as error:
        load_template(file)
    assert str(error.value).startswith(str(file))
    assert "\n" not in str(error.value)
