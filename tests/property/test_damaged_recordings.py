"""Rows come back as they were written; damage costs what it hit, and is told."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("av", reason="gazewire.recording needs the extra [video]")
pytest.importorskip("zmq", reason="recordings of Core are written by gazewire.service")

# The recordings that unit tests are made of, which pytest's importlib mode does not find.
sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from made_recordings import make_core, make_neon

from gazewire.errors import GazewireError, SourceError
from gazewire.export import tables_of
from gazewire.recording import open_recording, repair_recording
from gazewire.recording.neon import layout

STREAMS = {
    "gaze": layout.GAZE,
    "gaze_left": layout.GAZE_LEFT,
    "eye_state": layout.EYE_STATE,
    "imu": layout.IMU,
}
NAMES = {"gaze": {"x": "x_px", "y": "y_px"}, "gaze_left": {"x": "x_px", "y": "y_px"}}
CORPUS = 60
INSTANTS = st.lists(st.integers(0, 2**62), min_size=1, max_size=20, unique=True).map(sorted)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(STREAMS)), INSTANTS, st.data())
def test_rows_of_each_type_come_back_bit_by_bit(name, instants, data):
    row = STREAMS[name].row
    content = data.draw(
        st.binary(min_size=row.itemsize * len(instants), max_size=row.itemsize * len(instants))
    )
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        (folder / "info.json").write_text("{}")
        (folder / STREAMS[name].raw_file(1)).write_bytes(content)
        clock = "gaze" if name.startswith("gaze") else name
        times = np.array(instants, "<i8").tobytes()
        (folder / STREAMS[clock].time_file(1)).write_bytes(times)
        recording = open_recording(folder)
        read = recording.series(name)
        assert read.times_unix_ns.tolist() == instants
        written = np.frombuffer(content, row)
        for column in row.names or ():
            if column != "timestamp_ns":
                at = NAMES.get(name, {}).get(column, column)
                assert read[at].tobytes() == written[column].tobytes()
        assert recording.findings == ()


INTERVALS = st.lists(
    st.tuples(st.sampled_from([0, 1, 4]), st.integers(0, 2**40), st.integers(0, 2**30)), max_size=20
)


@settings(max_examples=40, deadline=None)
@given(INTERVALS)
def test_intervals_come_back_each_in_its_series(intervals):
    rows = np.zeros(len(intervals), layout.FIXATIONS.row)
    rows["event_type"] = [kind for kind, _, _ in intervals]
    rows["start_timestamp_ns"] = [start for _, start, _ in intervals]
    rows["end_timestamp_ns"] = [start + length for _, start, length in intervals]
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name)
        (folder / "info.json").write_text("{}")
        (folder / "fixations ps1.raw").write_bytes(rows.tobytes())
        (folder / "fixations ps1.time").write_bytes(rows["start_timestamp_ns"].tobytes())
        recording = open_recording(folder)
        for name, kind in (("fixations", 1), ("saccades", 0)):
            read = recording.series(name)
            spans = zip(read.times_unix_ns.tolist(), read["end_unix_ns"].tolist(), strict=True)
            expected = [(start, start + length) for k, start, length in intervals if k == kind]
            assert sorted(spans) == sorted(expected)


@pytest.fixture(scope="module", params=[make_neon, make_core], ids=["neon", "core"])
def whole(request, tmp_path_factory) -> dict[str, bytes]:
    folder = request.param(tmp_path_factory.mktemp("whole") / "r")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("seed", range(CORPUS))
def test_damage_gives_the_readable_part_and_names_the_file(whole, seed):
    """Of every file in turn, cut anywhere or with bits flipped anywhere."""
    chance = random.Random(seed)
    names = sorted(name for name, content in whole.items() if content)
    name = names[seed % len(names)]
    content = bytearray(whole[name])
    if chance.random() < 0.5:
        content = content[: chance.randint(0, len(content))]
    else:
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(8 * len(content))
            content[at // 8] ^= 1 << at % 8
    with tempfile.TemporaryDirectory() as folder_name:
        folder = Path(folder_name) / "r"
        folder.mkdir()
        for other, kept in whole.items():
            (folder / other).write_bytes(kept)
        (folder / name).write_bytes(content)
        with open_recording(folder) as recording:
            for finding in recording.examine():
                assert finding.says
                assert finding.offset is None or 0 <= finding.offset <= len(whole[finding.file])
            for video in recording.videos.values():
                assert all(frame.width > 0 for frame in video.frames())
            for table in tables_of(recording):
                assert len({len(column) for column in table.columns.values()}) == 1
        try:
            report = repair_recording(folder)
        except GazewireError:
            return
        with open_recording(report.folder) as repaired:
            repaired.examine()


def test_a_cut_row_file_is_told_at_the_byte(whole):
    if "gaze ps1.raw" not in whole:
        pytest.skip("a recording of Core has no rows")
    for size in range(len(whole["gaze ps1.raw"])):
        with tempfile.TemporaryDirectory() as folder_name:
            folder = Path(folder_name)
            (folder / "gaze ps1.raw").write_bytes(whole["gaze ps1.raw"][:size])
            (folder / "gaze ps1.time").write_bytes(whole["gaze ps1.time"])
            (folder / "info.json").write_text("{}")
            try:
                recording = open_recording(folder)
            except SourceError:
                pytest.fail("a cut file is no reason to refuse")
            assert len(recording.series("gaze")) == size // 8
            torn = [found.offset for found in recording.findings if found.file == "gaze ps1.raw"]
            assert torn == ([size - size % 8] if size % 8 else [])
