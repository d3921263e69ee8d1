"""Samples as lines of text, for spreadsheets and for other programs.

    >>> lines = CsvLines(SensorName.GAZE)
    >>> lines.header()[:31]
    b'timestamp_unix_ns,x_px,y_px,pup'

A table has the columns of the arrays that batches come in, the parts of a record spelled out; what
was not measured is an empty cell. A line of JSON is the record as it is, after its instant.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from gazewire.client._engine.arrays import (
    EYE_EVENT_DTYPE,
    GAZE_DTYPE,
    IMU_DTYPE,
    NOT_ENDED,
    eye_event_array,
    gaze_array,
    imu_array,
)
from gazewire.client.models import SensorName
from gazewire.client.tools.samples import PictureSample, Sample, SoundSample

__all__ = ["CsvLines", "JsonLines", "Lines"]

_ENDS = {"end_unix_ns"}
_EVENT_TAG = "type"


class Lines(Protocol):
    """A way to write samples down."""

    def header(self) -> bytes:
        """What stands before the first sample."""

    def lines(self, samples: Sequence[Sample]) -> bytes:
        """Write samples, a line each."""


class CsvLines:
    """A table with a header (RFC 4180, but for the ends of lines, which are those of Unix).

    Args:
        sensor: whose samples.
    """

    def __init__(self, sensor: SensorName) -> None:
        self._sensor = sensor
        self._columns = _columns(sensor)

    def header(self) -> bytes:
        """The names of the columns."""
        return _csv([self._columns])

    def lines(self, samples: Sequence[Sample]) -> bytes:
        """Write samples, a row each."""
        rows = _rows(self._sensor, samples)
        return _csv(
            [
                [_cell(name, value) for name, value in zip(self._columns, row, strict=True)]
                for row in rows
            ]
        )


class JsonLines:
    """A JSON object a line; numbers that are none are ``null``."""

    def header(self) -> bytes:
        """Nothing."""
        return b""

    def lines(self, samples: Sequence[Sample]) -> bytes:
        """Write samples, a line each."""
        return msgspec.json.Encoder().encode_lines(map(_document, samples))


def _document(sample: Sample) -> dict[str, Any]:
    # Any: what the fields of a record hold.
    document: dict[str, Any] = {"timestamp_unix_ns": sample.timestamp_unix_ns}
    for name, value in msgspec.to_builtins(sample).items():
        # As in the file of truth that a device writes.
        document["event" if name == _EVENT_TAG else name] = value
    return document


def _columns(sensor: SensorName) -> tuple[str, ...]:
    match sensor:
        case SensorName.GAZE:
            return GAZE_DTYPE.names or ()
        case SensorName.IMU:
            return IMU_DTYPE.names or ()
        case SensorName.EYE_EVENTS:
            return EYE_EVENT_DTYPE.names or ()
        case SensorName.AUDIO:
            return SoundSample.__struct_fields__
        case _:
            return PictureSample.__struct_fields__


def _rows(sensor: SensorName, samples: Sequence[Any]) -> list[tuple[Any, ...]]:
    # Any: the samples are of the sensor's type, and the rows of what its columns hold.
    match sensor:
        case SensorName.GAZE:
            rows = gaze_array(samples)
        case SensorName.IMU:
            rows = imu_array(samples)
        case SensorName.EYE_EVENTS:
            rows = eye_event_array(samples)
        case _:
            return [msgspec.structs.astuple(sample) for sample in samples]
    listed: list[tuple[Any, ...]] = rows.tolist()
    return listed


def _cell(column: str, value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return "" if column in _ENDS and value == NOT_ENDED else value


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
