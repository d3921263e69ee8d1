"""`gazewire detect` as users run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from harness.program import gazewire_command

sys.path.append(str(Path(__file__).parents[1] / "unit"))

from made_eyes import eye_image, write_video

from gazewire.compose.offline import detect_all, find_eyes

LIMIT_S = 50
PICTURES = 280


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the videos of two eyes, longer than one piece of work."""
    folder = tmp_path_factory.mktemp("eyes")
    rng = np.random.default_rng(1)
    places = rng.uniform(-14, 14, (PICTURES // 20, 2))
    images = [eye_image(*places[index // 20], seed=index % 7) for index in range(PICTURES)]
    for name in ("eye0.mp4", "eye1.mp4"):
        write_video(folder / name, images)
    return folder


def detect(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = gazewire_command("detect", *map(str, arguments))
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_processes_find_what_one_process_finds(eyes: Path, tmp_path: Path) -> None:
    videos = [eyes / "eye0.mp4", eyes / "eye1.mp4"]
    ran = detect(*videos, "--json", "--processes", 2, "--out", tmp_path / "two")
    assert ran.returncode == 0, ran.stderr
    (line,) = ran.stdout.splitlines()
    told = json.loads(line)
    assert told["out"] == str(tmp_path / "two")
    assert told["eyes"]["eye1"] == {
        "pictures": PICTURES,
        "damaged": 0,
        "found": PICTURES,
        "in_space": told["eyes"]["eye0"]["in_space"],
    }
    assert ran.stderr == "", "nobody looks at the bar"
    list(detect_all(find_eyes(videos), tmp_path / "one", processes=1))
    one, two = ((tmp_path / name / "pupil.pldata").read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_half(eyes: Path, tmp_path: Path, number: int) -> None:
    command = gazewire_command("detect", str(eyes / "eye0.mp4"), "--out", str(tmp_path / "out"))
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as program:
        deadline_s = time.monotonic() + LIMIT_S
        while not list(tmp_path.glob(".out-*/pupil.pldata")):
            assert program.poll() is None
            assert time.monotonic() < deadline_s
        if number == signal.SIGINT:
            os.killpg(program.pid, number)  # a terminal interrupts all processes
        else:
            program.terminate()
        _, told = program.communicate(timeout=LIMIT_S)
    assert program.returncode != 0
    assert b"Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_told_in_one_sentence_with_status_2(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no video")
    for source in (tmp_path / "missing", text):
        ran = detect(source)
        assert ran.returncode == 2
        (sentence,) = ran.stderr.splitlines()
        assert sentence.startswith("gazewire: ")
