from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.model import Annotation
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    Message,
    annotation_map,
    decode_map,
    encode_map,
    parse_annotation,
)

AT_NS = 1_700_000_012_500_000_000
ANNOTATION = Annotation(
    label="Hi this is my annotation 1",
    timestamp_unix_ns=AT_NS,
    duration_s=1,
    fields={"trial": 7, "ok": True},
)


def test_an_annotation_is_the_bytes_of_the_wire(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    assert encode_map(annotation_map(ANNOTATION, timebase)) == vector("annotation")
    assert parse_annotation(decode_map(vector("annotation")), timebase) == ANNOTATION


def test_a_whole_number_of_seconds_is_a_duration(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    annotation = parse_annotation(decode_map(vector("annotation_integer_duration")), timebase)
    assert annotation == Annotation(label="trial", timestamp_unix_ns=AT_NS)
    assert isinstance(annotation.duration_s, float)


def test_a_topic_and_a_duration_may_be_missing(timebase: TimeBase) -> None:
    assert parse_annotation({"label": "x", "timestamp": 12.5}, timebase) == Annotation(
        label="x", timestamp_unix_ns=AT_NS
    )


def test_columns_cannot_pass_for_what_the_annotation_itself_says(timebase: TimeBase) -> None:
    sly = Annotation(label="x", timestamp_unix_ns=AT_NS, fields={"label": "y", "timestamp": "z"})
    assert annotation_map(sly, timebase) == {
        "topic": "annotation",
        "label": "x",
        "timestamp": 12.5,
        "duration": 0.0,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"label": "x"},
        {"timestamp": 12.5},
        {"label": 7, "timestamp": 12.5},
        {"label": None, "timestamp": 12.5},
        {"label": "x", "timestamp": "12.5"},
        {"label": "x", "timestamp": None},
        {"label": "x", "timestamp": math.nan},
        {"label": "x", "timestamp": math.inf},
        {"label": "x", "timestamp": 1e300},
        {"label": "x", "timestamp": 12.5, "duration": "1"},
        {"label": "x", "timestamp": 12.5, "duration": math.nan},
        {"label": "x", "timestamp": 12.5, "column": {1: 2}},
    ],
)
def test_an_annotation_that_cannot_be_kept_is_the_peers_fault(
    fields: dict[str, object], timebase: TimeBase
) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_annotation(fields, timebase)


def test_raw_frames_beside_an_annotation_are_no_harm(timebase: TimeBase) -> None:
    payload = encode_map({"label": "x", "timestamp": 12.5})
    annotation = parse_annotation(Message("annotation", payload, (b"raw",)).map(), timebase)
    assert annotation.label == "x"
