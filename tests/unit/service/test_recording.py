from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.errors import RecordingError
from gazewire.service.recording import session_folder


def test_recordings_of_a_session_are_numbered(tmp_path: Path) -> None:
    folders = [session_folder(tmp_path, "a/b", anywhere=False) for _ in range(2)]
    assert folders == [tmp_path / "a/b/000", tmp_path / "a/b/001"]


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/x", "//host/x", "C:\\x", "C:x", "..\\x", "", "a\0b", "x" * 300]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    with pytest.raises(RecordingError):
        session_folder(root, name, anywhere=False)
    assert not any(tmp_path.rglob("x*"))


def test_a_link_does_not_lead_elsewhere(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "link").symlink_to(outside)
    with pytest.raises(RecordingError, match="leads out"):
        session_folder(root, "link/x", anywhere=False)
    assert not any(outside.iterdir())


def test_an_absolute_name_is_taken_where_it_may_be(tmp_path: Path) -> None:
    named = tmp_path / "elsewhere"
    folder = session_folder(tmp_path / "root", str(named), anywhere=True)
    assert folder == named / "000"


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="not writable"):
        session_folder(tmp_path / "file", "x", anywhere=False)


def test_without_a_root_there_is_no_folder() -> None:
    with pytest.raises(RecordingError, match="--record-dir"):
        session_folder(None, "x", anywhere=False)
