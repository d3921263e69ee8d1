"""`gazewire replay`: clients see what was recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.core_client import CoreClient
from harness.peer import PeerRunner
from harness.program import ANY_PORTS, gazewire_command

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from made_recordings import make_neon

from gazewire.export import convert_recording
from gazewire.recording import open_recording

ENDS_WITHIN_S = 40


class ReplayProgram:
    """A running `gazewire replay`, which ends by itself where it does not loop."""

    def __init__(self, *options: str) -> None:
        command = gazewire_command("replay", *options, "--json")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.ready = json.loads(self.process.stdout.readline())

    def __enter__(self) -> ReplayProgram:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            assert self.process.wait(ENDS_WITHIN_S) == 0
        finally:
            self.process.kill()
            self.process.communicate()


@pytest.fixture(scope="module")
def neon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_neon(tmp_path_factory.mktemp("neon") / "r")


@pytest.fixture(scope="module")
def original(neon: Path) -> Iterator[ReplayProgram]:
    options = (str(neon), "--loop", "--times", "original", "--no-mdns", *ANY_PORTS)
    with ReplayProgram(*options) as program:
        yield program


def test_official_client_gets_the_recorded_gaze(
    original: ReplayProgram, neon: Path, peers: PeerRunner
) -> None:
    received = peers.run(
        "simple_receive",
        port=int(original.ready["http"].rpartition(":")[2]),
        gaze_count=40,
        frame_count=1,
        matched_count=0,
        others=[],
    )
    with open_recording(neon) as recording:
        gaze = recording.series("gaze")
        recorded = {
            (float(row["x_px"]), float(row["y_px"]), bool(row["worn"])) for row in gaze.rows
        }
    seen = [(datum["x"], datum["y"], bool(datum["worn"])) for datum in received["gaze"]]
    assert set(seen) <= recorded
    assert len(set(seen)) >= 15
    # The clock is that of the recording, some passes on.
    began_s = gaze.times_unix_ns[0] / 1e9
    for datum in received["gaze"]:
        assert began_s - 5 < datum["timestamp_unix_seconds"] < began_s + 600


def test_core_client_gets_the_recorded_messages(neon: Path, tmp_path: Path) -> None:
    convert_recording(neon, "core", tmp_path / "core")
    with open_recording(tmp_path / "core") as recording:
        recorded = {
            (float(row["norm_pos_x"]), float(row["eye_center0_3d_x"]))
            for row in recording.series("gaze").rows
        }
    options = (str(tmp_path / "core"), "--core", "--loop", "--port", "0")
    with (
        ReplayProgram(*options) as program,
        CoreClient(program.ready["remote"]) as client,
        client.subscribed("gaze.", "pupil.") as listener,
    ):
        now_s = float(client.ask("t"))
        for _ in range(40):
            told = listener.topic("gaze.3d.01.")
            assert (told["norm_pos"][0], told["eye_centers_3d"]["0"][0]) in recorded
            assert abs(told["timestamp"] - now_s) < 60
        assert listener.topic("pupil.0.3d")["diameter_3d"] >= 3.5


def test_it_ends_with_the_recording(neon: Path) -> None:
    command = gazewire_command("replay", str(neon), "--no-mdns", "--json", *ANY_PORTS)
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=True
    )
    assert json.loads(ended.stdout)["ready"] is True


@pytest.mark.parametrize(
    ("options", "says"),
    [(("--from", "100"), "nothing after 100 s"), ((), "no recording folder")],
)
def test_what_cannot_be_played_is_told_in_a_sentence(
    options: tuple[str, ...], says: str, neon: Path
) -> None:
    folder = neon if options else neon / "none"
    command = gazewire_command("replay", str(folder), "--no-mdns", *options)
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False
    )
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
