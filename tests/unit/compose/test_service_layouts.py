from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

pytest.importorskip("av", reason="needs the extra [video]")
pytest.importorskip("zmq", reason="needs the extra [core]")

from gazewire.compose.service_layouts import recordings_laid_out
from gazewire.errors import RecordingError
from gazewire.recording import LayoutChoice, open_recording
from gazewire.service import RecordingPlan
from gazewire.wire.ipc import Message

T = 1_790_000_000_000_000_000
PACK = msgspec.msgpack.Encoder().encode


def record(folder: Path, layout: LayoutChoice) -> None:
    folder.mkdir()
    plan = RecordingPlan(folder=folder, session_name="s", start_unix_ns=T, start_core_s=10.0)
    writer = recordings_laid_out(layout)(plan)
    gaze = {"timestamp": 10.5, "confidence": 1.0, "norm_pos": [0.5, 0.5], "base_data": []}
    writer.write(Message(topic="gaze.2d.01.", payload=PACK(gaze)))
    writer.finish(T + 1_000_000_000)


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        (LayoutChoice.CORE, {"000"}),
        (LayoutChoice.BOTH, {"000", "000-neon"}),
        (LayoutChoice.NEON, {"000-neon"}),
    ],
)
def test_folders_are_those_that_are_wanted(tmp_path, layout, names):
    record(tmp_path / "000", layout)
    assert {path.name for path in tmp_path.iterdir()} == names
    for name in names:
        with open_recording(tmp_path / name) as recording:
            assert recording.facts.layout == ("neon" if name.endswith("neon") else "core")
            assert recording.series("gaze").times_unix_ns.tolist() == [T + 500_000_000]


def test_what_cannot_be_converted_is_kept_and_told(tmp_path):
    (tmp_path / "000-neon").mkdir()
    with pytest.raises(RecordingError, match="is whole, but was not converted"):
        record(tmp_path / "000", LayoutChoice.NEON)
    assert (tmp_path / "000" / "gaze.pldata").exists()
