from __future__ import annotations

import logging
import sys
from collections.abc import Callable

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.ipc import decode_log_record, decode_map, encode_map, log_message

KEYS = {
    "name",
    "msg",
    "args",
    "levelname",
    "levelno",
    "pathname",
    "filename",
    "module",
    "exc_info",
    "exc_text",
    "stack_info",
    "lineno",
    "funcName",
    "created",
    "msecs",
    "relativeCreated",
    "thread",
    "threadName",
    "processName",
    "process",
    "topic",
}


class Unprintable:
    def __str__(self) -> str:
        return "a thing"


def record(msg: object, *args: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("launchables.eye", level, "/eye.py", 7, msg, args, None)


def test_a_record_travels_with_all_its_attributes() -> None:
    message = log_message(record("Process %s.", "started"))
    fields = message.map()
    assert message.topic == fields["topic"] == "logging.warning"
    assert set(fields) - {"taskName"} == KEYS
    assert (fields["msg"], fields["args"]) == ("Process %s.", ["started"])
    assert all(isinstance(fields[key], float) for key in ("created", "msecs", "relativeCreated"))


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "critical"])
def test_the_topic_is_the_level(level: str) -> None:
    number = logging.getLevelNamesMapping()[level.upper()]
    assert log_message(record("x", level=number)).topic == f"logging.{level}"


@pytest.mark.parametrize(
    ("msg", "args", "line"),
    [
        ("plain", (), "plain"),
        ("100 %", (), "100 %"),
        ("%s of %d", ("one", 2), "one of 2"),
        ("%(a)s", ({"a": 1},), "1"),
        ("%s", ([1, 2],), "[1, 2]"),
    ],
)
def test_a_reader_forms_the_line_itself(msg: str, args: tuple[object, ...], line: str) -> None:
    assert decode_log_record(log_message(record(msg, *args)).payload).line() == line


def test_arguments_that_cannot_travel_are_formed_into_the_line() -> None:
    fields = log_message(record("%s and %s", Unprintable(), {1, 2})).map()
    assert fields["msg"] == "a thing and {1, 2}"
    assert fields["args"] == []


def test_a_message_that_is_no_text_is_told_in_words() -> None:
    assert log_message(record(Unprintable())).map()["msg"] == "a thing"


def test_arguments_that_fit_no_format_are_set_beside_it() -> None:
    told = decode_log_record(log_message(record("%d and %d", 1)).payload).line()
    assert told == "%d and %d [1]"
    assert log_message(record("%d", Unprintable())).map()["msg"].startswith("%d (")


def test_a_traceback_becomes_its_text() -> None:
    try:
        raise ValueError("the reason")
    except ValueError:
        failed = logging.LogRecord("x", 40, "/x.py", 1, "failed", (), sys.exc_info())
    fields = log_message(failed).map()
    assert "ValueError: the reason" in str(fields["exc_text"])
    assert fields["exc_info"] == fields["exc_text"]


def test_attributes_that_a_program_added_travel_as_well_as_they_can() -> None:
    extended = record("x")
    extended.trial = 7
    extended.thing = Unprintable()
    fields = log_message(extended).map()
    assert (fields["trial"], fields["thing"]) == (7, "a thing")


def test_a_record_of_the_incumbent_is_read(vector: Callable[[str], bytes]) -> None:
    read = decode_log_record(vector("log_record"))
    assert read.line() == "Process started."
    assert (read.levelname, read.process_name, read.created) == ("WARNING", "eye0", 1748768400.123)


@pytest.mark.parametrize("key", ["name", "msg", "levelname", "levelno"])
def test_a_record_that_lacks_a_key_is_the_peers_fault(
    key: str, vector: Callable[[str], bytes]
) -> None:
    fields = {name: value for name, value in decode_map(vector("log_record")).items()}
    del fields[key]
    with pytest.raises(RemoteProtocolError):
        decode_log_record(encode_map(fields))
