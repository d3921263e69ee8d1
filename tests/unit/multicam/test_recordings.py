"""Recording several cameras together, whose images a test gives."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gazewire.camera import DropCause, Shot, VideoShape
from gazewire.errors import RecordingError
from gazewire.model import Frame
from gazewire.multicam import CameraConfig, CamerasConfig
from gazewire.multicam.recording import CameraRecorder
from gazewire.multicam.recordings import Recordings
from gazewire.multicam.tables import EncodingConfig, RecordingConfig, SetsConfig
from gazewire.time import SystemClock

INTERVAL_NS = 20_000_000


class Camera:
    """A camera whose recorder takes what it exposes, while it is recorded."""

    newest_ns = None

    def __init__(self, name: str) -> None:
        self.config = CameraConfig(name=name, id=f"{name}-synthetic", subject=name, fps=50.0)
        self.shape = VideoShape(width=32, height=32, rate_hz=50.0)
        self.lost: Counter[DropCause] = Counter()
        self.recorder: CameraRecorder | None = None

    def lose(self, cause: DropCause) -> None:
        self.lost[cause] += 1

    def record(self, recorder: CameraRecorder, from_unix_ns: int) -> None:
        self.recorder = recorder

    def end_recording(self, until_unix_ns: int) -> CameraRecorder | None:
        recorder, self.recorder = self.recorder, None
        return recorder

    def expose(self, *indices: int) -> None:
        for index in indices:
            frame = Frame(
                camera=self.config.id,
                index=index,
                timestamp_unix_ns=10**18 + index * INTERVAL_NS,
                width=32,
                height=32,
                pixel_format="gray",
                data=np.zeros(32 * 32, np.uint8).data,
            )
            if self.recorder is not None and (cause := self.recorder.offer(Shot(frame))):
                self.lose(cause)


def recordings(folder: Path, cameras: list[Camera], **config: object) -> Recordings:
    said = CamerasConfig(cameras=[camera.config for camera in cameras], **config)  # type: ignore[arg-type]
    return Recordings(cameras, said, folder, SystemClock())


def metadata(folder: Path, name: str) -> dict:
    (path,) = folder.glob(f"{name}_*_metadata.json")
    return dict(json.loads(path.read_text()))


@pytest.mark.parametrize("match", ["time", "trigger"])
def test_equal_numbers_of_images_are_proved_in_words(tmp_path: Path, match: str) -> None:
    cameras = [Camera("left"), Camera("right")]
    together = recordings(tmp_path, cameras, sets=SetsConfig(match=match))  # type: ignore[arg-type]
    together.start()
    together.start()
    assert together.status().active
    for camera in cameras:
        camera.expose(*range(10))
    together.stop()
    together.stop()
    sentence = "all 2 videos have 10 images, and each image has its partners"
    assert together.status().told == f"recorded 10, 10 images: {sentence}"
    for name in ("left", "right"):
        told = metadata(tmp_path, name)
        assert told["recorded_frames"] == 10
        assert told["sets"]["equal"] is True
        assert told["sets"]["sentence"] == sentence
    (sets,) = tmp_path.glob("sets_*.csv")
    rows = sets.read_text().splitlines()
    assert rows[0] == 'timestamp_unix_ns,"left","right"'
    assert rows[-1] == f"{10**18 + 9 * INTERVAL_NS},9,9"


def test_what_one_camera_lacks_is_told(tmp_path: Path) -> None:
    cameras = [Camera("left"), Camera("right")]
    together = recordings(tmp_path, cameras, sets=SetsConfig())
    together.start()
    cameras[0].expose(*range(10))
    cameras[1].expose(*(index for index in range(10) if index != 4))
    together.stop()
    assert metadata(tmp_path, "left")["sets"]["unmatched"] == [1, 0]
    assert "9 sets are whole; left has 10 images, 1 of them" in together.status().told


def test_an_encoder_that_is_overloaded_loses_no_account_of_any_image(tmp_path: Path) -> None:
    camera = Camera("left")
    together = recordings(tmp_path, [camera], encoding=EncodingConfig(queue_s=0.04))
    together.start()
    camera.expose(*range(500))  # as fast as it can
    together.stop()
    told = metadata(tmp_path, "left")
    assert told["frames"] == 500
    assert told["unaccounted_frames"] == 0
    assert told["recorded_frames"] + camera.lost["queue"] == 500
    (rows,) = tmp_path.glob("left_*_frames.csv")
    assert len(rows.read_text().splitlines()) == 501


def test_a_full_disk_ends_recordings_and_is_told(tmp_path: Path) -> None:
    camera = Camera("left")
    together = recordings(tmp_path, [camera], recording=RecordingConfig(least_free_mb=1e12))
    together.start()
    camera.expose(*range(5))
    together.stop()
    assert camera.lost["disk"] == 5
    assert "5 came and were not written" in together.status().told


def test_recording_may_be_begun_again(tmp_path: Path) -> None:
    camera = Camera("left")
    together = recordings(tmp_path, [camera])
    for _ in range(2):
        together.start()
        camera.expose(0, 1)
        together.stop()
    assert together.status().told == "recorded 2 images"
    assert threading.active_count() < 10


def test_where_nothing_can_be_written_nothing_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    together = recordings(tmp_path / "file" / "folder", [Camera("left"), Camera("right")])
    with pytest.raises(RecordingError, match="cannot record to"):
        together.start()
    assert not together.status().active
