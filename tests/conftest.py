"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of development data, which is no part of the repository."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("GAZEWIRE_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"development data is not in {folder}; GAZEWIRE_DATA can name another folder")
    return folder
