from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("av", reason="gazewire.recording needs the extra [video]")

from gazewire.recording.neon import layout

SIZES = [
    (layout.GAZE, 8),
    (layout.GAZE_LEFT, 8),
    (layout.GAZE_RIGHT, 8),
    (layout.WORN, 1),
    (layout.EYE_STATE, 80),
    (layout.IMU, 48),
    (layout.FIXATIONS, 60),
    (layout.BLINKS, 20),
]


@pytest.mark.parametrize(("stream", "size_bytes"), SIZES)
def test_rows_are_packed(stream, size_bytes):
    assert stream.row.itemsize == size_bytes


def test_files_are_named_as_the_phone_does():
    assert layout.GAZE.raw_file(1) == "gaze ps1.raw"
    assert layout.EYE_STATE.time_file(12) == "eye_state ps12.time"
    assert layout.IMU.dtype_file == "imu.dtype"
    assert layout.SCENE_VIDEO.video_file(2) == "Neon Scene Camera v1 ps2.mp4"
    assert layout.EYES_VIDEO.time_aux_file(1) == "Neon Sensor Module v1 ps1.time_aux"


@pytest.mark.parametrize("stream", [stream for stream, _ in SIZES])
def test_column_list_comes_back(stream):
    assert layout.dtype_from_text(layout.dtype_text(stream.row)) == stream.row


def test_column_list_is_written_as_the_phone_does():
    assert layout.dtype_text(layout.GAZE.row) == '[\n("x", "float32"),\n("y", "float32"),\n]\n'


def test_explicit_byte_order_is_obeyed():
    row = layout.dtype_from_text("[('a', '>f4'), ('b', 'float32'), ('c', 'uint8')]")
    assert row == np.dtype([("a", ">f4"), ("b", "<f4"), ("c", "u1")])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "x",
        "[1, 2]",
        "[('a',)]",
        "[('a', 'object')]",
        "[('a', 'U4')]",
        "[('a', 'f4'), ('a', 'f4')]",
        "__import__('os')",
        "(" * 5000,
    ],
)
def test_what_is_no_column_list_is_refused(text):
    with pytest.raises(ValueError, match=r"not a list of"):
        layout.dtype_from_text(text)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("gaze ps1.raw", 1),
        ("gaze ps12.time", 12),
        ("gaze ps1 copy.raw", None),
        ("gaze_left ps1.raw", None),
        ("gaze ps.raw", None),
        ("gaze ps-1.raw", None),
        ("gaze ps1.raw.bak", None),
        ("gaze ps99999999999999999999.raw", None),
    ],
)
def test_part_is_told_by_the_name(name, part):
    assert layout.parse_part("gaze", name) == part


def test_real_column_lists_are_ours(data_dir):
    folder = data_dir / "neon-recording" / "demo_recording"
    for stream in (layout.GAZE, layout.WORN, layout.EYE_STATE, layout.IMU, layout.FIXATIONS):
        text = (folder / stream.dtype_file).read_text()
        assert layout.dtype_from_text(text) == stream.row
