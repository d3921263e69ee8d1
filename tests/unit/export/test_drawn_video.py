"""The scene with what was seen drawn in."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("av", reason="needs the extra [video]")
pytest.importorskip("cv2", reason="needs OpenCV")

from made_recordings import CORE_START_S, HEIGHT, MS, PICTURES, WIDTH, T, make_core, make_neon

from gazewire.errors import RecordingError
from gazewire.export import ExportFormat, export_recording
from gazewire.export.drawn_video import draw_video
from gazewire.export.scene_drawing import Canvas, Colour
from gazewire.export.scene_marks import SceneMarks
from gazewire.media import VideoFile
from gazewire.model import Frame
from gazewire.recording import open_recording

RED = Colour(81, 90, 240)
PACK = msgspec.msgpack.Encoder().encode


def blank(width: int = 640, height: int = 480) -> Frame:
    data = np.concatenate(
        [np.full(width * height, 128, np.uint8), np.full(width * height // 2, 128, np.uint8)]
    )
    return Frame(
        camera="world",
        index=3,
        timestamp_unix_ns=T,
        width=width,
        height=height,
        pixel_format="yuv420p",
        data=data.data,
    )


def planes(frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    data = np.frombuffer(frame.data, np.uint8)
    size = frame.width * frame.height
    luma = data[:size].reshape(frame.height, frame.width)
    red = data[size + size // 4 :].reshape(frame.height // 2, frame.width // 2)
    return luma, red


def center_of(changed: np.ndarray) -> tuple[float, float]:
    rows, columns = np.nonzero(changed)
    return columns.mean(), rows.mean()


def test_ring_is_drawn_where_it_is_told_in_luma_and_colour():
    frame = blank()
    canvas = Canvas(frame)
    canvas.ring((200.0, 100.0), 60, 8, RED)
    luma, red = planes(canvas.frame())
    assert center_of(luma != 128) == pytest.approx((200, 100), abs=0.3)
    assert center_of(red != 128) == pytest.approx((99.75, 49.75), abs=0.3)
    assert luma.min() == 81
    assert red.max() == 240


def test_picture_that_was_given_is_not_changed():
    frame = blank()
    before = bytes(frame.data)
    Canvas(frame).text("12", (100, 100), RED)
    assert bytes(frame.data) == before


def test_every_picture_is_in_it_at_its_own_instant(tmp_path):
    path = tmp_path / "drawn.mp4"
    told: list[float] = []
    assert draw_video(make_core(tmp_path / "r"), path, told.append) == PICTURES
    assert told[-1] == 1.0
    frames = list(VideoFile(path).frames(T))
    assert [frame.timestamp_unix_ns for frame in frames] == pytest.approx(
        [T + 33 * MS * index for index in range(PICTURES)], abs=6_000
    )
    with open_recording(tmp_path / "r") as recording:
        for plain, drawn in zip(recording.videos["world"].frames(), frames, strict=True):
            _, red_before = planes(plain)
            _, red = planes(drawn)
            # Gaze is at (16, 12), at most 50 ms after the last datum.
            has_gaze = plain.timestamp_unix_ns < T + 240 * MS
            assert (red.astype(int) - red_before > 40).any() == has_gaze


def test_recording_without_a_scene_is_told(tmp_path):
    folder = make_core(tmp_path / "r")
    (folder / "world.mp4").unlink()
    with pytest.raises(RecordingError, match="no picture of the scene"):
        draw_video(folder, tmp_path / "drawn.mp4")


def test_video_that_exists_is_not_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "r.mp4").write_bytes(b"mine")
    with pytest.raises(RecordingError, match="exists already"):
        export_recording(make_neon(tmp_path / "r"), ExportFormat.VIDEO, tmp_path / "out")


def marks(folder: Path) -> SceneMarks:
    with open_recording(folder) as recording:
        return SceneMarks(recording, (WIDTH, HEIGHT))


def test_gaze_is_the_nearest_and_only_while_the_glasses_are_worn(tmp_path):
    found = marks(make_neon(tmp_path / "r"))
    assert found.gaze(T + 6 * MS) == (801.5, 600.25)
    assert found.gaze(T) is None  # not worn
    assert found.gaze(T + 1000 * MS) is None
    assert found.trail(T + 10 * MS) == [(801.5, 600.25), (802.5, 600.25)]


def test_fixations_have_numbers_and_end(tmp_path):
    found = marks(make_neon(tmp_path / "r"))
    first = found.fixations(T + 10 * MS)
    assert [(one.number, one.center, one.lasts) for one in first] == [(1, (801, 600.5), True)]
    both = found.fixations(T + 70 * MS)
    assert [(one.number, one.lasts) for one in both] == [(1, False), (2, True)]


def test_surfaces_of_a_service_have_their_corners(tmp_path):
    folder = make_core(tmp_path / "r")
    # Ten pixels wide, five high, the origin bottom left at (20, 30).
    matrix = [[10.0, 0.0, 20.0], [0.0, -5.0, 30.0], [0.0, 0.0, 1.0]]
    told = {
        "topic": "surfaces.desk",
        "name": "desk",
        "surf_to_img_trans": matrix,
        "img_to_surf_trans": matrix,
        "surf_to_dist_img_trans": matrix,
        "dist_img_to_surf_trans": matrix,
        "gaze_on_surfaces": [],
        "fixations_on_surfaces": [],
        "timestamp": CORE_START_S,
    }
    (folder / "surfaces.pldata").write_bytes(PACK(["surfaces.desk", PACK(told)]))
    found = marks(folder)
    at = T - T % 1000
    assert found.surfaces(at) == [("desk", [(20, 25), (30, 25), (30, 30), (20, 30)])]
    assert found.surfaces(at + 500 * MS) == []
