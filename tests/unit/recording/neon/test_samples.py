from __future__ import annotations

import numpy as np
import pytest

from gazewire.errors import UndecodableSourceError, UnreadableSourceError

pytest.importorskip("av", reason="gazewire.recording needs the extra [video]")

from gazewire.recording.neon.layout import GAZE, WORN
from gazewire.recording.neon.samples import (
    Samples,
    find_parts,
    read_array,
    read_parts,
    read_row_type,
)

T0 = 1_760_000_000_000_000_003
MS = 1_000_000


def brief(samples: Samples) -> list[tuple[float, float]]:
    times = (samples.times_unix_ns - T0) / MS
    return list(zip(times.tolist(), samples.rows["x"].tolist(), strict=True))


def test_parts_are_joined_in_numeric_order_with_gaps(phone):
    for part in (12, 1, 3):
        phone.gaze([(part, 0)], [part], part=part)
    assert find_parts(phone.folder, "gaze", ".raw") == [1, 3, 12]
    assert brief(read_parts(phone.folder, GAZE, GAZE.row)) == [(1, 1), (3, 3), (12, 12)]


def test_each_part_is_evened_out_by_itself(phone):
    phone.gaze([(1, 0), (2, 0)], [1, 2, 99], part=1)
    phone.gaze([(3, 0), (4, 0), (99, 0)], [3, 4], part=2)
    assert brief(read_parts(phone.folder, GAZE, GAZE.row)) == [(1, 1), (2, 2), (3, 3), (4, 4)]


@pytest.mark.parametrize("torn_bytes", range(1, 8))
def test_partial_rows_are_ignored(phone, torn_bytes):
    phone.gaze([(1, 0), (2, 0)], [1, 2])
    for name in ("gaze ps1.raw", "gaze ps1.time"):
        path = phone.folder / name
        path.write_bytes(path.read_bytes()[:-torn_bytes])
    assert brief(read_parts(phone.folder, GAZE, GAZE.row)) == [(1, 1)]


def test_raw_without_time_has_no_samples(phone):
    phone.stream("gaze", GAZE.row, [(1, 0)])
    assert len(read_parts(phone.folder, GAZE, GAZE.row)) == 0


def test_stray_copies_are_ignored(phone):
    phone.gaze([(1, 0)], [1])
    phone.write("gaze ps1 copy.raw", bytes(8))
    phone.write("gaze ps1 copy.time", bytes(8))
    assert brief(read_parts(phone.folder, GAZE, GAZE.row)) == [(1, 1)]


def test_missing_stream_is_empty(phone):
    samples = read_parts(phone.folder, GAZE, GAZE.row)
    assert len(samples) == 0
    assert len(samples.rising()) == 0


def test_other_streams_clock_can_be_used(phone):
    phone.gaze([(1, 0), (2, 0)], [5, 6])
    phone.stream("worn", WORN.row, [(255,), (0,)])
    samples = read_parts(phone.folder, WORN, WORN.row, clock=GAZE)
    assert ((samples.times_unix_ns - T0) / MS).tolist() == [5, 6]
    assert samples.rows["worn"].tolist() == [255, 0]


def test_rising_puts_in_order_and_keeps_the_first_of_equals(phone):
    phone.gaze([(2, 0), (1, 0), (9, 0), (3, 0)], [2, 1, 2, 3])
    assert brief(read_parts(phone.folder, GAZE, GAZE.row).rising()) == [(1, 1), (2, 2), (3, 3)]


def test_rows_are_found_by_exact_instant(phone):
    phone.gaze([(1, 0), (2, 0)], [1, 2])
    samples = read_parts(phone.folder, GAZE, GAZE.row)
    wanted = np.array([T0, T0 + MS, T0 + MS + 1, T0 + 2 * MS, T0 + 3 * MS])
    rows, found = samples.rows_at(wanted)
    assert found.tolist() == [False, True, False, True, False]
    assert rows["x"][found].tolist() == [1, 2]


def test_nothing_is_found_in_nothing():
    samples = Samples(np.empty(0, np.int64), np.empty(0, GAZE.row))
    _, found = samples.rows_at(np.array([1, 2]))
    assert found.tolist() == [False, False]


def test_columns_are_those_of_the_dtype_file(phone):
    assert read_row_type(phone.folder, GAZE, ("x", "y")) == GAZE.row
    phone.write("gaze.dtype", b"[('y', '>f8'), ('x', 'int16')]")
    row = read_row_type(phone.folder, GAZE, ("x", "y"))
    assert row == np.dtype([("y", ">f8"), ("x", "<i2")])


def test_missing_column_is_told(phone):
    phone.write("gaze.dtype", b"[('x', 'float32')]")
    with pytest.raises(UndecodableSourceError, match="lacks the columns y"):
        read_row_type(phone.folder, GAZE, ("x", "y"))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[("])
def test_broken_dtype_file_is_told(phone, content):
    phone.write("gaze.dtype", content)
    with pytest.raises(UndecodableSourceError, match=r"gaze\.dtype does not name"):
        read_row_type(phone.folder, GAZE, ("x", "y"))


def test_folder_in_place_of_a_file_is_told(phone):
    (phone.folder / "gaze ps1.raw").mkdir()
    with pytest.raises(UnreadableSourceError, match="cannot be read"):
        read_array(phone.folder / "gaze ps1.raw", GAZE.row)
