from __future__ import annotations

import os

import numpy as np
import pytest

from gazewire.recording import RecordingFolder
from gazewire.recording.neon.layout import GAZE, GAZE_LEFT, WORN
from gazewire.recording.neon.series import Series

T = 1_790_000_000_123_456_789


def gaze_row(x: float, y: float) -> bytes:
    return np.array((x, y), GAZE.row).tobytes()


@pytest.fixture
def folder(tmp_path):
    return RecordingFolder(tmp_path / "recording")


@pytest.fixture
def series(folder):
    series = Series(folder, GAZE)
    yield series
    series.close()


def test_row_and_instant_are_on_disk_when_append_returns(series, folder):
    assert series.append(T, {GAZE: gaze_row(800.5, 600.25)})

    assert (folder.path / "gaze ps1.raw").read_bytes() == bytes.fromhex("0020484400101644")
    assert (folder.path / "gaze ps1.time").read_bytes() == bytes.fromhex("15cd4e2b845bd718")


def test_no_file_before_the_first_row(series, folder):
    assert os.listdir(folder.path) == []


def test_opened_series_has_empty_files(series, folder):
    series.open()

    assert sorted(os.listdir(folder.path)) == ["gaze ps1.raw", "gaze ps1.time"]


@pytest.mark.parametrize("instant", [T, T - 1, -1, 1 << 63])
def test_instant_that_does_not_rise_is_counted_and_left_out(series, folder, instant):
    series.append(T, {GAZE: gaze_row(1, 2)})

    assert not series.append(instant, {GAZE: gaze_row(3, 4)})
    assert (series.rows, series.dropped) == (1, 1)
    assert (folder.path / "gaze ps1.time").stat().st_size == 8


def test_stream_that_begins_late_or_pauses_is_filled_with_nan(series, folder):
    series.append(T, {GAZE: gaze_row(1, 1)})
    series.append(T + 1, {GAZE: gaze_row(2, 2)})
    series.append(T + 2, {GAZE: gaze_row(3, 3), GAZE_LEFT: gaze_row(30, 31)})
    series.append(T + 3, {GAZE: gaze_row(4, 4)})

    left = np.fromfile(folder.path / "gaze_left ps1.raw", "<f4").reshape(-1, 2)
    nan = np.nan
    np.testing.assert_array_equal(left, [[nan, nan], [nan, nan], [30, 31], [nan, nan]])
    assert (folder.path / "gaze ps1.raw").stat().st_size == 4 * 8


def test_failed_write_takes_back_the_rows_of_the_other_streams(series, folder):
    series.append(T, {GAZE: gaze_row(1, 1)})
    # A folder stands where the second stream wants its file.
    (folder.path / "worn ps1.raw").mkdir()

    with pytest.raises(OSError, match="worn"):
        series.append(T + 1, {GAZE: gaze_row(2, 2), WORN: b"\xff"})

    assert (folder.path / "gaze ps1.raw").read_bytes() == gaze_row(1, 1)
    assert (folder.path / "gaze ps1.time").stat().st_size == 8
    assert series.append(T + 1, {GAZE: gaze_row(3, 3)})
    assert (folder.path / "gaze ps1.raw").read_bytes() == gaze_row(1, 1) + gaze_row(3, 3)
