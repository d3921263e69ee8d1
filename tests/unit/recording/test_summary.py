from __future__ import annotations

from pathlib import Path

import numpy as np
from made_recordings import MS, PICTURES, T, make_neon

from gazewire.recording import open_recording, summarize


def shift(folder: Path, name: str, row: int, by_ms: int) -> None:
    times = np.fromfile(folder / name, "<i8")
    times[row:] += by_ms * MS
    (folder / name).write_bytes(times.tobytes())


def test_rates_and_counts_are_those_of_the_files(tmp_path: Path) -> None:
    summary = summarize(open_recording(make_neon(tmp_path / "r")))
    streams = {stream.name: stream for stream in summary.streams}
    assert (streams["gaze"].count, streams["gaze"].rate_hz) == (20, 200)
    assert streams["world video"].count == PICTURES
    assert streams["fixations"].rate_hz is None
    assert summary.start_unix_ns == T
    assert summary.events == 3
    assert not summary.findings


def test_a_gap_is_told_with_what_is_missing_in_it(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    shift(folder, "gaze ps1.time", 10, 50)
    (gaze,) = (s for s in summarize(open_recording(folder)).streams if s.name == "gaze")
    (gap,) = gaze.gaps
    assert (gap.start_unix_ns, gap.duration_ns) == (T + 45 * MS, 55 * MS)
    assert gaze.dropped == 10


def test_a_pause_of_all_streams_is_a_jump_of_the_clock(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    for name, row in (
        ("gaze ps1.time", 10),
        ("eye_state ps1.time", 10),
        ("imu ps1.time", 6),
        ("Neon Scene Camera v1 ps1.time", 2),
    ):
        shift(folder, name, row, 3_600_000)
    (jump,) = summarize(open_recording(folder)).jumps
    assert abs(jump.by_ns - 3600 * 10**9) < 100 * MS
