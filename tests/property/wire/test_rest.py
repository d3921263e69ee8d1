from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.model import Event, Hardware, NetworkDevice, Phone, Recording, Sensor
from gazewire.wire.rest import (
    Envelope,
    EventRequest,
    RecordingAnswer,
    UnknownComponent,
    parse_component,
    parse_event_answer,
    parse_status,
    serialize_component,
    serialize_event_answer,
    serialize_status,
    status_order,
)

# Text as it can come out of JSON: no lone surrogates.
text = st.text(st.characters(codec="utf-8"))
int64 = st.integers(-(2**63), 2**63 - 1)
port = st.none() | st.integers(0, 65535)
level = st.sampled_from(["OK", "LOW", "CRITICAL"])
phones = st.builds(
    Phone,
    battery_level=int64,
    battery_state=level,
    device_id=text,
    device_name=text,
    ip=text,
    memory=int64,
    memory_state=level,
    time_echo_port=port,
    port=port,
)
# None is left out, and what is left out of some keys reads as "unknown".
hardware = st.builds(
    Hardware,
    version=text,
    glasses_serial=text,
    world_camera_serial=text,
    module_serial=st.none() | text,
    frame_name=st.none() | text,
)
sensors = st.builds(
    Sensor,
    sensor=text,
    conn_type=text,
    connected=st.booleans(),
    ip=st.none() | text,
    port=port,
    protocol=text,
    params=st.none() | text,
    stream_error=st.booleans(),
)
recordings = st.builds(
    Recording,
    id=text,
    action=st.sampled_from(["START", "STOP", "SAVE", "DISCARD", "ERROR"]),
    message=text,
    rec_duration_ns=int64,
)
devices = st.builds(
    NetworkDevice, ip=text, device_id=text, device_name=text, connected=st.booleans(), port=port
)
events = st.builds(
    Event, name=st.none() | text, timestamp_unix_ns=int64, recording_id=st.none() | text
)
components = phones | hardware | sensors | recordings | devices | events

json_values = st.recursive(
    st.none() | st.booleans() | int64 | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda values: st.lists(values) | st.dictionaries(text, values),
    max_leaves=10,
)
keys = st.sampled_from(
    ["model", "data", "name", "timestamp", "message", "result", "sensor", "ip", "id", "Phone"]
)
almost = st.recursive(
    json_values, lambda values: st.lists(values) | st.dictionaries(keys, values), max_leaves=10
).map(lambda value: json.dumps(value).encode())
garbage = st.binary() | almost


@given(components)
def test_components_go_there_and_back(component):
    assert parse_component(serialize_component(component)) == component


@given(st.lists(components))
def test_a_status_goes_there_and_back_in_its_order(parts):
    assert parse_status(serialize_status(parts)) == status_order(parts)


@given(text, json_values)
def test_envelopes_go_there_and_back(message, result):
    assert Envelope.parse(Envelope(message, result).serialize()) == Envelope(message, result)


@given(text, st.none() | int64)
def test_event_requests_go_there_and_back(name, timestamp):
    request = EventRequest(name, timestamp)
    assert EventRequest.parse(request.serialize()) == request


@given(text, int64, st.none() | text)
def test_event_answers_go_there_and_back(name, timestamp_unix_ns, recording_id):
    event = Event(name=name, timestamp_unix_ns=timestamp_unix_ns, recording_id=recording_id)
    assert parse_event_answer(serialize_event_answer(event), name=name) == event


@given(st.none() | text, st.none() | int64)
def test_recording_answers_go_there_and_back(recording_id, duration_ns):
    answer = RecordingAnswer(recording_id, duration_ns)
    assert RecordingAnswer.parse(answer.serialize()) == answer


@given(text, json_values)
def test_any_unknown_model_is_a_value(model, data):
    component = parse_component(json.dumps({"model": f"?{model}", "data": data}))
    assert component == UnknownComponent(f"?{model}", data)


@given(garbage)
def test_garbage_gives_a_value_or_our_error(data):
    for parse in (
        parse_component,
        parse_status,
        Envelope.parse,
        EventRequest.parse,
        RecordingAnswer.parse,
        lambda body: parse_event_answer(body, name="x"),
    ):
        with suppress(RemoteProtocolError):
            parse(data)
