from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from gazewire.camera import DropCause, Shot, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import VideoCodec, VideoFile, find_encoder
from gazewire.model import Frame
from gazewire.multicam import CameraConfig
from gazewire.multicam.recording import CameraRecorder, RecordingPlan
from gazewire.multicam.tables import EncodingConfig

STARTED = datetime(2026, 11, 20, 17, 7, 33, tzinfo=UTC)
CONFIG = CameraConfig(id="7-synthetic", name="left", subject="m:1", fps=50.0)
STEM = "m_1_2026-11-20-170733"
WAITING = 50  # a second of images
DEFAULT = EncodingConfig()


def shot(
    index: int,
    drops: dict[DropCause, int] | None = None,
    *,
    size: tuple[int, int] = (64, 48),
    lines: Mapping[str, bool] | None = None,
) -> Shot:
    width, height = size
    frame = Frame(
        camera="7-synthetic",
        index=index,
        timestamp_unix_ns=1_000_000_000 + index * 20_000_000,
        width=width,
        height=height,
        pixel_format="gray",
        data=np.full(width * height, index, np.uint8).data,
    )
    return Shot(frame, drops or {}, lines=lines or {})


def recorder(
    folder: Path, encoding: EncodingConfig = DEFAULT, least_free_mb: float = 0.0
) -> CameraRecorder:
    return CameraRecorder(
        RecordingPlan(
            folder=folder,
            camera=CONFIG,
            shape=VideoShape(width=64, height=48, rate_hz=50.0),
            encoding=encoding,
            encoder=find_encoder(encoding.coding(1)),
            started=STARTED,
            least_free_mb=least_free_mb,
        )
    )


def ended(written: CameraRecorder) -> None:
    written.start()
    written.end()
    written.finish()


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / f"{STEM}_frames.csv").open() as file:
        return list(csv.DictReader(file))


def metadata(folder: Path) -> dict:
    return json.loads((folder / f"{STEM}_metadata.json").read_text())


def test_a_recording_has_every_image_its_instant_and_its_gaps(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    written = recorder(folder)
    assert metadata(folder)["end_time"] is None
    assert not any([written.offer(made) for made in (shot(0), shot(1), shot(4, {"transport": 2}))])
    ended(written)
    assert written.path == folder / f"{STEM}.mp4"
    told = rows(folder)
    assert [row["index"] for row in told] == ["0", "1", "4"]
    assert [row["timestamp_unix_ns"] for row in told] == ["1000000000", "1020000000", "1080000000"]
    assert [row["video_frame"] for row in told] == ["0", "1", "2"]
    assert (told[2]["lost_before"], told[2]["cause"]) == ("2", "transport")
    instants = [frame.timestamp_unix_ns for frame in VideoFile(written.path).frames()]
    assert instants == pytest.approx([0, 20_000_000, 80_000_000], abs=20_000)
    known = metadata(folder)
    assert known["subject_ID"] == "m:1"
    assert (known["recorded_frames"], known["dropped_frames"], known["frames"]) == (3, 2, 3)
    assert known["unaccounted_frames"] == 0
    assert known["end_time"] is not None
    assert not (folder / f"{STEM}_GPIO_data.csv").exists()


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_images_are_coded_as_the_configuration_says(tmp_path: Path, codec: VideoCodec) -> None:
    written = recorder(tmp_path, EncodingConfig(codec=codec))
    for index in range(5):
        written.offer(shot(index))
    ended(written)
    assert written.path.suffix == f".{codec.ending}"
    assert len(list(VideoFile(written.path).frames())) == 5
    assert metadata(tmp_path)["encoding"]["codec"] == codec.value


def test_images_that_the_encoder_has_no_time_for_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written = recorder(tmp_path, EncodingConfig(speed="slow"))
    causes = [written.offer(shot(index)) for index in range(100)]  # before it has begun to write
    ended(written)
    told = rows(tmp_path)
    assert len(told) == 100
    assert [row["video_frame"] != "" for row in told] == [lost is None for lost in causes]
    assert causes == [None] * WAITING + ["queue"] * (100 - WAITING)
    assert caplog.messages == [f"left: {written.told}"]
    assert "speed = 'ultrafast' under [encoding] takes less" in written.told
    known = metadata(tmp_path)
    assert (known["recorded_frames"], known["unaccounted_frames"]) == (WAITING, 0)
    assert known["dropped_by_cause"]["queue"] == 100 - WAITING


def test_a_recording_ends_before_the_disk_is_full(tmp_path: Path) -> None:
    written = recorder(tmp_path, least_free_mb=1e12)
    written.offer(shot(0))
    ended(written)
    assert written.offer(shot(1)) == "disk"
    assert "which least_free_mb keeps free" in written.told
    accounts = written.accounts
    assert (accounts.came, accounts.written, accounts.lost["disk"]) == (2, 0, 2)
    assert [row["video_frame"] for row in rows(tmp_path)] == [""]
    assert metadata(tmp_path)["unaccounted_frames"] == 0


def test_images_of_another_size_end_it_and_are_told(tmp_path: Path) -> None:
    written = recorder(tmp_path)
    written.offer(shot(0))
    written.offer(shot(1, size=(32, 32)))
    ended(written)
    assert "takes gray images of 64x48" in written.told
    assert [row["video_frame"] for row in rows(tmp_path)] == ["0", ""]


def test_lines_of_the_camera_are_written_as_the_incumbent_does(tmp_path: Path) -> None:
    written = recorder(tmp_path)
    for index in (3, 4):
        written.offer(shot(index, lines={"Line1": index == 4, "Line2": False}))
    ended(written)
    assert (tmp_path / f"{STEM}_GPIO_data.csv").read_text().splitlines() == [
        "GPIO1,GPIO2,Timestamp",
        "0,0,0000000000",
        "1,0,0020000000",
    ]


def test_two_cameras_may_look_at_one_subject(tmp_path: Path) -> None:
    both = [recorder(tmp_path), recorder(tmp_path)]
    for one in both:
        ended(one)
    assert both[0].path != both[1].path


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="cannot record to"):
        recorder(tmp_path / "file" / "folder")
