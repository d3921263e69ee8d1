"""Whatever bytes lie in a recording, reading it gives samples or our own error."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.errors import SourceError

pytest.importorskip("av", reason="gazewire.recording needs the extra [video]")

import contextlib

from gazewire.recording import GazeTable
from gazewire.recording.neon import layout
from gazewire.recording.neon.reader import NeonRecording

STREAMS = (
    layout.GAZE,
    layout.GAZE_LEFT,
    layout.WORN,
    layout.EYE_STATE,
    layout.IMU,
    layout.EXTIMU,
    layout.FIXATIONS,
    layout.BLINKS,
)
FILES = [
    layout.INFO_FILE,
    layout.CALIBRATION_FILE,
    layout.EVENT_NAMES_FILE,
    layout.EVENT_TIMES_FILE,
    *(
        name
        for stream in STREAMS
        for name in (stream.raw_file(1), stream.time_file(1), stream.raw_file(2), stream.dtype_file)
    ),
    f"{layout.POST_PROCESSED_GAZE}.raw",
    f"{layout.POST_PROCESSED_GAZE}.time",
    f"{layout.POST_PROCESSED_WORN}.raw",
]
STREAM_NAMES = ("gaze", "imu", "eye_events")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FILES), st.binary(max_size=200), max_size=12))
def test_garbage_gives_samples_or_our_error(files):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / layout.INFO_FILE).write_text(json.dumps({"recording_id": "r"}))
        for file, content in files.items():
            (folder / file).write_bytes(content)
        try:
            recording = NeonRecording(folder)
        except SourceError:
            return
        for stream in STREAM_NAMES:
            try:
                records = list(getattr(recording, stream).data())
            except SourceError:
                continue
            times = [record.timestamp_unix_ns for record in records]
            assert times == sorted(times)
        with contextlib.suppress(SourceError):
            assert isinstance(recording.events, tuple)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30 * 8), st.integers(0, 30 * 8))
def test_recording_cut_off_at_any_byte_gives_its_whole_samples(raw_bytes, time_bytes):
    points = np.arange(60, dtype="<f4").tobytes()
    times = (np.arange(30) * 5_000_000).astype("<i8").tobytes()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / layout.GAZE.raw_file(1)).write_bytes(points[:raw_bytes])
        (folder / layout.GAZE.time_file(1)).write_bytes(times[:time_bytes])
        data = list(NeonRecording(folder).gaze.data())
    count = min(raw_bytes // 8, time_bytes // 8)
    assert [(datum.timestamp_unix_ns, datum.x_px) for datum in data] == [
        (index * 5_000_000, 2.0 * index) for index in range(count)
    ]


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text("time_s,x_pyn0123456789.-e\"'\r\n\x00 ", max_size=200).map(
            lambda text: b"time_s,x_px,y_px,worn\n" + text.encode()
        ),
    )
)
def test_any_table_gives_samples_in_order_or_our_error(content):
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "gaze.csv"
        path.write_bytes(content)
        try:
            table = GazeTable(path)
        except SourceError:
            return
        times = [datum.timestamp_unix_ns for datum in table.data(0)]
    assert times == sorted(set(times))
    assert times
