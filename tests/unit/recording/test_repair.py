from __future__ import annotations

import json
import os
from pathlib import Path

import av
import numpy as np
import pytest
from made_recordings import COUNT, MS, PICTURES, T, make_core, make_neon, number_of

from gazewire.errors import RecordingError
from gazewire.recording import open_recording, repair_recording
from gazewire.recording.core import layout as core_layout

SCENE = "Neon Scene Camera v1 ps1"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def cut(path: Path, lost: int) -> None:
    os.truncate(path, path.stat().st_size - lost)


@pytest.mark.parametrize("make", [make_neon, make_core])
def test_what_is_whole_is_copied_as_it_is(make, tmp_path: Path) -> None:
    folder = make(tmp_path / "r")
    report = repair_recording(folder)
    assert report.done == ()
    assert report.folder == tmp_path / "r-repaired"
    assert files(report.folder) == files(folder)


def test_the_original_is_never_touched(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    cut(folder / "gaze ps1.raw", 3)
    (folder / "info.json").unlink()
    before = files(folder)
    repair_recording(folder)
    assert files(folder) == before


def test_rows_and_instants_are_evened_out_for_all_that_share_them(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    cut(folder / "worn ps1.raw", 2)
    cut(folder / "gaze ps1.raw", 3)
    cut(folder / "imu ps1.time", 1)
    out = repair_recording(folder).folder
    for name in ("gaze ps1.raw", "gaze ps1.time", "gaze_left ps1.raw"):
        assert (out / name).stat().st_size == 8 * (COUNT - 2)
    assert (out / "imu ps1.raw").stat().st_size == 48 * (COUNT - 1)
    with open_recording(out) as recording:
        assert recording.examine() == ()


def test_instants_that_step_back_are_sorted_with_their_rows(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    for name, row in (("imu ps1.time", "<i8"), ("imu ps1.raw", "V48")):
        content = np.fromfile(folder / name, row)
        (folder / name).write_bytes(content[::-1].tobytes())
    out = repair_recording(folder).folder
    with open_recording(out) as recording:
        assert recording.series("imu")["gyro_z"].tolist() == list(range(COUNT))
        assert recording.examine() == ()


def test_a_torn_fragment_is_cut_off_with_its_instants(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    video = folder / f"{SCENE}.mp4"
    content = video.read_bytes()
    video.write_bytes(content + content[-400:-100])
    out = repair_recording(folder).folder
    with open_recording(out) as recording:
        world = recording.videos["world"]
        assert [number_of(frame) for frame in world.frames()] == list(range(PICTURES))
        assert recording.findings == ()


def lose_index(path: Path) -> None:
    """Make a plain MP4 as a kill leaves it: the table of contents was to come last."""
    whole = path.with_suffix(".whole")
    with av.open(str(path)) as source, av.open(str(whole), "w", format="mp4") as target:
        stream = source.streams.video[0]
        copied = target.add_stream_from_template(stream, opaque=True)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                target.mux(packet)
    content = whole.read_bytes()
    whole.unlink()
    path.write_bytes(content[: content.index(b"moov") - 4])


def test_a_video_without_index_is_read_with_what_another_tells(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    like = make_neon(tmp_path / "other") / f"{SCENE}.mp4"
    lose_index(folder / f"{SCENE}.mp4")
    report = repair_recording(folder, like=[like])
    with open_recording(report.folder) as recording:
        world = recording.videos["world"]
        assert [number_of(frame) for frame in world.frames()] == list(range(PICTURES))
        assert world.times_unix_ns[3] == T + 99 * MS
    assert any("12 pictures found without an index" in done.says for done in report.done)


def test_a_video_that_nothing_can_read_is_left_out_and_told(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    lose_index(folder / f"{SCENE}.mp4")
    report = repair_recording(folder)
    assert not list(report.folder.glob("Neon Scene*"))
    assert any("left out" in done.says for done in report.done)


def test_an_unfinished_recording_gets_its_end(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r", finish=False)
    out = repair_recording(folder).folder
    with open_recording(out) as recording:
        assert recording.events[-1].name == "recording.end"
        assert recording.facts.duration_ns > 0


def test_documents_that_are_missing_are_made(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    for name in ("info.json", "wearer.json", "template.json", "gaze.dtype", "imu.dtype"):
        (folder / name).unlink()
    out = repair_recording(folder).folder
    info = json.loads((out / "info.json").read_text())
    assert info["start_time"] == T
    assert info["template_data"]["id"] == json.loads((out / "template.json").read_text())["id"]
    assert (out / "imu.dtype").exists()
    with open_recording(out) as recording:
        assert recording.examine() == ()


def test_core_records_are_cut_and_their_times_made_again(tmp_path: Path) -> None:
    folder = make_core(tmp_path / "r")
    cut(folder / "gaze.pldata", 7)
    (folder / "world_lookup.npy").write_bytes(b"old")
    out = repair_recording(folder).folder
    assert len(np.load(out / "gaze_timestamps.npy")) == COUNT - 1
    assert not (out / "world_lookup.npy").exists()
    with open_recording(out) as recording:
        assert recording.examine() == ()
        assert len(recording.series("gaze")) == COUNT - 1


def test_a_core_recording_without_its_description_gets_one(tmp_path: Path) -> None:
    folder = make_core(tmp_path / "r")
    (folder / core_layout.INFO_FILE).unlink()
    (folder / "world.mp4").rename(folder / "world.mp4.writing")
    out = repair_recording(folder).folder
    info = json.loads((out / core_layout.INFO_FILE).read_text())
    assert info["start_time_synced_s"] == 100
    assert isinstance(info["duration_s"], float)
    with open_recording(out) as recording:
        assert len(recording.videos["world"]) == PICTURES


def test_what_is_there_already_is_not_replaced(tmp_path: Path) -> None:
    folder = make_neon(tmp_path / "r")
    with pytest.raises(RecordingError, match="exists already"):
        repair_recording(folder, folder)
    with pytest.raises(RecordingError, match="lies within"):
        repair_recording(folder, folder / "inner")
