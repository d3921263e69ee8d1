"""A recording that cannot go on ends whole, and says why."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from harness import endless_recording
from harness.peer import PeerRunner

pytest.importorskip("resource", reason="file size limits are POSIX")

SCENE = "Neon Scene Camera v1 ps1"
# No file may be longer: either the rows of the eyes reach it first, or the video.
ROWS_FIRST, VIDEO_BEFORE_A_FRAGMENT, VIDEO_LATER = 3_000, 9_000, 300_001


@pytest.fixture(scope="module", params=[ROWS_FIRST, VIDEO_BEFORE_A_FRAGMENT, VIDEO_LATER])
def limited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """Fill a folder of which no file may exceed the limit: the folder, and what was said."""
    root = tmp_path_factory.mktemp("limited")
    program = subprocess.run(
        [sys.executable, endless_recording.__file__, str(root), str(request.param)],
        capture_output=True,
        text=True,
        timeout=40,
        check=True,
    )
    (folder,) = root.iterdir()
    return folder, program.stdout.splitlines()


def test_the_reason_is_told_while_recording_and_at_the_end(
    limited: tuple[Path, list[str]],
) -> None:
    folder, told = limited
    assert len(told) == 2
    assert told[0] == told[1]
    assert str(folder) in told[0]
    assert "File too large" in told[0]


def test_rows_are_whole_and_each_has_its_instant(limited: tuple[Path, list[str]]) -> None:
    folder, _ = limited
    counts = {}
    for base, leader, row_bytes in (
        ("gaze", "gaze", 8),
        ("worn", "gaze", 1),
        ("eye_state", "eye_state", 80),
        ("imu", "imu", 48),
    ):
        rows, rest = divmod((folder / f"{base} ps1.raw").stat().st_size, row_bytes)
        assert rest == 0
        assert rows * 8 == (folder / f"{leader} ps1.time").stat().st_size
        counts[base] = rows
    assert max(counts.values()) - min(counts.values()) <= 1
    assert min(counts.values()) > 0


def test_every_picture_that_is_there_is_whole(limited: tuple[Path, list[str]]) -> None:
    folder, _ = limited
    video = folder / f"{SCENE}.mp4"
    if not video.exists():
        assert not (folder / f"{SCENE}.time").exists()
        return
    with av.open(str(video)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == (folder / f"{SCENE}.time").stat().st_size // 8 > 0


def test_the_recording_is_complete(limited: tuple[Path, list[str]]) -> None:
    folder, _ = limited
    assert (folder / "event.txt").read_bytes() == b"recording.begin\nrecording.end\n"
    assert np.fromfile(folder / "event.time", "<i8").shape == (2,)
    assert json.loads((folder / "info.json").read_bytes())["duration"] > 0
    listed = {entry["name"] for entry in json.loads((folder / "manifest.json").read_bytes())}
    there = {path.name for path in folder.iterdir()}
    assert there - listed == {"manifest.json", "manifest.json.crc"}


def test_the_vendors_reader_opens_it(limited: tuple[Path, list[str]], peers: PeerRunner) -> None:
    folder, _ = limited
    seen = peers.run("read_recording", folder=str(folder))

    assert seen["gaze"]["time"] == np.fromfile(folder / "gaze ps1.time", "<i8").tolist()
    if seen["scene"] is not None:
        assert seen["scene"]["time"] == np.fromfile(folder / f"{SCENE}.time", "<i8").tolist()
