from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.remote import (
    COMPATIBLE_VERSION,
    FORWARDED,
    MAX_REQUEST_BYTES,
    OK,
    TIME_SET,
    UNKNOWN_COMMAND,
    AskPublishPort,
    AskSubscribePort,
    AskTime,
    AskVersion,
    Command,
    Forward,
    RefusedTime,
    SetTime,
    StartCalibration,
    StartRecording,
    StopCalibration,
    StopRecording,
    UnknownCommand,
    parse_port_reply,
    parse_request,
    parse_time_reply,
    port_reply,
    time_reply,
)

COMMANDS: dict[str, Command] = {
    "SUB_PORT": AskSubscribePort(),
    "PUB_PORT": AskPublishPort(),
    "R": StartRecording(""),
    "R my rec": StartRecording("my rec"),
    "R  two": StartRecording(" two"),
    # The second character is skipped, whatever it is.
    "Rfoo": StartRecording("oo"),
    "R ../../x": StartRecording("../../x"),
    "r": StopRecording(),
    "recording": StopRecording(),
    "C": StartCalibration(),
    "c": StopCalibration(),
    "T 12.5": SetTime(12.5),
    "T12.5": SetTime(2.5),
    "T 0.0": SetTime(0.0),
    "T -1e3": SetTime(-1000.0),
    "T": RefusedTime(""),
    "T abc": RefusedTime("abc"),
    # The incumbent takes these and every timestamp is broken from then on.
    "T nan": RefusedTime("nan"),
    "T inf": RefusedTime("inf"),
    "T -inf": RefusedTime("-inf"),
    "T 1e999": RefusedTime("1e999"),
    "t": AskTime(),
    "test": AskTime(),
    "v": AskVersion(),
    "vvv": AskVersion(),
    # As a whole or not at all, with its case, and nothing is trimmed.
    "Cx": UnknownCommand(),
    "cx": UnknownCommand(),
    "hello": UnknownCommand(),
    "sub_port": UnknownCommand(),
    "PUSH_PORT": UnknownCommand(),
    "SUB_PORT\n": UnknownCommand(),
    " t": UnknownCommand(),
    "V": UnknownCommand(),
    "\0": UnknownCommand(),
}


@pytest.mark.parametrize(("text", "command"), COMMANDS.items())
def test_a_request_asks_for_what_it_always_has(text: str, command: Command) -> None:
    assert parse_request([text.encode()]) == command


def test_an_empty_request_is_an_unknown_command_not_a_death() -> None:
    assert parse_request([b""]) == UnknownCommand()


@pytest.mark.parametrize("garbage", [b"\xff", b"T \xff", b"R \xc3", b"\xed\xa0\x80"])
def test_what_is_not_utf_8_is_an_unknown_command_not_a_death(garbage: bytes) -> None:
    assert parse_request([garbage]) == UnknownCommand()


@pytest.mark.parametrize(
    "frames",
    [
        (b"notify.x.y", b"\x80"),
        (b"notify.x.y", b"not MessagePack"),
        (b"frame.world", b"\x80", b"pixels"),
        (b"any", b"thing", b"", b"", b""),
        (b"", b""),
        (b"\xff", b"\xff"),
        (b"t", b""),
        (b"SUB_PORT", b""),
    ],
)
def test_two_frames_or_more_are_forwarded_as_they_are(frames: tuple[bytes, ...]) -> None:
    command = parse_request(frames)
    assert command == Forward(frames)
    assert command.serialize() == list(frames)


def test_a_request_of_the_largest_size_is_answered_and_a_larger_one_is_not() -> None:
    name = b"x" * (MAX_REQUEST_BYTES - 2)
    assert parse_request([b"R " + name]) == StartRecording(name.decode())
    assert isinstance(parse_request([b"a", b"b" * (MAX_REQUEST_BYTES - 1)]), Forward)
    with pytest.raises(RemoteProtocolError, match="at most 16777216 bytes"):
        parse_request([b"a", b"b" * MAX_REQUEST_BYTES])


def test_a_request_without_a_frame_is_the_peers_fault() -> None:
    with pytest.raises(RemoteProtocolError, match="at least one frame"):
        parse_request([])


@pytest.mark.parametrize(
    ("command", "subject", "fields"),
    [
        (StartRecording("my rec"), "recording.should_start", {"session_name": "my rec"}),
        (StartRecording(), "recording.should_start", {"session_name": ""}),
        (StopRecording(), "recording.should_stop", {}),
        (StartCalibration(), "calibration.should_start", {}),
        (StopCalibration(), "calibration.should_stop", {}),
    ],
)
def test_what_a_command_tells_the_bus(
    command: StartRecording | StopRecording | StartCalibration | StopCalibration,
    subject: str,
    fields: dict[str, object],
) -> None:
    assert command.notification.subject == subject
    assert command.notification.fields == fields


def test_replies_are_the_documented_words() -> None:
    assert (OK, TIME_SET) == (b"OK", b"Timesync successful.")
    assert UNKNOWN_COMMAND == b"Unknown command."
    # As the documentation has it; the program says "Message forwarded.".
    assert FORWARDED == b"Notification received"
    assert RefusedTime("").reply == b"'' cannot be converted to float."
    assert RefusedTime("abc").reply == b"'abc' cannot be converted to float."


def test_the_version_is_three_numbers_of_at_least_3_0() -> None:
    assert [int(part) for part in COMPATIBLE_VERSION.split(".")][:2] >= [3, 0]
    assert COMPATIBLE_VERSION.count(".") == 2


@pytest.mark.parametrize(
    ("core_s", "reply"),
    [(1772.805828274, b"1772.805828274"), (6.1e-05, b"6.1e-05"), (0.0, b"0.0"), (3, b"3.0")],
)
def test_the_time_is_told_in_the_shortest_decimal(core_s: float, reply: bytes) -> None:
    assert time_reply(core_s) == reply
    assert parse_time_reply(reply) == core_s


@pytest.mark.parametrize("reply", [b"", b"nan", b"inf", b"Unknown command.", b"\xff", b"1e999"])
def test_a_reply_that_is_no_time_is_the_peers_fault(reply: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_time_reply(reply)


def test_a_port_is_told_in_decimal_digits() -> None:
    assert port_reply(44953) == b"44953"
    assert parse_port_reply(b"44953") == 44953


@pytest.mark.parametrize("reply", [b"", b"0", b"65536", b"-1", b"1e3", b" 80", b"9" * 5000])
def test_a_reply_that_is_no_port_is_the_peers_fault(reply: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_port_reply(reply)


def test_a_client_cannot_say_what_no_server_takes() -> None:
    with pytest.raises(LocalProtocolError, match="finite"):
        SetTime(float("nan"))
    with pytest.raises(LocalProtocolError, match="topic"):
        Forward((b"alone",))
