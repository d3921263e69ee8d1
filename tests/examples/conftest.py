"""A device for the examples to talk to, and a way to run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "examples"

# Devices are started as the integration tests do.
sys.path.insert(0, str(REPOSITORY / "tests" / "integration"))

from harness.footage import write_gaze, write_video  # noqa: E402
from harness.program import DeviceProgram  # noqa: E402

LIMIT_S = 40
WIDTH, HEIGHT = 320, 240
SECONDS = 3

RunExample = Callable[..., list[str]]


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A video and its gaze."""
    folder = tmp_path_factory.mktemp("footage")
    return (
        write_video(folder / "scene.mp4", frames=30 * SECONDS, width=WIDTH, height=HEIGHT),
        write_gaze(folder / "gaze.csv", seconds=SECONDS, width=WIDTH, height=HEIGHT),
    )


@pytest.fixture(scope="session")
def device(
    tmp_path_factory: pytest.TempPathFactory, footage: tuple[Path, Path]
) -> Iterator[DeviceProgram]:
    """A device that shows the footage."""
    video, gaze = map(str, footage)
    folder = tmp_path_factory.mktemp("device")
    with DeviceProgram(folder, "--source", video, "--gaze", gaze) as device:
        yield device


@pytest.fixture(scope="session")
def run_example() -> RunExample:
    """Run an example of ours to its end and return the lines that it printed."""
    return lambda name, *arguments: _run(Path(sys.executable), name, *arguments)


@pytest.fixture(scope="session")
def run_client_example(device: DeviceProgram, peer_python: Path) -> RunExample:
    """Run an example of the official client against the device; skips where there is no client."""
    address = ("127.0.0.1", str(device.http_port))
    return lambda name, *arguments: _run(peer_python, name, *address, *arguments)


def _run(python: Path, name: str, *arguments: str) -> list[str]:
    ended = subprocess.run(
        [python, EXAMPLES / name, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()
