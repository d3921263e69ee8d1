"""Recordings of drawn eyes that look around."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_eyes import eye_image, write_video

RATE_HZ = 100
START_CORE_S = 5123.123456789012
START_UNIX_S = 1790000000.25


def looking_around(count: int) -> list[np.ndarray]:
    """Pictures of an eye that steps from place to place, five times a second."""
    rng = np.random.default_rng(3)
    places = rng.uniform(-14, 14, (count // 20 + 1, 2))
    return [eye_image(*places[index // 20], seed=index) for index in range(count)]


def core_times(count: int) -> np.ndarray:
    """Instants in Core time, with the digits that no whole number of nanoseconds has."""
    return START_CORE_S + np.arange(count) / RATE_HZ + np.pi / 1e10


@pytest.fixture(scope="session")
def core_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of Core with both eyes: 60 pictures each, a lid over those from 30 to 36."""
    folder = tmp_path_factory.mktemp("recordings") / "core"
    folder.mkdir()
    images = looking_around(60)
    for index in range(30, 36):
        images[index] = np.full_like(images[index], 150)
    for eye in ("eye0", "eye1"):
        write_video(folder / f"{eye}.mp4", images, rate_hz=RATE_HZ)
        np.save(folder / f"{eye}_timestamps.npy", core_times(60))
    info = {
        "duration_s": 0.6,
        "meta_version": "2.3",
        "min_player_version": "2.0",
        "recording_name": "session",
        "recording_software_name": "Pupil Capture",
        "recording_software_version": "3.5.1",
        "recording_uuid": "6ab9ab0b-9d3b-4c2d-9d2d-0c7a5f1f5c11",
        "start_time_synced_s": START_CORE_S,
        "start_time_system_s": START_UNIX_S,
    }
    (folder / "info.player.json").write_text(json.dumps(info))
    (folder / "gaze.pldata").write_bytes(b"")
    return folder
