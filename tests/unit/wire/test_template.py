from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.template import (
    MAX_TEXT_CHARACTERS,
    UNANSWERED,
    Template,
    TemplateItem,
    parse_template_data,
    parse_template_data_answer,
    serialize_template_data,
)

AGE = TemplateItem(
    id=UUID("22222222-2222-2222-2222-222222222222"),
    title="Age",
    widget_type="TEXT",
    input_type="integer",
    choices=None,
    help_text=None,
    required=False,
)
HAND = TemplateItem(
    id=UUID("33333333-3333-3333-3333-333333333333"),
    title="Hand",
    widget_type="RADIO_LIST",
    input_type="any",
    choices=("left", "right"),
    help_text="dominant",
    required=True,
)
HEADING = TemplateItem(
    id=UUID("44444444-4444-4444-4444-444444444444"),
    title="You",
    widget_type="SECTION_HEADER",
    input_type="any",
    choices=None,
    help_text=None,
    required=False,
)
DEMO = Template(
    id=UUID("11111111-1111-1111-1111-111111111111"),
    name="Demo",
    created_at=datetime(2023, 12, 1, tzinfo=UTC),
    updated_at=datetime(2023, 12, 1, 0, 0, 0, 123456, tzinfo=UTC),
    recording_name_format=("{date}",),
    items=(HEADING, AGE, HAND),
)

# Keys sorted, nothing left out: every item has all seven keys and the template all twelve.
DEMO_JSON = (
    '{"archived_at":null,"created_at":"2023-12-01T00:00:00Z","description":null,'
    '"id":"11111111-1111-1111-1111-111111111111","is_default_template":true,"items":['
    '{"choices":null,"help_text":null,"id":"44444444-4444-4444-4444-444444444444",'
    '"input_type":"any","required":false,"title":"You","widget_type":"SECTION_HEADER"},'
    '{"choices":null,"help_text":null,"id":"22222222-2222-2222-2222-222222222222",'
    '"input_type":"integer","required":false,"title":"Age","widget_type":"TEXT"},'
    '{"choices":["left","right"],"help_text":"dominant",'
    '"id":"33333333-3333-3333-3333-333333333333","input_type":"any","required":true,'
    '"title":"Hand","widget_type":"RADIO_LIST"}],"label_ids":[],"name":"Demo",'
    '"published_at":null,"recording_ids":null,"recording_name_format":["{date}"],'
    '"updated_at":"2023-12-01T00:00:00.123456Z"}'
)


def question(widget_type: str, input_type: str = "any") -> TemplateItem:
    choices = ("a", "b", "c") if widget_type.endswith("LIST") else None
    return msgspec.structs.replace(
        AGE, widget_type=widget_type, input_type=input_type, choices=choices
    )


def without(*path: str | int) -> bytes:
    document = json.loads(DEMO_JSON)
    *way, key = path
    part = document
    for step in way:
        part = part[step]
    del part[key]
    return json.dumps(document).encode()


def with_value(value: object, *path: str | int) -> bytes:
    document = json.loads(DEMO_JSON)
    *way, key = path
    part = document
    for step in way:
        part = part[step]
    part[key] = value
    return json.dumps(document).encode()


def test_a_template_is_written_with_every_key() -> None:
    assert DEMO.serialize_answer().decode() == f'{{"message":"Success","result":{DEMO_JSON}}}'


def test_a_template_is_read_by_itself_and_in_an_answer() -> None:
    assert Template.parse(DEMO_JSON.encode()) == DEMO
    assert Template.parse_answer(DEMO.serialize_answer()) == DEMO


@pytest.mark.parametrize("key", ["items", "label_ids", "is_default_template", "description"])
def test_what_phones_may_leave_out_may_be_missing(key: str) -> None:
    assert Template.parse(without(key)).name == "Demo"


@pytest.mark.parametrize("key", ["id", "name", "created_at", "updated_at", "recording_name_format"])
def test_what_clients_require_may_not_be_missing(key: str) -> None:
    with pytest.raises(RemoteProtocolError, match=key):
        Template.parse(without(key))


