"""The log stream: topics ``logging.<level>``, with the attributes of a record of Python's logging.

A reader forms the line itself: where ``args`` is not empty, ``msg`` is a format.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

import msgspec

from gazewire.errors import LocalProtocolError
from gazewire.wire.ipc.map_codec import decode_struct, find_fault
from gazewire.wire.ipc.message import Message
from gazewire.wire.ipc.topic import logging_topic

__all__ = ["WireLogRecord", "decode_log_record", "log_message"]


class WireLogRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader needs of the map of a log record.

    Attributes:
        name: of the logger.
        levelname: ``INFO`` and so on.
        levelno: 10 for debugging to 50 for what is critical.
        msg: the line, or its format where `args` is not empty. Senders may have put anything here.
        args: what to put in; a list, or a map for named places.
        process_name: which process wrote it, such as ``service`` or ``eye0``.
        created: Unix seconds.
        exc_text: the traceback, if any.
    """

    name: str
    levelname: str
    levelno: int
    # Any, here and below: a log record takes whatever the program gave it.
    msg: Any
    args: Any = None
    process_name: str = msgspec.field(default="", name="processName")
    created: float = 0.0
    exc_text: str | None = None

    def line(self) -> str:
        """The line that was logged; format and arguments side by side where they do not fit."""
        text = str(self.msg)
        if not self.args:
            return text
        try:
            return text % (tuple(self.args) if isinstance(self.args, list) else self.args)
        except (TypeError, ValueError, KeyError):
            return f"{text} {self.args}"


_DECODER = msgspec.msgpack.Decoder(WireLogRecord)


def log_message(record: logging.LogRecord) -> Message:
    """Make the message of a log record, whatever it holds.

    What cannot travel is told in words: the line is formed here, a traceback becomes its text.
    """
    topic = logging_topic(record.levelname)
    fields: dict[str, object] = {**vars(record), "topic": topic}
    try:
        return Message.from_map(topic, fields)
    except LocalProtocolError:
        return Message.from_map(topic, _in_words(record, fields))


def decode_log_record(payload: bytes | memoryview) -> WireLogRecord:
    """Read the map of a log record.

    Raises:
        RemoteProtocolError: a key is missing or of another type.
    """
    return decode_struct(payload, _DECODER)


def _in_words(record: logging.LogRecord, fields: dict[str, object]) -> dict[str, object]:
    exception = record.exc_info[1] if record.exc_info else None
    told = "".join(traceback.format_exception(exception)) if exception else record.exc_text
    words = {
        key: value if find_fault(value) is None else str(value) for key, value in fields.items()
    }
    return {**words, "msg": _line(record), "args": [], "exc_info": told, "exc_text": told}


def _line(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"
