from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.multicam.recorded_sets import RecordedSets, SetProof


def recorded(path: Path, *, right: list[int]) -> tuple[list[str], SetProof]:
    sets = RecordedSets(path, ["left", "ri,ght"], tolerance_ns=5)
    for frame, index in enumerate([0, 1, 2]):
        sets.add(0, index, 100 * index, frame)
    for frame, index in enumerate(right):
        sets.add(1, index, 100 * index + 3, frame)
    proof = sets.finish()
    return path.read_text().splitlines(), proof


def test_a_set_is_a_row_of_numbers_in_the_videos(tmp_path: Path) -> None:
    rows, proof = recorded(tmp_path / "sets.csv", right=[0, 1, 2])
    assert rows == ['timestamp_unix_ns,"left","ri,ght"', "0,0,0", "100,1,1", "200,2,2"]
    assert proof.is_equal
    assert proof.sentence == "all 2 videos have 3 images, and each image has its partners"


def test_what_is_missing_is_told_in_words(tmp_path: Path) -> None:
    rows, proof = recorded(tmp_path / "sets.csv", right=[0, 2])
    assert rows[1:] == ["0,0,0", "200,2,1"]
    assert not proof.is_equal
    assert proof.sentence == (
        "2 sets are whole; left has 3 images, 1 of them without all partners, "
        "ri,ght has 2 images, 0 of them without all partners"
    )


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        RecordedSets(tmp_path / "none" / "sets.csv", ["a", "b"], tolerance_ns=None)
