"""What was really sent, written down for whoever checks a client: JSON lines.

A source that knows more than it publishes is asked for it: the truth of a record comes before the
record, and goes into its line; the truth of pupils, which are in no record, has lines of its own.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Iterator, Mapping
from contextlib import closing
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import msgspec

from gazewire.camera import Record, StreamTruth, Timeline, Truthful, Wants
from gazewire.errors import RecordingError
from gazewire.flow import Subscription
from gazewire.model import AudioChunk, Frame, GazeDatum, ImuDatum

__all__ = ["records_and_truths", "write_truth"]

_FLUSH_INTERVAL_S = 0.05
_OWN_LINE = frozenset({"pupil.0", "pupil.1"})


def records_and_truths(
    source: Timeline, start_unix_ns: int, wants: Wants | None = None
) -> Iterator[Record | StreamTruth]:
    """Make the records of a source, each after what it knows beyond them of the same instant."""
    records = source.records(start_unix_ns, wants)
    if not isinstance(source, Truthful):
        return records
    truths = source.stream_truths(start_unix_ns)
    return heapq.merge(truths, records, key=attrgetter("timestamp_unix_ns"))


async def write_truth(path: Path, items: Subscription[Record | StreamTruth]) -> None:
    """Write one line for each record and each pupil, in order; on disk within a tenth of a second.

    Each line has ``stream`` (``gaze``, ``world``, ``eyes``, ``audio``, ``imu``, ``eye_events``,
    ``pupil.0`` or ``pupil.1``) and ``timestamp_unix_ns``; the rest are the fields of the record by
    name, for frames and chunks of sound the index, and then what the source knows beyond it.

    Raises:
        RecordingError: the file cannot be opened.
    """
    try:
        file = path.open("wb")
    except OSError as error:
        raise RecordingError(
            f"the truth cannot be written to {path} ({error.strerror}); choose another file"
        ) from error
    with closing(file):
        async with asyncio.TaskGroup() as tasks:
            flushing = tasks.create_task(_flush(file), name="truth on disk")
            await _write_lines(file, items)
            flushing.cancel()


async def _write_lines(file: BinaryIO, items: Subscription[Record | StreamTruth]) -> None:
    encoder = msgspec.json.Encoder()
    # By stream, of the records that are still to come.
    known: dict[str, StreamTruth] = {}
    async for item in items:
        if isinstance(item, StreamTruth):
            if item.stream not in _OWN_LINE:
                known[item.stream] = item
                continue
            stream, values = item.stream, item.values
        else:
            stream, values = _told(item)
            truth = known.pop(stream, None)
            if truth is not None and truth.timestamp_unix_ns == item.timestamp_unix_ns:
                values = {**values, **truth.values}
        head = {"stream": stream, "timestamp_unix_ns": item.timestamp_unix_ns}
        file.write(encoder.encode(head | dict(values)) + b"\n")


async def _flush(file: BinaryIO) -> None:
    while True:
        await asyncio.sleep(_FLUSH_INTERVAL_S)
        file.flush()


def _told(record: Record) -> tuple[str, Mapping[str, object]]:
    """The name of the record's stream, and what is written of it."""
    match record:
        case Frame():
            return record.camera, {"index": record.index}
        case AudioChunk():
            return "audio", {"index": record.index}
        case GazeDatum():
            stream = "gaze"
        case ImuDatum():
            stream = "imu"
        case _:
            stream = "eye_events"
    fields = msgspec.to_builtins(record)
    kind = fields.pop("type", None)
    return stream, fields if kind is None else fields | {"event": kind}
