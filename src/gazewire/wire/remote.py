"""Pupil Remote: short requests of text, each answered by one line of text.

A request of one frame is a command; one of several frames is a bus message to pass on. Both sides
speak in values:

    command = parse_request(frames)                # the server: what was asked
    reply = time_reply(timebase.core_s(now))       # and what to say

    frames = StartRecording("pilot").serialize()   # the client

Commands are matched from top to bottom as the program has always matched them, by their first
letter where it did so: ``recording`` stops a recording, and the character after the letter is
skipped whatever it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Notification

__all__ = [
    "COMPATIBLE_VERSION",
    "FORWARDED",
    "MAX_REQUEST_BYTES",
    "OK",
    "TIME_SET",
    "UNKNOWN_COMMAND",
    "AskPublishPort",
    "AskSubscribePort",
    "AskTime",
    "AskVersion",
    "Command",
    "Forward",
    "RefusedTime",
    "SetTime",
    "StartCalibration",
    "StartRecording",
    "StopCalibration",
    "StopRecording",
    "UnknownCommand",
    "parse_port_reply",
    "parse_request",
    "parse_time_reply",
    "port_reply",
    "time_reply",
]

COMPATIBLE_VERSION = "3.6.14"
"""The version of the Core programs whose manners these are; clients choose theirs by it."""

MAX_REQUEST_BYTES = 16 * 1024 * 1024
"""Largest request, all frames together."""

OK = b"OK"
"""Reply to the four commands that start and stop something: the wish was heard, no more."""

TIME_SET = b"Timesync successful."
"""Reply to `SetTime`."""

# The documentation promises this confirmation. The program says "Message forwarded.", and no known
# client compares either.
FORWARDED = b"Notification received"
"""Reply to `Forward`: the bus has the message."""

UNKNOWN_COMMAND = b"Unknown command."
"""Reply to `UnknownCommand`, an empty request or one that is not UTF-8."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Two or more frames: put them on the bus unchanged, the first one is the topic.

    Attributes:
        frames: at least two; they need not be what the bus's readers understand.
    """

    frames: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if len(self.frames) < 2:
            raise LocalProtocolError("a bus message has a topic and at least one frame more")

    def serialize(self) -> list[bytes]:
        """The frames themselves."""
        return list(self.frames)


@dataclass(frozen=True, slots=True)
class StartRecording:
    """``R``: start a recording. The reply is `OK` whatever comes of it.

    Attributes:
        session_name: empty for a name by date.
    """

    session_name: str = ""

    def serialize(self) -> list[bytes]:
        """``R`` alone, or followed by a space and the name."""
        return [f"R {self.session_name}".encode() if self.session_name else b"R"]

    @property
    def notification(self) -> Notification:
        """What the bus is told."""
        return Notification(
            subject="recording.should_start", fields={"session_name": self.session_name}
        )


@dataclass(frozen=True, slots=True)
class StopRecording:
    """``r``: stop the recording. The reply is `OK` whatever comes of it."""

    notification: ClassVar[Notification] = Notification(subject="recording.should_stop")

    def serialize(self) -> list[bytes]:
        """``r``."""
        return [b"r"]


@dataclass(frozen=True, slots=True)
class StartCalibration:
    """``C``: start the calibration that is selected. The reply is `OK` whatever comes of it."""

    notification: ClassVar[Notification] = Notification(subject="calibration.should_start")

    def serialize(self) -> list[bytes]:
        """``C``."""
        return [b"C"]


@dataclass(frozen=True, slots=True)
class StopCalibration:
    """``c``: stop the calibration. The reply is `OK` whatever comes of it."""

    notification: ClassVar[Notification] = Notification(subject="calibration.should_stop")

    def serialize(self) -> list[bytes]:
        """``c``."""
        return [b"c"]


@dataclass(frozen=True, slots=True)
class SetTime:
    """``T``: let Core time be this. The reply is `TIME_SET`.

    Attributes:
        core_s: finite Core seconds.
    """

    core_s: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.core_s):
            raise LocalProtocolError(f"Core time must be finite, not {self.core_s!r}")

    def serialize(self) -> list[bytes]:
        """``T``, a space and the shortest decimal that reads back as this double."""
        return [f"T {float(self.core_s)!r}".encode()]


@dataclass(frozen=True, slots=True)
class RefusedTime:
    """``T`` with something that is no finite number; the clock stays.

    Attributes:
        text: what stood in the number's place.
    """

    text: str

    @property
    def reply(self) -> bytes:
        """The whole reply."""
        return f"'{self.text}' cannot be converted to float.".encode()


@dataclass(frozen=True, slots=True)
class AskTime:
    """``t``: the reply is `time_reply`, of a clock read as late as possible."""

    def serialize(self) -> list[bytes]:
        """``t``."""
        return [b"t"]


@dataclass(frozen=True, slots=True)
class AskVersion:
    """``v``: the reply is the version, such as `COMPATIBLE_VERSION`."""

    def serialize(self) -> list[bytes]:
        """``v``."""
        return [b"v"]


@dataclass(frozen=True, slots=True)
class AskSubscribePort:
    """``SUB_PORT``: the reply is `port_reply` of the port where the bus hands out."""

    def serialize(self) -> list[bytes]:
        """``SUB_PORT``."""
        return [b"SUB_PORT"]


@dataclass(frozen=True, slots=True)
class AskPublishPort:
    """``PUB_PORT``: the reply is `port_reply` of the port where the bus takes in."""

    def serialize(self) -> list[bytes]:
        """``PUB_PORT``."""
        return [b"PUB_PORT"]


@dataclass(frozen=True, slots=True)
class UnknownCommand:
    """Anything else; the reply is `UNKNOWN_COMMAND`."""


Command = (
    Forward
    | StartRecording
    | StopRecording
    | StartCalibration
    | StopCalibration
    | SetTime
    | RefusedTime
    | AskTime
    | AskVersion
    | AskSubscribePort
    | AskPublishPort
    | UnknownCommand
)
"""What a request asks for."""

_WHOLE: dict[str, Command] = {
    "SUB_PORT": AskSubscribePort(),
    "PUB_PORT": AskPublishPort(),
    "C": StartCalibration(),
    "c": StopCalibration(),
}
_BY_FIRST_LETTER: dict[str, Command] = {
    "r": StopRecording(),
    "t": AskTime(),
    "v": AskVersion(),
}


def parse_request(frames: Sequence[bytes]) -> Command:
    """Tell what a request asks for. Whatever fits the cap asks for something.

    Raises:
        RemoteProtocolError: the request is larger than `MAX_REQUEST_BYTES`, or has no frame.
    """
    size = sum(map(len, frames))
    if size > MAX_REQUEST_BYTES:
        raise RemoteProtocolError(f"a request has at most {MAX_REQUEST_BYTES} bytes, not {size}")
    if not frames:
        raise RemoteProtocolError("a request has at least one frame")
    if len(frames) > 1:
        return Forward(tuple(frames))
    try:
        text = frames[0].decode()
    except UnicodeDecodeError:
        return UnknownCommand()
    return _parse_command(text)


def _parse_command(text: str) -> Command:
    if command := _WHOLE.get(text):
        return command
    first_letter, argument = text[:1], text[2:]
    if first_letter == "R":
        return StartRecording(argument)
    if first_letter == "T":
        return _parse_time(argument)
    return _BY_FIRST_LETTER.get(first_letter, UnknownCommand())


def _parse_time(text: str) -> SetTime | RefusedTime:
    try:
        core_s = float(text)
    except ValueError:
        return RefusedTime(text)
    return SetTime(core_s) if math.isfinite(core_s) else RefusedTime(text)


def time_reply(core_s: float) -> bytes:
    """Tell the Core time: the shortest decimal that reads back as this double."""
    return repr(float(core_s)).encode()


def parse_time_reply(reply: bytes) -> float:
    """Read the Core time.

    Raises:
        RemoteProtocolError: it is not a finite number.
    """
    try:
        core_s = float(reply.decode())
    except ValueError:
        core_s = math.nan
    if not math.isfinite(core_s):
        raise RemoteProtocolError(f"the reply to `t` is a number, not {reply[:80]!r}")
    return core_s


def port_reply(port: int) -> bytes:
    """Tell a port in decimal digits."""
    return str(port).encode()


def parse_port_reply(reply: bytes) -> int:
    """Read a port.

    Raises:
        RemoteProtocolError: it is not a number from 1 to 65535 in decimal digits.
    """
    if not reply.isdigit() or len(reply) > 5 or not 0 < int(reply) < 65536:
        raise RemoteProtocolError(f"the reply is a port, not {reply[:80]!r}")
    return int(reply)
