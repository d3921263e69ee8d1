from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from gazewire.camera import Shot
from gazewire.errors import RecordingError
from gazewire.media import VideoFile
from gazewire.model import Frame
from gazewire.multicam import CameraConfig
from gazewire.multicam.recording import CameraRecorder

STARTED = datetime(2026, 11, 20, 17, 7, 33, tzinfo=UTC)
CONFIG = CameraConfig(id="7-synthetic", name="left", subject="m:1", fps=50.0)


def shot(index: int, drops: dict | None = None) -> Shot:
    frame = Frame(
        camera="7-synthetic",
        index=index,
        timestamp_unix_ns=1_000_000_000 + index * 20_000_000,
        width=64,
        height=48,
        pixel_format="gray",
        data=np.full(64 * 48, index, np.uint8).data,
    )
    return Shot(frame, drops or {})


def recorder(folder: Path, config: CameraConfig = CONFIG) -> CameraRecorder:
    return CameraRecorder(folder, config, 64, 48, 50.0, quantiser=23, started=STARTED)


def rows(folder: Path, stem: str) -> list[dict[str, str]]:
    with (folder / f"{stem}_frames.csv").open() as file:
        return list(csv.DictReader(file))


STEM = "m_1_2026-11-20-170733"


def test_a_recording_has_every_image_its_instant_and_its_gaps(tmp_path: Path) -> None:
    written = recorder(tmp_path / "new")
    written.start()
    assert not any([written.offer(made) for made in (shot(0), shot(1), shot(4, {"transport": 2}))])
    written.finish(3, {"transport": 2, "camera": 0})
    folder = tmp_path / "new"
    assert written.path == folder / f"{STEM}.mp4"
    told = rows(folder, STEM)
    assert [row["index"] for row in told] == ["0", "1", "4"]
    assert [row["timestamp_unix_ns"] for row in told] == ["1000000000", "1020000000", "1080000000"]
    assert [row["video_frame"] for row in told] == ["0", "1", "2"]
    assert (told[2]["lost_before"], told[2]["cause"]) == ("2", "transport")
    instants = [frame.timestamp_unix_ns for frame in VideoFile(written.path).frames()]
    assert instants == pytest.approx([0, 20_000_000, 80_000_000], abs=20_000)
    metadata = json.loads((folder / f"{STEM}_metadata.json").read_text())
    assert metadata["subject_ID"] == "m:1"
    assert (metadata["recorded_frames"], metadata["dropped_frames"], metadata["frames"]) == (
        3,
        2,
        3,
    )
    assert metadata["end_time"] is not None


def test_images_that_the_encoder_has_no_time_for_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written = recorder(tmp_path)
    causes = [written.offer(shot(index)) for index in range(100)]  # before it has begun to write
    written.start()
    written.finish(100, {"queue": 40})
    told = rows(tmp_path, STEM)
    assert len(told) == 100
    assert [row["video_frame"] != "" for row in told] == [lost is None for lost in causes]
    assert causes == [None] * 60 + ["queue"] * 40
    assert sum("cannot keep up" in message for message in caplog.messages) == 1


def test_two_cameras_may_look_at_one_subject(tmp_path: Path) -> None:
    both = [recorder(tmp_path), recorder(tmp_path)]
    for one in both:
        one.start()
        one.finish(0, {})
    assert both[0].path != both[1].path


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="cannot record to"):
        recorder(tmp_path / "file" / "folder")
