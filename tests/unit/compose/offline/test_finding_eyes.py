from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from made_eyes import eye_image, write_video

from gazewire.compose.offline import EyeOptions, find_eyes
from gazewire.errors import SourceError
from gazewire.optics import nominal_camera
from gazewire.recording.core import intrinsics_bytes

IMAGES = [eye_image(0)] * 3


def video(folder: Path, name: str) -> Path:
    return write_video(folder / name, IMAGES)


def test_a_core_recording_has_its_eyes_and_the_doubles_of_its_times(core_recording: Path) -> None:
    (footage,) = find_eyes([core_recording])
    assert footage.is_core
    assert footage.eye_ids == (0, 1)
    assert footage.picture_count == 120
    told = np.load(core_recording / "eye0_timestamps.npy")
    assert footage.films[0].times_core_s.tolist() == told.tolist()


def test_cameras_are_as_recorded_or_as_usual_or_as_the_user_says(tmp_path: Path) -> None:
    path = video(tmp_path, "eye0.mp4")
    (usual,) = find_eyes([path])
    assert usual.films[0].views[0].camera.focal_px == (282.976877, 283.561467)
    (said,) = find_eyes([path], EyeOptions(focal_px=140.0))
    assert said.films[0].views[0].camera.focal_px == (140.0, 140.0)
    np.save(tmp_path / "eye0_timestamps.npy", np.arange(3) / 100)
    (tmp_path / "info.player.json").write_text("{}")
    (tmp_path / "eye0.intrinsics").write_bytes(intrinsics_bytes(nominal_camera(192, 192)))
    (recorded,) = find_eyes([tmp_path])
    assert recorded.films[0].views[0].camera.focal_px == (1000.0, 1000.0)


@pytest.mark.parametrize(
    "names",
    [("eye0.mp4", "eye1.mp4"), ("a_right.mp4", "a_left.mp4"), ("PI right.avi", "PI left.avi")],
)
def test_videos_whose_names_differ_in_the_eye_belong_together(
    names: tuple[str, str], tmp_path: Path
) -> None:
    (footage,) = find_eyes([video(tmp_path, name) for name in names])
    assert [film.views[0].eye_id for film in footage.films] == [0, 1]
    assert [film.path.name for film in footage.films] == list(names)


def test_other_videos_are_of_different_people(tmp_path: Path) -> None:
    paths = [video(tmp_path, name) for name in ("anna.mp4", "bert.mp4", "eye1_carl.mp4")]
    found = find_eyes(paths)
    assert [(one.name, one.eye_ids) for one in found] == [
        ("anna", (0,)),
        ("bert", (0,)),
        ("eye1_carl", (1,)),
    ]


def test_times_beside_a_video_count_more_than_those_in_it(tmp_path: Path) -> None:
    path = video(tmp_path, "eye0.mp4")
    np.save(tmp_path / "eye0_timestamps.npy", [10.5, 10.75, 11.0])
    (footage,) = find_eyes([path])
    assert footage.films[0].times_unix_ns.tolist() == [10_500_000_000, 10_750_000_000, 11 * 10**9]


def test_a_folder_of_images_is_one_eye_at_the_rate_that_is_told(tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        cv2.imwrite(str(tmp_path / name), IMAGES[0])
    (footage,) = find_eyes([tmp_path], EyeOptions(image_rate_hz=4))
    assert footage.images == ("a.png", "b.png")
    assert footage.films[0].times_core_s.tolist() == [0.0, 0.25]


def test_what_is_none_of_these_is_told_in_a_sentence(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no video")
    empty = tmp_path / "empty"
    empty.mkdir()
    for path, said in (
        (tmp_path / "missing", "there is no file or folder"),
        (text, "is not a video"),
        (empty, "neither a recording nor a folder with images"),
    ):
        with pytest.raises(SourceError, match=said):
            find_eyes([path])


def test_a_recording_without_eyes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "info.player.json").write_text("{}")
    with pytest.raises(SourceError, match="has no video of an eye"):
        find_eyes([tmp_path])
