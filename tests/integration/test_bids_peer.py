"""The validator of BIDS finds no error in what we export, without any network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from made_recordings import make_core, make_neon

from gazewire.export import ExportFormat, export_recording

VALIDATOR = Path(__file__).parents[2] / ".venvs/peers-bids/bin/bids-validator-deno"
PATIENCE_S = 50


@pytest.fixture(scope="module")
def validator() -> Path:
    path = Path(os.environ.get("GAZEWIRE_PEERS_BIDS", VALIDATOR))
    if not path.exists():
        pytest.skip(f"the validator is not in {path}; make peers, or name it GAZEWIRE_PEERS_BIDS")
    return path


def test_the_validator_finds_no_error(validator: Path, tmp_path: Path) -> None:
    for name, make in (("a", make_neon), ("b", make_core)):
        export_recording(make(tmp_path / name), ExportFormat.BIDS, tmp_path / "out")
    command = [str(validator), str(tmp_path / "out"), "--format", "json", "--max-rows", "-1"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    issues = json.loads(run.stdout)["issues"]["issues"]
    errors = [issue for issue in issues if issue.get("severity") == "error"]
    assert errors == []
    assert run.returncode == 0
