from __future__ import annotations

import pytest

from gazewire.errors import RecordingError
from gazewire.recording import BothLayouts
from gazewire.recording.folder import RecordingFolder
from gazewire.recording.layouts import core_folder


class Writer:
    def __init__(self, *, fails: bool = False) -> None:
        self.calls: list[tuple] = []
        self._fails = fails

    def _take(self, *call: object) -> None:
        self.calls.append(call)
        if self._fails:
            raise RecordingError("no space")

    def write(self, record) -> None:
        self._take("write", record)

    def checkpoint(self, now_unix_ns: int) -> None:
        self._take("checkpoint", now_unix_ns)

    def finish(self, end_unix_ns: int) -> None:
        self._take("finish", end_unix_ns)

    def discard(self) -> None:
        self._take("discard")


def test_everything_goes_to_both():
    first, second = Writer(), Writer()
    both = BothLayouts([first, second])
    both.write("a")
    both.checkpoint(1)
    both.finish(2)
    both.discard()
    told = [("write", "a"), ("checkpoint", 1), ("finish", 2), ("discard",)]
    assert first.calls == second.calls == told


def test_where_one_fails_the_other_is_told_and_it_fails():
    first, second = Writer(fails=True), Writer()
    with pytest.raises(RecordingError, match="no space"):
        BothLayouts([first, second]).finish(3)
    assert second.calls == [("finish", 3)]


def test_folder_of_core_lies_beside_that_of_neon(tmp_path):
    folder = core_folder(RecordingFolder(tmp_path / "r"))
    assert folder.path == tmp_path / "r-core"
    with pytest.raises(RecordingError, match="r-core"):
        core_folder(RecordingFolder.existing(tmp_path / "r"))
