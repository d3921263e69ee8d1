"""A recording survives the death of the program that writes it."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from harness import endless_recording
from harness.endless_recording import DATA_PER_S, GAZE_NS, GAZE_PER_FRAME, SHADES, T
from harness.peer import PeerRunner

SCENE = "Neon Scene Camera v1 ps1"
# Rows share an instant where they share its file.
STREAMS = {"gaze": "gaze", "worn": "gaze", "eye_state": "eye_state", "imu": "imu"}
FRAME_NS = GAZE_NS * GAZE_PER_FRAME
# A fragment of half a second, and the one that is being filled, at the speed of the writing.
LOST_AT_MOST_NS = 1_000_000_000


def kill_recording(root: Path, after_s: int, then_bytes: int) -> Path:
    """Kill a program that has recorded so many seconds, and then so many bytes of gaze.

    Progress rather than time chooses the moment, so that it is in the middle of things on any
    machine.
    """
    command = [sys.executable, endless_recording.__file__, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            for line in program.stdout:
                if int(line) >= after_s:
                    break
            (folder,) = root.iterdir()
            gaze = folder / "gaze ps1.raw"
            target_bytes = gaze.stat().st_size + then_bytes
            while gaze.stat().st_size < target_bytes:
                assert program.poll() is None
        finally:
            program.kill()
    return folder


def instants(folder: Path, base: str) -> np.ndarray:
    return np.frombuffer((folder / f"{base}.time").read_bytes(), "<i8")


def pictures(folder: Path) -> list[float]:
    with av.open(str(folder / f"{SCENE}.mp4")) as container:
        return [
            float(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)
        ]


@pytest.fixture(scope="module", params=range(5))
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    seeded = random.Random(request.param)
    root = tmp_path_factory.mktemp("killed")
    return kill_recording(root, seeded.randint(2, 4), seeded.randrange(8 * DATA_PER_S))


def test_rows_are_whole_and_each_has_its_instant(killed: Path) -> None:
    for base, leader in STREAMS.items():
        row = np.dtype(ast.literal_eval((killed / f"{base}.dtype").read_text().strip()))
        raw_bytes = (killed / f"{base} ps1.raw").stat().st_size
        times = instants(killed, f"{leader} ps1")
        assert raw_bytes % row.itemsize == 0
        # The row is written first: at the moment of death it may wait for its instant.
        assert raw_bytes // row.itemsize - len(times) in {0, 1}
        np.testing.assert_array_equal(times, T + np.arange(len(times)) * GAZE_NS)


def test_streams_end_together(killed: Path) -> None:
    counts = [len(instants(killed, f"{base} ps1")) for base in ("gaze", "eye_state", "imu")]
    assert max(counts) - min(counts) <= 1


def test_pictures_play_up_to_the_last_fragment(killed: Path) -> None:
    times = instants(killed, SCENE)
    shades = pictures(killed)
    assert len(shades) <= len(times)
    assert (len(times) - len(shades)) * FRAME_NS <= LOST_AT_MOST_NS
    np.testing.assert_array_equal(times, T + np.arange(len(times)) * FRAME_NS)
    seen = [round((shade - 20) / 20) for shade in shades]
    assert seen == [index % SHADES for index in range(len(shades))]


def test_events_have_begun(killed: Path) -> None:
    assert (killed / "event.txt").read_bytes() == b"recording.begin\n"
    assert instants(killed, "event").tolist() == [T]


def test_the_vendors_reader_opens_every_stream(killed: Path, peers: PeerRunner) -> None:
    seen = peers.run("read_recording", folder=str(killed))

    for stream in ("gaze", "worn", "pupil", "eyeball", "imu"):
        times = seen[stream]["time"]
        assert len(times) >= 2 * DATA_PER_S
        assert times == [T + index * GAZE_NS for index in range(len(times))]
    assert seen["events"]["event"] == ["recording.begin"]
    # Its duration is that of the last checkpoint.
    assert 0 < seen["duration"] <= len(seen["gaze"]["time"]) * GAZE_NS
    indices = [round((shade - 20) / 20) for shade in seen["scene"]["brightness"]]
    assert indices == [index % SHADES for index in range(len(indices))]
