from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.camera_control import (
    CONTROL_NAMES,
    CameraControlQuery,
    EnumControl,
    IntegerControl,
    parse_control,
)
from gazewire.wire.rest import serialize_answer

# Text as it can come out of JSON: no lone surrogates.
text = st.text(st.characters(codec="utf-8"))
enums = st.builds(
    EnumControl, control_name=text, current_value=text, allowed_values=st.lists(text).map(tuple)
)
int64 = st.integers(-(2**63), 2**63 - 1)
integers = st.builds(
    IntegerControl, control_name=text, current_value=int64, value_min=int64, value_max=int64
)
values = st.dictionaries(st.sampled_from(CONTROL_NAMES), text)

keys = st.sampled_from(
    ["message", "result", "control_name", "current_value", "allowed_values", "value_min"]
)
almost = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda values: st.lists(values) | st.dictionaries(keys, values),
    max_leaves=10,
).map(lambda value: json.dumps(value).encode())


@given(enums | integers)
def test_controls_go_there_and_back(control):
    assert parse_control(serialize_answer(control)) == control


@given(text, values)
def test_queries_are_read_back(camera, values):
    query = CameraControlQuery(camera, values)
    assert CameraControlQuery.parse({"camera": camera, **values}) == query


@given(st.dictionaries(text, text))
def test_any_query_is_read_or_refused(query):
    with suppress(RemoteProtocolError):
        CameraControlQuery.parse(query)


@given(integers, text | st.integers().map(str))
def test_any_value_is_taken_or_refused(control, value):
    with suppress(RemoteProtocolError):
        taken = control.with_text(value)
        assert control.value_min <= taken.current_value <= control.value_max


@given(st.binary() | almost)
def test_garbage_gives_a_control_or_our_error(body):
    with suppress(RemoteProtocolError):
        parse_control(body)
