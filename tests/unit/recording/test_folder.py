from __future__ import annotations

import os

import pytest

from gazewire.errors import RecordingError
from gazewire.recording import RecordingFolder

T0 = 1_790_000_000_123_456_789  # 2026-09-21 14:13:20 UTC
ID = "e0f5a1b2-1111-4222-8333-444455556666"


@pytest.fixture
def folder(tmp_path):
    return RecordingFolder(tmp_path / "recording")


def test_folder_is_named_by_utc_and_the_first_of_the_id(tmp_path):
    folder = RecordingFolder.create(tmp_path / "a" / "b", recording_id=ID, start_unix_ns=T0)

    assert folder.path == tmp_path / "a" / "b" / "2026-09-21_14-13-20-e0f5a1b2"
    assert folder.path.is_dir()


def test_taken_names_are_counted_up(tmp_path):
    names = [
        RecordingFolder.create(tmp_path, recording_id=ID, start_unix_ns=T0).path.name[-10:]
        for _ in range(3)
    ]

    assert names == ["0-e0f5a1b2", "e0f5a1b2-2", "e0f5a1b2-3"]


def test_root_that_is_a_file_is_an_error_that_says_what_to_do(tmp_path):
    root = tmp_path / "file"
    root.touch()

    with pytest.raises(RecordingError, match="choose a folder that this user may write to"):
        RecordingFolder.create(root, recording_id=ID, start_unix_ns=T0)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere"
)
def test_root_without_permission_is_an_error_that_says_what_to_do(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(RecordingError, match="Permission denied"):
        RecordingFolder.create(tmp_path, recording_id=ID, start_unix_ns=T0)


def test_written_file_is_replaced_whole(folder):
    folder.write_file("info.json", b"long content")
    folder.write_file("info.json", b"short")

    assert (folder.path / "info.json").read_bytes() == b"short"
    assert os.listdir(folder.path) == ["info.json"]
    assert folder.names == ("info.json",)


def test_failed_replacement_leaves_what_was(folder):
    folder.write_file("info.json", b"good")
    # What cannot be replaced by a file: a folder that is not empty.
    (folder.path / "other.json" / "in the way").mkdir(parents=True)

    with pytest.raises(OSError, match=r"other\.json"):
        folder.write_file("other.json", b"content")

    assert sorted(os.listdir(folder.path)) == ["info.json", "other.json"]
    assert folder.names == ("info.json",)


def test_names_keep_the_order_in_which_files_were_made(folder):
    folder.new_file("b").touch()
    folder.write_file("a", b"")
    folder.new_file("b")

    assert folder.names == ("b", "a")


def test_removed_folder_is_gone(folder):
    folder.write_file("a", b"")
    folder.new_file("never made")
    folder.sync()
    folder.remove()

    assert not folder.path.exists()


def test_foreign_files_survive_the_removal(folder):
    folder.write_file("a", b"")
    (folder.path / "notes.txt").write_text("mine")
    folder.remove()

    assert os.listdir(folder.path) == ["notes.txt"]
