from __future__ import annotations

from itertools import islice

import pytest

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.model import Frame, GazeDatum

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.recording import open_source

START = 1_790_000_000_123_456_789


@pytest.fixture
def gaze_csv(tmp_path):
    path = tmp_path / "gaze.csv"
    path.write_text("time_s,x_px,y_px\n0,1,2\n0.005,3,4\n0.05,5,6\n")
    return path


def test_folder_is_a_recording(phone):
    phone.gaze([(1, 2)], [0])
    assert open_source(phone.folder).info.description == f"recording {phone.folder.name}"


def test_file_is_footage(render_video):
    info = open_source(render_video([0, 3000])).info
    assert info.description == "footage video.mp4"
    assert info.gaze_rate_hz is None


def test_footage_with_its_gaze_loops(render_video, gaze_csv, number_of):
    timeline = open_source(render_video([0, 3000, 6000]), gaze_csv)
    records = list(islice(timeline.records(START), 12))
    assert timeline.info.gaze_rate_hz == pytest.approx(40)
    frames = [record for record in records if isinstance(record, Frame)]
    gaze = [record for record in records if isinstance(record, GazeDatum)]
    assert [number_of(frame) for frame in frames] == [0, 1, 2, 0, 1, 2]
    assert [frame.index for frame in frames] == list(range(6))
    assert [datum.x_px for datum in gaze] == [1, 3, 5, 1, 3, 5]
    assert gaze[3].timestamp_unix_ns == frames[3].timestamp_unix_ns == START + 100_000_000


def test_without_loop_it_ends(render_video):
    timeline = open_source(render_video([0, 3000]), loop=False)
    assert len(list(timeline.records(START))) == 2


def test_missing_path_is_told(tmp_path):
    with pytest.raises(UnreadableSourceError, match="there is no file or folder") as caught:
        open_source(tmp_path / "nope")
    assert caught.value.source == str(tmp_path / "nope")


def test_gaze_for_a_recording_is_refused(phone, gaze_csv):
    phone.gaze([(1, 2)], [0])
    with pytest.raises(UndecodableSourceError, match="brings its own gaze"):
        open_source(phone.folder, gaze_csv)


def test_what_is_no_source_is_told(tmp_path, gaze_csv):
    with pytest.raises(UndecodableSourceError, match="is not a recording"):
        open_source(tmp_path)
    with pytest.raises(UndecodableSourceError, match=r"gaze\.csv"):
        open_source(gaze_csv)
