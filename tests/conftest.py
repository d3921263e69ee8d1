"""What all tests share."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PROBED_WITHIN_S = 20

# A shell that runs tests in the background has interrupts ignored, and programs that tests start
# would inherit that; many of these are ended by one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of development data, which is no part of the repository."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("GAZEWIRE_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"development data is not in {folder}; GAZEWIRE_DATA can name another folder")
    return folder


@pytest.fixture(scope="session")
def peer_python() -> Path:
    """The interpreter in which the official client is installed."""
    named = os.environ.get("GAZEWIRE_PEERS_REALTIME")
    python = Path(named) if named else REPOSITORY / ".venvs/peers-realtime/bin/python"
    try:
        probe = subprocess.run(
            [python, "-c", "import pupil_labs.realtime_api.simple"],
            capture_output=True,
            timeout=PROBED_WITHIN_S,
            check=False,
        )
    except OSError:
        pytest.skip(f"no official client: {python} does not exist; `make peers` makes it")
    if probe.returncode != 0:
        pytest.skip(f"no official client: {python} cannot import pupil_labs.realtime_api")
    return python
