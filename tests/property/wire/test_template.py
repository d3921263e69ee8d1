from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rest import serialize_answer
from gazewire.wire.template import (
    TEXT_PATTERNS,
    UNANSWERED,
    Template,
    TemplateItem,
    parse_template_data,
    parse_template_data_answer,
    serialize_template_data,
)

# Text as it can come out of JSON: no lone surrogates.
text = st.text(st.characters(codec="utf-8"))
texts = st.lists(text).map(tuple)
instants = st.datetimes(timezones=st.just(UTC))
items = st.builds(
    TemplateItem,
    id=st.uuids(),
    title=text,
    widget_type=st.sampled_from(
        ["TEXT", "PARAGRAPH", "RADIO_LIST", "CHECKBOX_LIST", "SECTION_HEADER", "PAGE_BREAK"]
    ),
    input_type=st.sampled_from(["any", "integer", "float"]),
    choices=st.none() | texts,
    help_text=st.none() | text,
    required=st.booleans(),
)
templates = st.builds(
    Template,
    id=st.uuids(),
    name=text,
    created_at=instants,
    updated_at=instants,
    recording_name_format=texts,
    items=st.lists(items).map(tuple),
    label_ids=st.lists(st.uuids()).map(tuple),
    is_default_template=st.booleans(),
    description=st.none() | text,
    recording_ids=st.none() | st.lists(st.uuids()).map(tuple),
    published_at=st.none() | instants,
    archived_at=st.none() | instants,
)
data = st.dictionaries(text, texts)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda values: st.lists(values) | st.dictionaries(text, values),
    max_leaves=10,
)
keys = st.sampled_from(["message", "result", "id", "name", "items", "created_at", "choices"])
almost = st.recursive(
    json_values | st.just("2023-12-01T00:00:00+23:59") | st.just("0001-01-01T00:00:00+01:00"),
    lambda values: st.lists(values) | st.dictionaries(keys, values),
    max_leaves=10,
).map(lambda value: json.dumps(value).encode())


@given(templates)
def test_templates_go_there_and_back(template):
    answer = template.serialize_answer()
    assert Template.parse_answer(answer) == template
    document = json.dumps(json.loads(answer)["result"]).encode()
    assert Template.parse(document) == template


@given(templates)
def test_a_template_is_written_with_every_key(template):
    written = json.loads(template.serialize_answer())["result"]
    assert len(written) == 12
    assert all(len(item) == 7 for item in written["items"])


@given(data)
def test_answers_go_there_and_back(answers):
    assert parse_template_data(serialize_template_data(answers)) == answers
    assert parse_template_data_answer(serialize_answer(answers)) == answers


@given(items, texts)
def test_any_answer_is_judged(item, answer):
    fault = item.fault_of(answer)
    assert fault is None or fault
    assert item.fault_of(UNANSWERED) is None


@pytest.mark.parametrize(("input_type", "kind"), [("integer", int), ("float", float)])
@given(st.data())
def test_what_a_question_takes_is_read_by_those_who_read_it_later(input_type, kind, data):
    kind(data.draw(st.from_regex(TEXT_PATTERNS[input_type], fullmatch=True)))


@given(st.binary() | almost)
def test_garbage_gives_a_value_or_our_error(body):
    for parse in (
        Template.parse,
        Template.parse_answer,
        parse_template_data,
        parse_template_data_answer,
    ):
        with suppress(RemoteProtocolError):
            parse(body)
