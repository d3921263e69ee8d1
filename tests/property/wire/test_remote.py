from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gazewire.wire.remote import (
    AskPublishPort,
    AskSubscribePort,
    AskTime,
    AskVersion,
    Forward,
    SetTime,
    StartCalibration,
    StartRecording,
    StopCalibration,
    StopRecording,
    parse_port_reply,
    parse_request,
    parse_time_reply,
    port_reply,
    time_reply,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_categories=["Cs"]))
commands = st.one_of(
    st.builds(Forward, st.lists(st.binary(), min_size=2).map(tuple)),
    st.builds(StartRecording, text),
    st.builds(SetTime, finite),
    st.sampled_from(
        [
            StopRecording(),
            StartCalibration(),
            StopCalibration(),
            AskTime(),
            AskVersion(),
            AskPublishPort(),
            AskSubscribePort(),
        ]
    ),
)


@given(commands)
def test_what_a_client_asks_for_is_what_a_server_reads(command):
    assert parse_request(command.serialize()) == command


@given(st.lists(st.binary(), min_size=1))
def test_every_request_asks_for_something(frames):
    assert parse_request(frames) is not None


@given(finite)
def test_a_time_comes_back_as_the_same_double(core_s):
    assert parse_time_reply(time_reply(core_s)) == core_s


@given(st.integers(1, 65_535))
def test_a_port_comes_back(port):
    assert parse_port_reply(port_reply(port)) == port
