"""Schemathesis, a program that tries out what an OpenAPI document promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["assert_keeps_its_contract"]

HERE = Path(__file__).parent
EXAMPLES = 25  # an operation
LIMIT_S = 100


def assert_keeps_its_contract(base_url: str, folder: Path, *options: str) -> str:
    """Send a device what its document allows, and what it does not, and judge the answers.

    Args:
        base_url: of the device.
        folder: where the program may leave files.
        options: further ones of ``schemathesis run``.

    Returns:
        What the program said.

    Raises:
        AssertionError: an answer is not as promised.
    """
    command = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(HERE / "contract.toml")),
        *("run", f"{base_url}/openapi.json"),
        *("--max-examples", str(EXAMPLES)),
        "--generation-deterministic",
        *options,
    ]
    ran = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
