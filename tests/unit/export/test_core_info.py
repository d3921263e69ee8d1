from __future__ import annotations

from datetime import UTC, datetime

import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from made_recordings import CORE_START_S, make_core

from gazewire.export.core_info import export_info
from gazewire.recording import open_recording

NOW = datetime(2026, 11, 20, 17, 5, 9, tzinfo=UTC)


def told(folder) -> dict[str, str]:
    with open_recording(folder) as recording:
        lines = export_info(recording, NOW).split("\r\n")
    return dict(line.split(",", 1) for line in lines if line)


def test_keys_are_those_of_player(tmp_path):
    assert list(told(make_core(tmp_path / "r"))) == [
        "key",
        "Player Software Version",
        "Data Format Version",
        "Export Date",
        "Export Time",
        "Frame Index Range:",
        "Relative Time Range",
        "Absolute Time Range",
    ]


def test_ranges_are_those_of_the_scene(tmp_path):
    facts = told(make_core(tmp_path / "r"))
    assert facts["Export Date"] == "20.11.2026"
    assert facts["Export Time"] == "17:05:09"
    assert facts["Frame Index Range:"] == "0 - 11"
    assert facts["Relative Time Range"] == "00:00.000 - 00:00.363"
    assert facts["Absolute Time Range"] == f"{CORE_START_S} - {CORE_START_S + 11 * 0.033}"


def test_without_a_scene_they_are_of_the_data(tmp_path):
    folder = make_core(tmp_path / "r")
    (folder / "world_timestamps.npy").unlink()
    facts = told(folder)
    assert facts["Frame Index Range:"] == "0 - 0"
    assert facts["Absolute Time Range"] == "100.0 - 100.19"
