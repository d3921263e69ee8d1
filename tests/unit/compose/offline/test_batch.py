from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_eyes import SIZE_PX, damage_picture, eye_image, write_video

from gazewire.compose.offline import DetectionReport, Stage, detect_all, find_eyes
from gazewire.errors import RecordingError
from gazewire.media import IndexedVideo
from gazewire.recording import open_recording


def detect(source: Path, out: Path | None = None, **options: object) -> DetectionReport:
    steps = [step for _, step in detect_all(find_eyes([source]), out, processes=1, **options)]
    assert all(isinstance(step, Stage) for step in steps[:-1])
    report = steps[-1]
    assert isinstance(report, DetectionReport)
    return report


@pytest.fixture(scope="module")
def detected(core_recording: Path, tmp_path_factory: pytest.TempPathFactory) -> DetectionReport:
    return detect(core_recording, tmp_path_factory.mktemp("out") / "result")


def test_the_result_is_a_recording_with_the_times_of_the_pictures(
    detected: DetectionReport, core_recording: Path
) -> None:
    with open_recording(core_recording) as source:
        taken = source.videos["eye0"].times_unix_ns.tolist()
        began = source.facts.start_unix_ns, source.facts.start_core_s
    with open_recording(detected.out) as recording:
        pupils = recording.series("pupil")
        assert recording.examine() == ()
        assert (recording.facts.start_unix_ns, recording.facts.start_core_s) == began
        assert pupils.times_unix_ns[pupils["eye_id"] == 0].tolist() == taken
        closed, opened = recording.series("blinks").times_unix_ns.tolist()
    assert taken[28] <= closed <= taken[31]
    assert taken[34] <= opened <= taken[37]
    flat = pupils["timestamp_s"][(pupils["method"] == "2d c++") & (pupils["eye_id"] == 1)]
    assert flat.tolist() == np.load(core_recording / "eye1_timestamps.npy").tolist()
    assert (np.diff(pupils["timestamp_s"]) >= 0).all(), "both eyes are in one order of time"


def test_pupils_are_where_they_were_drawn(detected: DetectionReport) -> None:
    with open_recording(detected.out) as recording:
        pupils = recording.series("pupil")
    first = pupils[(pupils["eye_id"] == 0)][0]
    rng = np.random.default_rng(3)
    across, down = np.radians(rng.uniform(-14, 14, (4, 2))[0])
    middle = (SIZE_PX - 1) / 2
    x = middle + 60 * np.sin(across) * np.cos(down)
    y = middle + 60 * np.sin(down)
    assert first["ellipse_center_x"] == pytest.approx(x, abs=0.3)
    assert first["ellipse_center_y"] == pytest.approx(y, abs=0.3)


def test_the_report_counts_what_was_found(detected: DetectionReport) -> None:
    for told in detected.eyes.values():
        assert (told.pictures, told.damaged, told.found) == (60, 0, 54)
    assert detected.blinks == 1
    assert detected.gaze == 0
    assert detected.why_no_gaze == "there is no calibration with these pupils"


def test_a_source_is_left_as_it_was(detected: DetectionReport, core_recording: Path) -> None:
    assert sorted(path.name for path in core_recording.iterdir()) == [
        "eye0.mp4",
        "eye0_timestamps.npy",
        "eye1.mp4",
        "eye1_timestamps.npy",
        "gaze.pldata",
        "info.player.json",
    ]


def test_what_else_was_recorded_goes_along_but_not_the_old_gaze(
    detected: DetectionReport, core_recording: Path
) -> None:
    names = {path.name for path in detected.out.iterdir()}
    assert {"eye0.mp4", "eye1_timestamps.npy", "movements.csv", "blinks.pldata"} <= names
    assert "gaze.pldata" not in names
    assert (detected.out / "eye0.mp4").read_bytes() == (core_recording / "eye0.mp4").read_bytes()


