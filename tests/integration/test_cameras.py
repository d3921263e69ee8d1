"""`gazewire cameras` as a program: plain pyzmq, plain HTTP."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq
from harness.program import SIGNS_OF_TROUBLE, gazewire_command

from gazewire.camera import read_frame_number
from gazewire.multicam import subscribe

LIMIT_S = 40
TWO_CAMERAS = """
put_rate = 20
[[cameras]]
name = "left"
width = 320
height = 240
[[cameras]]
name = "right"
width = 96
height = 64
fps = 30
pixel_format = "Colour"
"""


@contextmanager
def cameras(folder: Path, config: str, *options: str) -> Iterator[dict[str, Any]]:
    """Run the program on free ports; it must end well when the block has."""
    (folder / "cameras.toml").write_text(config)
    command = gazewire_command(
        *("cameras", str(folder / "cameras.toml"), "--json", "--port", "0", "--http-port", "0"),
        *options,
    )
    with (folder / "stderr.txt").open("w+") as stderr:
        program = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=folder
        )
        try:
            assert program.stdout is not None
            line = program.stdout.readline()
            assert line, (folder / "stderr.txt").read_text()
            yield json.loads(line)
            program.send_signal(signal.SIGTERM)
            more, _ = program.communicate(timeout=LIMIT_S)
        finally:
            program.kill()
            program.communicate()
    told = (folder / "stderr.txt").read_text()
    assert (program.returncode, more) == (0, ""), told
    assert not any(sign in told for sign in SIGNS_OF_TROUBLE), told


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=LIMIT_S) as answer:
        return bytes(answer.read())


def status(ready: dict[str, Any], number: int = 0) -> dict[str, Any]:
    camera: dict[str, Any] = json.loads(get(f"{ready['http']}/api/cameras"))["cameras"][number]
    return camera


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_clients_see_both_cameras_and_their_boxes_are_shown_for_a_while(tmp_path: Path) -> None:
    with cameras(tmp_path, TWO_CAMERAS) as ready, zmq.Context() as context:
        assert [camera["id"] for camera in ready["cameras"]] == ["0-synthetic", "1-synthetic"]
        assert ready["pid"] != os.getpid()
        left, right = ready["cameras"]
        with context.socket(zmq.SUB) as images, context.socket(zmq.PUSH) as boxes:
            images.rcvtimeo = 1000 * LIMIT_S
            boxes.linger = 0
            images.connect(left["images"])
            images.setsockopt_string(zmq.SUBSCRIBE, "")
            boxes.connect(left["boxes"])
            seen = json.loads(images.recv().decode("utf-8"))
            pixels = np.frombuffer(base64.b64decode(seen["image"]), np.uint8)
            number = read_frame_number(pixels.reshape(seen["height"], seen["width"]))
            assert (seen["unique_id"], seen["height"], seen["width"]) == ("0-synthetic", 240, 320)
            assert abs(time.time_ns() - seen["timestamp"]) < LIMIT_S * 1e9
            later = json.loads(images.recv())
            pixels = np.frombuffer(base64.b64decode(later["image"]), np.uint8)
            assert read_frame_number(pixels.reshape(240, 320)) > number
            boxes.send_json({"DRAW_BOX": {"TOP_LEFT": [1, 2], "BOTTOM_RIGHT": [320, 240]}})
            boxes.send(b"garbage")
            until(lambda: status(ready)["malformed"] == 1)
            shown = {"TOP_LEFT": [1, 2], "BOTTOM_RIGHT": [320, 240]}
            assert status(ready)["boxes"] in ([shown], [])  # at most half a second later
            until(lambda: status(ready)["boxes"] == [])
        with subscribe(right["images"], right["boxes"], client="test", timeout_s=LIMIT_S) as ours:
            frame = next(iter(ours))
            assert (frame.pixels.shape, frame.pixel_format) == ((64, 96, 3), "bgr24")
            assert read_frame_number(frame.pixels) == frame.index
            until(lambda: ours.answer(frame))
            until(lambda: status(ready, 1)["clients"])
        (client,) = status(ready, 1)["clients"]
        assert client["name"] == "test"
        assert client["latency_ms"] > 0


def test_the_page_shows_cameras_and_their_figures(tmp_path: Path) -> None:
    with cameras(tmp_path, TWO_CAMERAS) as ready:
        until(lambda: status(ready, 1)["frames"] > 2)
        told = status(ready, 1)
        assert {"id", "name", "fps", "frames", "dropped", "boxes", "malformed", "clients"} <= set(
            told
        )
        assert set(told["dropped"]) == {"camera", "transport", "buffer", "queue", "disk"}
        assert b"cameras.js" in get(ready["http"])
        assert get(f"{ready['http']}/api/cameras/1/preview.jpg")[:2] == b"\xff\xd8"


def test_what_is_recorded_is_accounted_for(tmp_path: Path) -> None:
    coded = '{"ffmpeg_config": {"compression_standard": "h265"}, "gui_config": {"font_size": 12}}'
    options = ("--record", "--experiment", "mice", "--application-config", coded)
    with cameras(tmp_path, TWO_CAMERAS, *options) as ready:
        until(lambda: status(ready, 1)["frames"] > 10)
    folder = tmp_path / "recordings" / "mice"
    for metadata in sorted(folder.glob("*_metadata.json")):
        told = json.loads(metadata.read_text())
        stem = metadata.name.removesuffix("_metadata.json")
        rows = (folder / f"{stem}_frames.csv").read_text().splitlines()
        assert len(rows) - 1 == told["frames"]
        assert told["encoding"]["codec"] == "h265"
        assert told["unaccounted_frames"] == 0
        assert told["recorded_frames"] + told["dropped_by_cause"]["queue"] == told["frames"]
        assert (folder / f"{stem}.mp4").stat().st_size > 0
    assert len(list(folder.iterdir())) == 6


def test_it_ends_when_its_time_is_up(tmp_path: Path) -> None:
    (tmp_path / "cameras.toml").write_text("[[cameras]]\n")
    options = ("--port", "0", "--http-port", "0", "--close-after", "0:01")
    ran = subprocess.run(
        gazewire_command("cameras", str(tmp_path / "cameras.toml"), *options), timeout=LIMIT_S
    )
    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("[[cameras]]\nfps = 'fast'\n", "line 2, cameras[0].fps"),
        ("[[cameras]]\nsource = 'none.mp4'\n", "none.mp4"),
        ("[[cameras]]\nimages = 'nowhere'\n", "nowhere is no address"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_status_2(
    tmp_path: Path, config: str, sentence: str
) -> None:
    (tmp_path / "cameras.toml").write_text(config)
    ran = subprocess.run(
        gazewire_command("cameras", str(tmp_path / "cameras.toml"), "--port", "0"),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert ran.returncode == 2, ran.stderr
    assert sentence in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
