from __future__ import annotations

import io

import numpy as np
import pytest

from gazewire.recording.core.column import NpyColumn


def test_column_is_what_numpy_reads_at_every_sync(tmp_path):
    column = NpyColumn(tmp_path / "c.npy")
    for count in range(12):
        column.sync()
        np.testing.assert_array_equal(np.load(tmp_path / "c.npy"), np.arange(count) / 3)
        column.append(count / 3)
    column.close()
    np.testing.assert_array_equal(np.load(tmp_path / "c.npy"), np.arange(12) / 3)


def test_header_tells_of_no_more_than_there_is_between_syncs(tmp_path):
    column = NpyColumn(tmp_path / "c.npy")
    column.append(1.0)
    column.sync()
    column.append(2.0)
    seen = np.load(io.BytesIO((tmp_path / "c.npy").read_bytes()))
    column.close()
    assert seen.tolist() == [1.0]


def test_what_is_taken_back_is_written_over(tmp_path):
    column = NpyColumn(tmp_path / "c.npy")
    for value in (1.0, 2.0, 3.0):
        column.append(value)
    column.truncate(1)
    column.append(4.0)
    column.close()
    assert np.load(tmp_path / "c.npy").tolist() == [1.0, 4.0]


def test_file_that_exists_is_not_touched(tmp_path):
    (tmp_path / "c.npy").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        NpyColumn(tmp_path / "c.npy")
    assert (tmp_path / "c.npy").read_bytes() == b"mine"
