from __future__ import annotations

import subprocess
import sys

import pytest

ENDS_WITHIN_S = 60


def printed_by(script: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_client_of_the_realtime_api_needs_no_zeromq() -> None:
    assert printed_by("import gazewire.client, sys; print('zmq' in sys.modules)") == "False"


@pytest.mark.parametrize("module", ["gazewire.client.core", "gazewire.client.zmq_tools"])
def test_without_zeromq_the_extra_is_named(module: str) -> None:
    script = f"""
import sys
sys.modules["zmq"] = None
try:
    import {module}
except ImportError as error:
    print(error)
"""
    assert "gazewire[core]" in printed_by(script)
