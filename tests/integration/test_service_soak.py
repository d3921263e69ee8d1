"""Everything at once against `gazewire service`, for some seconds.

`benchmarks/soak_service.py` is what does it; for an hour when it is run by itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak_service.py"
SECONDS, CLIENTS = 15, 300
# What pools and caches of the allocator take; a leak of a kilobyte a client or message is more.
GROWTH_LIMIT_MB = 12.0


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="measured by Linux's own figures")
@pytest.mark.timeout(180)
def test_who_reads_loses_nothing_and_nothing_grows_whatever_others_do() -> None:
    options = ["--seconds", str(SECONDS), "--clients", str(CLIENTS), "--eye-rate", "25"]
    command = [sys.executable, str(SOAK), *options, "--eyes", "tasks", "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=150)
    found = json.loads(ran.stdout)
    assert found["status"] == 0
    assert found["failures"] == []
    assert found["sent"] > 1000
    assert found["lost"] == 0
    assert found["in_order"]
    assert found["counts"]["clients"] > CLIENTS / 2
    assert found["counts"]["garbage"] > 100
    assert found["counts"]["pupil"] > 100
    warm, end = found["warm"], found["end"]
    assert end["resident_mb"] - warm["resident_mb"] < GROWTH_LIMIT_MB
    assert end["open_files"] - warm["open_files"] < 10
    assert end["threads"] - warm["threads"] < 5
