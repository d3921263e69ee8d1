"""Recordings of chosen content, written byte by byte as the phone does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

T0 = 1_760_000_000_000_000_003
MS = 1_000_000


class PhoneRecording:
    """A folder, and how to put streams into it. Instants are milliseconds after `T0`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def info(self, **fields: object) -> None:
        info = {"recording_id": "r1", "data_format_version": "2.5", "start_time": T0, **fields}
        self.write("info.json", json.dumps(info).encode())

    def write(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    def times(self, base: str, times_ms: Sequence[float], part: int | None = 1) -> None:
        ns = [T0 + round(time * MS) for time in times_ms]
        self.write(f"{_name(base, part)}.time", np.array(ns, "<i8").tobytes())

    def stream(
        self,
        base: str,
        row: np.dtype,
        rows: Sequence[tuple],
        times_ms: Sequence[float] | None = None,
        part: int | None = 1,
    ) -> None:
        self.write(f"{_name(base, part)}.raw", np.array(rows, row).tobytes())
        if times_ms is not None:
            self.times(base, times_ms, part)

    def gaze(self, rows: Sequence[tuple], times_ms: Sequence[float], part: int | None = 1) -> None:
        self.stream("gaze", np.dtype([("x", "<f4"), ("y", "<f4")]), rows, times_ms, part)


def _name(base: str, part: int | None) -> str:
    return base if part is None else f"{base} ps{part}"


@pytest.fixture
def phone(tmp_path) -> PhoneRecording:
    recording = PhoneRecording(tmp_path / "2025-10-17_17-53-08")
    recording.info()
    return recording
