"""A device for the examples to talk to, and a way to run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = REPOSITORY / "examples"

# Devices are started as the integration tests do.
sys.path.insert(0, str(REPOSITORY / "tests" / "integration"))

from harness.footage import write_gaze, write_video  # noqa: E402
from harness.plotting_home import plotting_home  # noqa: E402
from harness.program import DeviceProgram, gazewire_command  # noqa: E402
from harness.up_program import UpProgram  # noqa: E402

LIMIT_S = 100
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


@pytest.fixture(scope="module")
def device(
    tmp_path_factory: pytest.TempPathFactory, footage: tuple[Path, Path]
) -> Iterator[DeviceProgram]:
    """A device that shows the footage."""
    video, gaze = map(str, footage)
    folder = tmp_path_factory.mktemp("device")
    with DeviceProgram(folder, "--source", video, "--gaze", gaze) as device:
        yield device


@pytest.fixture(scope="module")
def wearer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeviceProgram]:
    """A device on the synthetic wearer, which has everything that Neon has."""
    with DeviceProgram(tmp_path_factory.mktemp("wearer"), "--eye-rate", "25") as device:
        yield device


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpProgram]:
    """The same wearer, really measured: what it looks at is computed from images of its eyes."""
    folder = tmp_path_factory.mktemp("chain")
    truth = ("--truth", str(folder / "truth.jsonl"))
    with UpProgram(folder, "--eye-rate", "25", "--eyes", "tasks", *truth) as chain:
        chain.truths("gaze", 1)
        yield chain


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment variables that keep Jupyter and matplotlib out of the user's folders."""
    return plotting_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def run_example() -> RunExample:
    """Run an example to its end and return the lines that it printed."""
    return lambda name, *arguments: run([sys.executable], name, *arguments)


@pytest.fixture(scope="module")
def run_with_wearer(wearer: DeviceProgram) -> RunExample:
    """Run an example of our client against the synthetic wearer."""
    address = ("127.0.0.1", str(wearer.http_port))
    return lambda name, *arguments: run([sys.executable], name, *address, *arguments)


@pytest.fixture(scope="module")
def run_with_chain(chain: UpProgram) -> RunExample:
    """Run an example of our client against the device of `gazewire up`."""
    port = chain.ready["http"].rpartition(":")[2]
    return lambda name: run([sys.executable], name, "127.0.0.1", port)


@pytest.fixture(params=["official client", "gazewire run"])
def run_client_example(request: pytest.FixtureRequest, device: DeviceProgram) -> RunExample:
    """Run an example of the official client against the footage, with that client and with ours.

    Skips where the official client is wanted and not installed.
    """
    address = ("127.0.0.1", str(device.http_port))
    if request.param == "official client":
        command = [str(request.getfixturevalue("peer_python"))]
    else:
        command = gazewire_command("run")
    return lambda name, *arguments: run(command, name, *address, *arguments)


def run(command: Sequence[str], name: str, *arguments: str) -> list[str]:
    ended = subprocess.run(
        [*command, str(EXAMPLES / name), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()
