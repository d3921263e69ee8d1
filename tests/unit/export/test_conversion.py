"""Recordings in the layout of the other family."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from made_recordings import COUNT, PICTURES, make_core, make_neon, number_of

from gazewire.errors import RecordingError
from gazewire.export import ExportFormat, convert_recording, export_recording
from gazewire.recording import open_recording


def test_neon_to_core_and_back_loses_no_nanosecond_and_no_float(tmp_path):
    neon = make_neon(tmp_path / "neon")
    convert_recording(neon, "core", tmp_path / "core")
    convert_recording(tmp_path / "core", "neon", tmp_path / "again")
    with open_recording(neon) as first, open_recording(tmp_path / "again") as last:
        for name in ("gaze", "eye_state"):
            assert (
                first.series(name).times_unix_ns.tolist()
                == last.series(name).times_unix_ns.tolist()
            )
        for column in ("x_px", "y_px"):
            np.testing.assert_array_equal(first.series("gaze")[column], last.series("gaze")[column])
        for column in ("pupil_diameter_left_mm", "eyeball_center_right_x", "optical_axis_left_z"):
            np.testing.assert_array_equal(
                first.series("eye_state")[column], last.series("eye_state")[column]
            )
        assert [(e.name, e.timestamp_unix_ns) for e in last.events][1:-1] == [
            (e.name, e.timestamp_unix_ns) for e in first.events
        ][1:-1]
        assert last.examine() == ()


def test_pictures_of_the_scene_are_not_coded_anew(tmp_path):
    convert_recording(make_neon(tmp_path / "neon"), "core", tmp_path / "core")
    with open_recording(tmp_path / "neon") as first, open_recording(tmp_path / "core") as last:
        frames = zip(first.videos["world"].frames(), last.videos["world"].frames(), strict=True)
        for index, (was, became) in enumerate(frames):
            assert bytes(was.data) == bytes(became.data)
            assert was.timestamp_unix_ns == became.timestamp_unix_ns
            assert number_of(became) == index


def test_what_has_no_place_is_named(tmp_path):
    to_core = convert_recording(make_neon(tmp_path / "neon"), "core", tmp_path / "a")
    to_neon = convert_recording(make_core(tmp_path / "core"), "neon", tmp_path / "b")
    assert to_core.left_out == (f"inertial samples ({COUNT})", "saccades (1)")
    assert to_neon.left_out == ("pupils in the pictures of the eyes, and confidence",)


def test_progress_goes_to_the_end(tmp_path):
    told: list[float] = []
    convert_recording(make_neon(tmp_path / "neon"), "core", tmp_path / "core", told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_layout_it_has_already_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="in the layout of Neon already"):
        convert_recording(make_neon(tmp_path / "r"), "neon", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_there_already_is_not_touched(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(RecordingError, match="cannot make"):
        convert_recording(make_neon(tmp_path / "r"), "core", tmp_path / "out")


def test_export_says_where_and_what_was_left_out(tmp_path):
    made = export_recording(make_core(tmp_path / "r"), ExportFormat.NEON, tmp_path / "out")
    assert made.written == (tmp_path / "out" / "r",)
    assert len(made.left_out) == 1
    with open_recording(tmp_path / "out" / "r") as recording:
        assert recording.facts.layout == "neon"
        assert len(recording.videos["world"]) == PICTURES
