"""Images in shared memory, between programs that are killed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_server

import pytest
from harness.program import gazewire_command

from gazewire.camera import read_frame_number
from gazewire.multicam import CameraFrame, CameraSubscriber, subscribe
from gazewire.net.shared_memory import is_available

pytestmark = pytest.mark.skipif(not is_available(), reason="shared memory is Linux's alone")

LIMIT_S = 40
READER = """
import sys
from gazewire.multicam import subscribe
with subscribe(sys.argv[1]) as frames:
    for frame in frames:
        print(frame.slot is not None, flush=True)
"""


@contextmanager
def killed(*command: str) -> Iterator[str]:
    """Run a program, give its first line, and kill it without a word."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            yield program.stdout.readline()
        finally:
            program.kill()


def next_of(frames: CameraSubscriber, holds: Callable[[CameraFrame], bool]) -> CameraFrame:
    deadline = time.monotonic() + LIMIT_S
    while True:
        frame = frames.receive(LIMIT_S)
        assert frame is not None
        if holds(frame):
            return frame
        assert time.monotonic() < deadline


def memory_with_names() -> set[str]:
    return {path.name for path in Path("/dev/shm").iterdir() if "gazewire" in path.name}


def test_readers_and_writers_may_be_killed_and_leave_nothing(tmp_path: Path) -> None:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    images = f"tcp://127.0.0.1:{port}"
    config = tmp_path / "cameras.toml"
    config.write_text(
        f"[[cameras]]\nwidth = 320\nheight = 240\nimages = '{images}'\nboxes = 'tcp://127.0.0.1:0'\n"
    )
    program = gazewire_command("cameras", str(config), "--json", "--http-port", "0")
    before = memory_with_names()
    with ExitStack() as stack:
        frames = stack.enter_context(subscribe(images))
        with killed(*program) as ready:
            assert json.loads(ready)["ready"]
            first = next_of(frames, lambda frame: frame.slot is not None)
            assert read_frame_number(first.pixels) == first.index
            with killed(sys.executable, "-c", READER, images) as line:
                assert line == "True\n"
            late = next_of(frames, lambda frame: frame.timestamp_unix_ns > time.time_ns() - 10**9)
            assert late.is_intact
        died_ns = time.time_ns()
        with killed(*program):
            # It may come over the network first, as long as nobody was there.
            again = next_of(
                frames,
                lambda frame: frame.timestamp_unix_ns > died_ns and frame.slot is not None,
            )
            assert read_frame_number(again.pixels) == again.index
    assert memory_with_names() == before
