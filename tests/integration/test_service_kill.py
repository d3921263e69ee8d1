"""What a killed `gazewire service` leaves behind: a recording that can be read, and no eye."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest
from harness.core_client import CoreClient, ServiceProgram
from harness.pldata import read_pairs

GONE_WITHIN_S = 20.0


@pytest.mark.timeout(120)
def test_a_killed_recording_holds_whole_data_and_no_eye_lives_on(tmp_path: Path) -> None:
    options = ["--eyes", "processes", "--eye-rate", "25", "--record-dir", str(tmp_path)]
    with ServiceProgram(tmp_path, *options) as service:
        with CoreClient(service.ready["remote"]) as client:
            with client.subscribed("notify.recording.", "gaze.3d.") as listener:
                listener.topic("gaze.3d.01.")
                client.ask("R killed")
                folder = Path(listener.topic("notify.recording.started")["rec_path"])
                # Past a checkpoint, and on.
                for _ in range(40):
                    listener.topic("gaze.3d.")
            eyes = eye_pids(service.pid)
            assert len(eyes) == 2
        service.kill()
    until = time.monotonic() + GONE_WITHIN_S
    while any(Path(f"/proc/{pid}").exists() for pid in eyes):
        assert time.monotonic() < until, "an eye outlives its service"
        os.sched_yield()

    assert json.loads((folder / "info.player.json").read_text())["meta_version"] == "2.3"
    for kind in ("pupil", "gaze"):
        pairs = read_pairs(folder / f"{kind}.pldata")
        times = np.load(folder / f"{kind}_timestamps.npy")
        assert all(topic.startswith(f"{kind}.") for topic, _ in pairs)
        assert len(pairs) >= len(times) > 0
        told = [fields["timestamp"] for _, fields in pairs[: len(times)]]
        assert times.tolist() == told


def eye_pids(service_pid: int) -> list[int]:
    """The children of the service that are eyes."""
    children = Path(f"/proc/{service_pid}/task/{service_pid}/children")
    if not children.exists():
        pytest.skip("the machine does not tell the children of a process")
    return [
        int(pid)
        for pid in children.read_text().split()
        if b"eye" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    ]
