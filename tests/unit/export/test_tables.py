from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from made_recordings import COUNT, ID, MS, PICTURES, T, make_core, make_neon

from gazewire.errors import RecordingError, SourceError
from gazewire.export import ExportFormat, Table, export_all, export_recording, write_csv
from gazewire.recording import open_recording

NEON_COLUMNS = {
    "gaze": "timestamp [ns],gaze x [px],gaze y [px],worn,fixation id,blink id,azimuth [deg],"
    "elevation [deg]",
    "fixations": "fixation id,start timestamp [ns],end timestamp [ns],duration [ms],"
    "fixation x [px],fixation y [px],azimuth [deg],elevation [deg]",
    "saccades": "saccade id,start timestamp [ns],end timestamp [ns],duration [ms],amplitude [px],"
    "amplitude [deg],mean velocity [px/s],peak velocity [px/s]",
    "blinks": "blink id,start timestamp [ns],end timestamp [ns],duration [ms]",
    "world_timestamps": "timestamp [ns]",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_tables_of_neon_have_the_columns_of_its_cloud(tmp_path: Path) -> None:
    export_recording(make_neon(tmp_path / "r"), ExportFormat.CSV, tmp_path / "out")
    for name, columns in NEON_COLUMNS.items():
        with (tmp_path / f"out/r/{name}.csv").open() as file:
            assert file.readline() == f"section id,recording id,{columns}\n"
    with (tmp_path / "out/r/events.csv").open() as file:
        assert file.readline() == "recording id,timestamp [ns],name,type\n"


def test_gaze_is_a_member_of_what_goes_on_up_to_its_end(tmp_path: Path) -> None:
    export_recording(make_neon(tmp_path / "r"), ExportFormat.CSV, tmp_path / "out")
    gaze = rows(tmp_path / "out/r/gaze.csv")
    assert [row["fixation id"] for row in gaze] == ["1"] * 8 + [""] * 4 + ["2"] * 6 + [""] * 2
    assert [i for i, row in enumerate(gaze) if row["blink id"] == "1"] == [4, 5]
    assert gaze[1]["timestamp [ns]"] == str(T + 5 * MS)
    assert (gaze[1]["gaze x [px]"], gaze[0]["worn"], gaze[1]["worn"]) == ("801.5", "0.0", "1.0")
    assert gaze[0]["recording id"] == ID


def test_angles_of_orientation_are_those_of_the_cloud(tmp_path: Path) -> None:
    export_recording(make_neon(tmp_path / "r"), ExportFormat.CSV, tmp_path / "out")
    imu = rows(tmp_path / "out/r/imu.csv")[0]
    # Of (w, x, y, z) = (0.5, 0.5, -0.5, 0.5).
    angles = [float(imu[f"{name} [deg]"]) for name in ("roll", "pitch", "yaw")]
    assert angles == pytest.approx([-90, 0, 90])


def test_names_with_commas_are_quoted(tmp_path: Path) -> None:
    export_recording(make_neon(tmp_path / "r"), ExportFormat.CSV, tmp_path / "out")
    assert [row["name"] for row in rows(tmp_path / "out/r/events.csv")][1] == "stim, on"


def test_tables_of_core_have_the_columns_of_player(tmp_path: Path) -> None:
    export_recording(make_core(tmp_path / "r"), ExportFormat.CSV, tmp_path / "out")
    pupil = rows(tmp_path / "out/r/pupil_positions.csv")
    assert list(pupil[0])[:8] == [
        *("pupil_timestamp", "world_index", "eye_id", "confidence"),
        *("norm_pos_x", "norm_pos_y", "diameter", "method"),
    ]
    assert len(pupil[0]) == 34
    assert (pupil[4]["pupil_timestamp"], pupil[4]["world_index"]) == ("100.04", "1")
    assert (pupil[0]["ellipse_axis_b"], pupil[0]["sphere_radius"]) == ("32.0", "")
    gaze = rows(tmp_path / "out/r/gaze_positions.csv")
    assert list(gaze[0])[:6] == [
        *("gaze_timestamp", "world_index", "confidence"),
        *("norm_pos_x", "norm_pos_y", "base_data"),
    ]
    assert gaze[1]["base_data"] == "100.01-1"
    (mark,) = rows(tmp_path / "out/r/annotations.csv")
    assert (mark["label"], mark["duration"], mark["trial"]) == ("stim, on", "0.0", "7")
    assert len(rows(tmp_path / "out/r/world_timestamps.csv")) == PICTURES


def test_parquet_has_the_same_values_with_their_types(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason="Parquet needs the extra [tables]")
    export_recording(make_neon(tmp_path / "r"), ExportFormat.PARQUET, tmp_path / "out")
    gaze = polars.read_parquet(tmp_path / "out/r/gaze.parquet")
    assert gaze["timestamp [ns]"].to_list() == [T + 5 * MS * i for i in range(COUNT)]
    assert gaze["azimuth [deg]"].null_count() == COUNT  # there is no calibration


def test_numbers_read_back_the_same(tmp_path: Path) -> None:
    values = np.array([0.1, 1e-300, np.pi, np.nan, -0.0])
    times = np.array([2**63 - 1, -(2**63), 0, 1, 2])
    path = write_csv(Table("t", {"x": values, "n": times}), tmp_path)
    read = rows(path)
    back = [float(row["x"]) if row["x"] else np.nan for row in read]
    np.testing.assert_array_equal(back, values)
    assert [int(row["n"]) for row in read] == times.tolist()


def test_what_is_there_already_is_not_replaced(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    export_recording(folder, ExportFormat.CSV, tmp_path / "out")
    with pytest.raises(RecordingError, match="exists already"):
        export_recording(folder, ExportFormat.CSV, tmp_path / "out")


def test_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    folders = [tmp_path / "nowhere", make_neon(tmp_path / "r")]
    results = {
        result.folder: result
        for folder in folders
        for result in export_all([folder], ExportFormat.CSV, tmp_path / "out")
    }
    assert "check the path" in (results[folders[0]].failure or "")
    assert results[folders[1]].failure is None


def test_two_of_the_same_name_are_refused(tmp_path: Path) -> None:
    folders = [tmp_path / "a" / "r", tmp_path / "b" / "r"]
    with pytest.raises(RecordingError, match="two recordings are called r"):
        list(export_all(folders, ExportFormat.CSV, tmp_path))


def test_a_plot_shows_any_layout(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra [plot]")
    from gazewire.export.plot import plot_recording
    from gazewire.recording import summarize

    with open_recording(make_core(tmp_path / "r")) as recording:
        plot_recording(recording, summarize(recording), tmp_path / "plot.svg")
        with pytest.raises(RecordingError, match=r"\.png or a \.svg"):
            plot_recording(recording, summarize(recording), tmp_path / "plot.pdf")
    assert b"<svg" in (tmp_path / "plot.svg").read_bytes()


def test_bids_has_a_subject_for_each_recording(tmp_path: Path) -> None:
    for name in ("a", "b"):
        export_recording(make_neon(tmp_path / name), ExportFormat.BIDS, tmp_path / "out")
    folder = tmp_path / "out/sub-02/beh"
    sidecar = json.loads((folder / "sub-02_task-recording_recording-eye2_physio.json").read_text())
    assert sidecar["RecordedEye"] == "left"
    assert sidecar["SamplingFrequency"] == 200
    assert sidecar["Columns"][:3] == ["timestamp", "x_coordinate", "y_coordinate"]
    assert (tmp_path / "out/participants.tsv").read_text().count(ID) == 2


def test_bids_has_rows_of_nothing_where_samples_were_dropped(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    times = np.fromfile(folder / "gaze ps1.time", "<i8")
    times[10:] += 10 * MS
    (folder / "gaze ps1.time").write_bytes(times.tobytes())
    export_recording(folder, ExportFormat.BIDS, tmp_path / "out")
    (path,) = (tmp_path / "out").glob("**/*eye1_physio.tsv.gz")
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    assert len(lines) == COUNT + 2
    assert [line.split("\t") for line in lines[10:12]] == [
        ["0.05", "n/a", "n/a"],
        ["0.055", "n/a", "n/a"],
    ]


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        export_recording(tmp_path, ExportFormat.CSV, tmp_path / "out")