def test_a_damaged_picture_is_counted_and_has_no_pupil(tmp_path: Path) -> None:
    path = write_video(tmp_path / "eye0.mp4", [eye_image(0)] * 12)
    damage_picture(path, 4)
    report = detect(path)
    assert report.out == tmp_path / "eye0-detected"
    assert (report.eyes[0].pictures, report.eyes[0].damaged) == (11, 1)
    with open_recording(report.out) as recording:
        times_s = recording.series("pupil")["timestamp_s"]
    assert 0.04 not in times_s.tolist()
    assert len(times_s) == 11


def test_both_halves_of_a_picture_are_eyes_of_neon(tmp_path: Path) -> None:
    left, right = eye_image(-10), eye_image(10)
    path = write_video(tmp_path / "eyes.mp4", [np.hstack([left, right])] * 4)
    (tmp_path / "neon").mkdir()
    info = {"data_format_version": "2.3", "start_time": 10**18 - 10**9}
    (tmp_path / "neon" / "info.json").write_text(json.dumps(info))
    path.rename(tmp_path / "neon" / "Neon Sensor Module v1 ps1.mp4")
    (10**18 + np.arange(4, dtype="<i8") * 5_000_000).tofile(
        tmp_path / "neon" / "Neon Sensor Module v1 ps1.time"
    )
    report = detect(tmp_path / "neon", tmp_path / "out")
    with open_recording(report.out) as recording:
        pupils = recording.series("pupil")
    by_eye = {eye: pupils["ellipse_center_x"][pupils["eye_id"] == eye].mean() for eye in (0, 1)}
    assert by_eye[0] > 100 > 90 > by_eye[1], "each within its own half"
    assert pupils.times_unix_ns.min() == 10**18


def test_a_table_has_the_pupils_alone_and_the_names_of_images(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for index in range(3):
        cv2.imwrite(str(images / f"{index}.png"), eye_image(5 * index))
    report = detect(images, tmp_path / "pupils.csv")
    header, *rows = report.out.read_text().splitlines()
    assert header.startswith("image,pupil_timestamp,world_index,eye_id,confidence")
    assert [row.split(",")[0] for row in rows] == ["0.png", "1.png", "2.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "pupils.csv"]


def test_an_overlay_shows_each_camera(tmp_path: Path) -> None:
    paths = [write_video(tmp_path / f"eye{eye}.mp4", [eye_image(0)] * 3) for eye in (0, 1)]
    list(detect_all(find_eyes(paths), overlay=tmp_path / "seen.mp4", processes=1))
    for eye in (0, 1):
        video = IndexedVideo(tmp_path / f"seen-eye{eye}.mp4")
        assert (len(video), video.width, video.height) == (3, SIZE_PX, SIZE_PX)
        video.close()


def test_nothing_is_left_of_what_was_interrupted(core_recording: Path, tmp_path: Path) -> None:
    steps = detect_all(find_eyes([core_recording]), tmp_path / "out", processes=1)
    next(steps)
    assert len(list(tmp_path.iterdir())) == 1, "work has begun beside"
    steps.close()
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_there_is_replaced(core_recording: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen-eye1.mp4"
    seen.write_bytes(b"")
    with pytest.raises(RecordingError, match="exists already"):
        detect(core_recording, tmp_path)
    with pytest.raises(RecordingError, match="exists already"):
        detect(core_recording, tmp_path / "new", overlay=tmp_path / "seen.mp4")
    assert list(tmp_path.iterdir()) == [seen]


def test_several_sources_go_into_one_folder_and_into_no_table(tmp_path: Path) -> None:
    paths = [write_video(tmp_path / f"{name}.mp4", [eye_image(0)] * 2) for name in ("a", "b")]
    footage = find_eyes(paths)
    with pytest.raises(RecordingError, match="can be the table of one recording"):
        list(detect_all(footage, tmp_path / "out.csv", processes=1))
    reports = [
        step
        for _, step in detect_all(footage, tmp_path / "out", processes=1)
        if isinstance(step, DetectionReport)
    ]
    assert [report.out for report in reports] == [tmp_path / "out" / "a", tmp_path / "out" / "b"]
