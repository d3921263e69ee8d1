from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from gazewire.camera import VideoCamera
from gazewire.camera.image_folder import ImageFolder
from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.time import ManualClock

INTERVAL_NS = 10_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((6, 8, 3), 50 * number, np.uint8))
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def test_a_folder_of_images_begins_anew_at_its_end(folder: Path) -> None:
    clock = ManualClock()
    start_ns = clock.unix_ns()
    camera = VideoCamera("a", ImageFolder(folder, rate_hz=100.0), clock)
    frames = []
    for _ in range(5):
        frames.append(camera.take().frame)
        clock.advance(INTERVAL_NS)
    assert [frame.data[0] for frame in frames] == [0, 50, 100, 0, 50]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.timestamp_unix_ns - start_ns for frame in frames] == [
        number * INTERVAL_NS for number in range(5)
    ]
    assert {frame.camera for frame in frames} == {"a"}


def test_frames_that_are_late_are_passed_over_and_counted(folder: Path) -> None:
    clock = ManualClock()
    camera = VideoCamera("a", ImageFolder(folder, rate_hz=100.0), clock)
    camera.take()
    clock.advance(6 * INTERVAL_NS)
    shot = camera.take()
    assert (shot.frame.index, shot.drops) == (4, {"buffer": 3})


def test_colour_is_kept_where_it_is_asked_for(folder: Path) -> None:
    video = ImageFolder(folder, rate_hz=1.0, is_colour=True)
    assert next(video.frames(0, 0)).pixel_format == "bgr24"


def test_what_is_no_image_is_left_out_and_its_number_is_not_used_again(folder: Path) -> None:
    video = ImageFolder(folder, rate_hz=1.0)
    (folder / "1.png").write_text("torn")
    assert [frame.index for frame in video.frames(0, 0)] == [0, 2]


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match="no image in"):
        ImageFolder(tmp_path, rate_hz=1.0)
    with pytest.raises(UnreadableSourceError, match="cannot read"):
        ImageFolder(tmp_path / "none", rate_hz=1.0)
    (tmp_path / "a.png").write_text("torn")
    with pytest.raises(UndecodableSourceError, match="not an image"):
        ImageFolder(tmp_path, rate_hz=1.0)
