"""What was really sent, written down for whoever checks a client: JSON lines."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import msgspec

from gazewire.camera import Record
from gazewire.errors import RecordingError
from gazewire.flow import Subscription
from gazewire.model import AudioChunk, Frame, GazeDatum, ImuDatum

__all__ = ["write_truth"]

_FLUSH_INTERVAL_S = 0.1


class _NumberedTruth(msgspec.Struct, frozen=True):
    stream: str
    timestamp_unix_ns: int
    index: int


async def write_truth(path: Path, records: Subscription[Record]) -> None:
    """Append one line for each record, in order; on disk within a tenth of a second.

    Each line has ``stream`` (``gaze``, ``world``, ``eyes``, ``audio``, ``imu`` or ``eye_events``)
    and ``timestamp_unix_ns``; the rest are the fields of the record by name, for frames and chunks
    of sound the index.

    Raises:
        RecordingError: the file cannot be opened.
    """
    encoder = msgspec.json.Encoder()
    loop = asyncio.get_running_loop()
    try:
        file = path.open("wb")
    except OSError as error:
        raise RecordingError(
            f"the truth cannot be written to {path} ({error.strerror}); choose another file"
        ) from error
    with closing(file):
        flushed_s = loop.time()
        async for record in records:
            file.write(encoder.encode(_line(record)) + b"\n")
            if loop.time() - flushed_s >= _FLUSH_INTERVAL_S:
                file.flush()
                flushed_s = loop.time()


def _line(record: Record) -> object:
    match record:
        case Frame():
            return _NumberedTruth(record.camera, record.timestamp_unix_ns, record.index)
        case AudioChunk():
            return _NumberedTruth("audio", record.timestamp_unix_ns, record.index)
        case GazeDatum():
            stream = "gaze"
        case ImuDatum():
            stream = "imu"
        case _:
            stream = "eye_events"
    fields = msgspec.to_builtins(record)
    kind = fields.pop("type", None)
    head = {"stream": stream, "timestamp_unix_ns": record.timestamp_unix_ns}
    return head | fields | ({} if kind is None else {"event": kind})