@pytest.mark.parametrize(
    "key", ["id", "title", "widget_type", "input_type", "choices", "help_text", "required"]
)
def test_no_key_of_an_item_may_be_missing(key: str) -> None:
    with pytest.raises(RemoteProtocolError, match=key):
        Template.parse(without("items", 0, key))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"\xff",
        with_value(None, "items"),
        with_value(None, "label_ids"),
        with_value("SLIDER", "items", 0, "widget_type"),
        with_value("number", "items", 0, "input_type"),
        with_value("not a uuid", "items", 0, "id"),
        with_value("yesterday", "created_at"),
        b"[" * 100_000,
    ],
)
def test_what_is_no_template_is_the_peer_s_fault(document: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        Template.parse(document)


def test_an_answer_without_a_template_is_the_peer_s_fault() -> None:
    with pytest.raises(RemoteProtocolError):
        Template.parse_answer(b'{"message":"Success","result":null}')


def test_headings_and_page_breaks_are_no_questions() -> None:
    assert DEMO.questions == (AGE, HAND)
    assert DEMO.question(str(HAND.id)) is HAND
    assert DEMO.question(str(HEADING.id)) is None
    assert DEMO.question("nonsense") is None


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        (HAND, UNANSWERED),
        (HAND, ("left",)),
        (question("CHECKBOX_LIST"), UNANSWERED),
        (question("CHECKBOX_LIST"), ("a", "c")),
        (question("TEXT"), ("any text",)),
        (question("PARAGRAPH"), ("two\nlines",)),
        (question("TEXT", "integer"), UNANSWERED),
        (question("TEXT", "integer"), ("-42",)),
        (question("TEXT", "integer"), ("9" * 18,)),
        (question("TEXT", "float"), ("0.5",)),
        (question("TEXT", "float"), ("-1e-3",)),
        (question("TEXT"), ("x" * MAX_TEXT_CHARACTERS,)),
    ],
)
def test_an_answer_of_the_right_kind_has_no_fault(
    item: TemplateItem, answer: tuple[str, ...]
) -> None:
    assert item.fault_of(answer) is None


@pytest.mark.parametrize(
    ("item", "answer", "words"),
    [
        (HAND, (), "empty list"),
        (HAND, ("left", "right"), "one entry"),
        (HAND, ("both",), "'both' is not among the choices"),
        (question("CHECKBOX_LIST"), ("a", ""), "'' is not among"),
        (question("CHECKBOX_LIST"), ("a", "a"), "twice"),
        (question("TEXT"), ("a", "b"), "one entry"),
        (question("TEXT"), ("x" * (MAX_TEXT_CHARACTERS + 1),), "10001"),
        (question("TEXT", "integer"), ("4.5",), "integer"),
        (question("TEXT", "integer"), (" 4",), "integer"),
        (question("TEXT", "integer"), ("4\n",), "integer"),
        (question("TEXT", "integer"), ("٤",), "integer"),
        (question("TEXT", "integer"), ("1" * 19,), "18 digits"),
        (question("TEXT", "float"), ("nan",), "number"),
        (question("TEXT", "float"), (".",), "number"),
        (question("TEXT", "float"), ("1,5",), "number"),
    ],
)
def test_a_fault_is_told_in_words(item: TemplateItem, answer: tuple[str, ...], words: str) -> None:
    fault = item.fault_of(answer)
    assert fault is not None
    assert words in fault


def test_a_long_entry_is_quoted_in_short() -> None:
    fault = question("TEXT", "integer").fault_of(("x" * 5_000,))
    assert fault is not None
    assert len(fault) < 100


def test_answers_are_read_as_text_also_where_the_client_sends_numbers() -> None:
    body = b'{"a":["42"],"b":[42],"c":[0.65],"d":[42.0],"e":["x","y"],"f":[],"g":[1e300]}'
    assert parse_template_data(body) == {
        "a": ("42",),
        "b": ("42",),
        "c": ("0.65",),
        "d": ("42",),
        "e": ("x", "y"),
        "f": (),
        "g": ("1e+300",),
    }


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"a":"b"}', b'{"a":[null]}', b'{"a":[true]}', b'{"a":[["b"]]}', b"\xff"],
)
def test_what_are_no_answers_is_the_peer_s_fault(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_template_data(body)
    with pytest.raises(RemoteProtocolError):
        parse_template_data_answer(b'{"message":"","result":' + body + b"}")


def test_answers_are_written_as_lists_of_texts() -> None:
    written = serialize_template_data({"b": ("x", "y"), "a": UNANSWERED})
    assert written == b'{"a":[""],"b":["x","y"]}'
