"""What integration tests share: devices as programs, and foreign clients."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent

# pytest's importlib mode puts no folder on the path, and these tests share code of their own.
sys.path.insert(0, str(HERE))

from harness.namespace import NamespaceUnavailableError, NetworkNamespace  # noqa: E402
from harness.peer import PeerRunner  # noqa: E402
from harness.program import DeviceProgram  # noqa: E402


@pytest.fixture(scope="module")
def start_device(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., DeviceProgram]]:
    """Start a device with the given options; it is stopped, and checked, after the module."""
    with ExitStack() as running:

        def start(*options: str) -> DeviceProgram:
            folder = tmp_path_factory.mktemp("device")
            return running.enter_context(DeviceProgram(folder, *options))

        yield start


@pytest.fixture(scope="session")
def peers(peer_python: Path) -> PeerRunner:
    """Runs the scripts of `peers/` with the official client."""
    return PeerRunner(peer_python)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Real recordings, which are not part of the project."""
    folder = Path(os.environ.get("GAZEWIRE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real recordings: {folder} does not exist; GAZEWIRE_DATA names another")
    return folder


@pytest.fixture
def namespace() -> Iterator[NetworkNamespace]:
    """A network in which only loopback exists."""
    try:
        with NetworkNamespace() as namespace:
            yield namespace
    except NamespaceUnavailableError as error:
        pytest.skip(str(error))
