from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_recordings import COUNT, ID, MS, PICTURES, T, gaze, make_core, make_neon, number_of

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.recording import open_recording


def test_what_neon_recorded_is_read_to_the_nanosecond_and_the_float(tmp_path: Path) -> None:
    with open_recording(make_neon(tmp_path / "r")) as recording:
        read = recording.series("gaze")
        assert recording.facts.layout == "neon"
        assert recording.facts.recording_id == ID
        assert recording.examine() == ()
    data = [gaze(index) for index in range(COUNT)]
    assert read.times_unix_ns.tolist() == [datum.timestamp_unix_ns for datum in data]
    assert read["x_px"].tolist() == [datum.x_px for datum in data]
    assert read["worn"].tolist() == [datum.worn for datum in data]


def test_eye_movements_have_a_series_each(tmp_path: Path) -> None:
    recording = open_recording(make_neon(tmp_path / "r"))
    fixations = recording.series("fixations")
    assert fixations.times_unix_ns.tolist() == [T, T + 60 * MS]
    assert fixations["end_unix_ns"].tolist() == [T + 40 * MS, T + 90 * MS]
    assert fixations["mean_gaze_x"].tolist() == [801, 801]
    assert len(recording.series("saccades")) == len(recording.series("blinks")) == 1


def test_events_are_in_order_of_time(tmp_path: Path) -> None:
    recording = open_recording(make_neon(tmp_path / "r"))
    names = [event.name for event in recording.events]
    assert names == ["recording.begin", "stim, on", "recording.end"]


@pytest.mark.parametrize("make", [make_neon, make_core])
def test_pictures_are_exact_by_number_in_any_order(make, tmp_path: Path) -> None:
    with open_recording(make(tmp_path / "r")) as recording:
        world = recording.videos["world"]
        assert len(world) == PICTURES
        order = [7, 8, 2, 11, 0, 1, 6, 5, -1]
        assert [number_of(world.frame(i)) for i in order] == [i % PICTURES for i in order]
        assert [number_of(frame) for frame in world.frames(3, 6)] == [3, 4, 5]
        with pytest.raises(IndexError, match="12 pictures"):
            world.frame(PICTURES)


def test_a_picture_is_found_by_what_was_seen_at_an_instant(tmp_path: Path) -> None:
    with open_recording(make_neon(tmp_path / "r")) as recording:
        world = recording.videos["world"]
        seen = world.frame_at(T + 70 * MS)
        assert seen is not None
        assert (number_of(seen), seen.timestamp_unix_ns) == (2, T + 66 * MS)
        assert world.frame_at(T - 1) is None


def test_core_data_have_the_columns_of_player_on_unix_time(tmp_path: Path) -> None:
    recording = open_recording(make_core(tmp_path / "r"))
    pupil = recording.series("pupil")
    assert recording.examine() == ()
    assert len(pupil) == COUNT
    steps = np.diff(pupil.times_unix_ns)
    assert np.abs(steps - 10 * MS).max() <= 1000
    assert pupil["timestamp_s"][1] == 100.01
    assert pupil["eye_id"].tolist()[:3] == [0, 1, 0]
    assert pupil["ellipse_axis_b"][0] == 32
    assert np.isnan(pupil["sphere_radius"]).all()


def test_core_gaze_is_in_pixels_of_the_scene_from_the_top(tmp_path: Path) -> None:
    gaze = open_recording(make_core(tmp_path / "r")).series("gaze")
    assert (gaze["x_px"][0], gaze["y_px"][0]) == (16, 12)  # a quarter of 64 x 48


def test_core_annotations_are_events(tmp_path: Path) -> None:
    (event,) = open_recording(make_core(tmp_path / "r")).events
    assert event.name == "stim, on"
    assert abs(event.timestamp_unix_ns - (T + 50 * MS)) < 2000


def test_a_torn_row_is_told_with_file_and_offset(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    path = folder / "gaze ps1.raw"
    path.write_bytes(path.read_bytes()[:-3])
    recording = open_recording(folder)
    assert len(recording.series("gaze")) == COUNT - 1
    first = recording.findings[0]
    assert (first.file, first.offset) == ("gaze ps1.raw", (COUNT - 1) * 8)
    assert "5 bytes" in first.says


def test_time_that_steps_back_is_put_in_order_and_told(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    path = folder / "imu ps1.time"
    times = np.fromfile(path, "<i8")
    times[10:] -= 3600 * 10**9
    path.write_bytes(times.tobytes())
    recording = open_recording(folder)
    assert (np.diff(recording.series("imu").times_unix_ns) >= 0).all()
    (found,) = recording.findings
    assert (found.file, found.offset) == ("imu ps1.time", 80)


def test_parts_are_joined_each_with_its_own_instants(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    for suffix in ("raw", "time"):
        content = (folder / f"gaze ps1.{suffix}").read_bytes()
        (folder / f"gaze ps3.{suffix}").write_bytes(content)
    (folder / "gaze ps1.raw").write_bytes((folder / "gaze ps1.raw").read_bytes()[:80])
    shift = np.fromfile(folder / "gaze ps3.time", "<i8") + 10**9
    (folder / "gaze ps3.time").write_bytes(shift.tobytes())
    read = open_recording(folder).series("gaze")
    assert len(read) == 10 + COUNT
    assert read.times_unix_ns[10:].tolist() == shift.tolist()
    assert read["x_px"][10] == gaze(0).x_px


def test_a_broken_record_of_core_costs_no_other(tmp_path: Path) -> None:
    folder = make_core(tmp_path / "r")
    path = folder / "pupil.pldata"
    content = bytearray(path.read_bytes())
    at = content.index(b"\x92\xaapupil.1")
    content[at : at + 2] = b"\0\0"
    path.write_bytes(content)
    recording = open_recording(folder)
    assert len(recording.series("pupil")) >= COUNT - 2
    assert all(found.file == "pupil.pldata" for found in recording.findings)
    assert any(found.offset == at for found in recording.findings)


def test_what_is_no_recording_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UndecodableSourceError, match="not a recording"):
        open_recording(tmp_path)
    with pytest.raises(UnreadableSourceError, match="check the path"):
        open_recording(tmp_path / "nowhere")


def test_real_recordings_are_read_whole(data_dir: Path) -> None:
    folder = data_dir / "neon-recording" / "multi_part"
    if not folder.is_dir():
        pytest.skip("the real recordings are not there")
    recording = open_recording(folder)
    assert len(recording.series("gaze")) == 4200
    assert len(recording.series("imu")) == 3844
    # Their videos are not there, and nothing else is wrong.
    assert {found.says.partition(";")[0] for found in recording.examine()} == {"it is missing"}
