"""What a Core recording has of the bus, message by message, to be published again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from gazewire.recording.core import layout
from gazewire.recording.core.archive import CoreClock, core_clock
from gazewire.recording.core.pldata import read_pldata
from gazewire.recording.finding import Findings
from gazewire.recording.rows import read_file
from gazewire.wire.ipc import decode_map, encode_map

__all__ = ["CoreTape", "TapedMessage"]

# Notifications are left out: who hears them acts on them.
_KINDS = ("pupil", "gaze", "fixations", "blinks", "surfaces", "head_pose", "annotation")
_TIMES = frozenset({"timestamp", "start_timestamp", "end_timestamp"})


class _Stamped(msgspec.Struct):
    timestamp: float


_STAMPED = msgspec.msgpack.Decoder(_Stamped)


@dataclass(frozen=True, slots=True)
class TapedMessage:
    """One message, as it was recorded.

    Attributes:
        timestamp_unix_ns: its instant.
        topic: under which it was published.
        payload: its map, packed.
    """

    timestamp_unix_ns: int
    topic: str
    payload: bytes

    def retold(self, core_s: Callable[[float], float]) -> bytes:
        """Give the map with other times in it.

        Args:
            core_s: what an instant is to be told as, by what it was told as.

        Raises:
            RemoteProtocolError: it is no map.
        """
        return encode_map({k: _retold(k, v, core_s) for k, v in decode_map(self.payload).items()})


class CoreTape:
    """The messages of a recording, in order of time.

    Attributes:
        clock: between Core time and Unix time, as it was.
    """

    def __init__(self, folder: Path) -> None:
        """Read them all; what is damaged is left out.

        Args:
            folder: the recording.
        """
        self.clock: CoreClock = core_clock(folder)
        messages = [m for kind in _KINDS for m in self._read(folder / f"{kind}{layout.PLDATA}")]
        self.messages = sorted(messages, key=lambda message: message.timestamp_unix_ns)

    def _read(self, path: Path) -> Iterator[TapedMessage]:
        findings = Findings()
        for record in read_pldata(read_file(path, findings), path.name, findings):
            try:
                core_s = _STAMPED.decode(record.payload).timestamp
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                continue
            at = self.clock.instant_ns(core_s)
            yield TapedMessage(at, record.topic, record.payload)


def _retold(key: str, value: object, core_s: Callable[[float], float]) -> object:
    match value:
        case float() if key in _TIMES:
            return core_s(value)
        case dict():
            return {k: _retold(k, v, core_s) for k, v in value.items()}
        # Of fixations, what they were computed from is told as pairs of topic and time.
        case [str(topic), float(at)] if key == "base_data":
            return [topic, core_s(at)]
        case list():
            return [_retold(key, item, core_s) for item in value]
    return value
