"""The vendor's own tutorial for the official client, run on ours.

Its code is read from the document, which is not part of the project, and run as written: as a
script by ``gazewire run`` to the letter, and in a Jupyter kernel but for the import line. There is
nothing in its network but one device in software.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.namespace import NetworkNamespace
from harness.peer import PeerRunner
from harness.plotting_home import plotting_home
from harness.program import DeviceProgram, gazewire_command

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = "000_dc2edd3ed601b78e.txt"
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PHONE = "Phone of the tutorial"
# Twice the tutorial waits for five seconds.
ENDS_WITHIN_S = 90

# What a script has drawn is in the one figure that matplotlib opens by itself.
WHAT_WAS_DRAWN = """
import json
axes = plt.gca()
print(json.dumps({
    "figures": plt.get_fignums(),
    "images": [image.get_array().shape for image in axes.images],
    "points": [points.get_offsets().tolist() for points in axes.collections],
}))
"""

pytestmark = pytest.mark.timeout(2 * ENDS_WITHIN_S)


@pytest.fixture(scope="session")
def blocks() -> list[str]:
    """The code blocks of the tutorial, in order."""
    seeds = os.environ.get("GAZEWIRE_SEEDS", REPOSITORY.parent / "shared" / "seeds")
    document = Path(seeds) / DOCUMENT
    if not document.is_file():
        pytest.skip(f"no tutorial: {document} does not exist; GAZEWIRE_SEEDS names its folder")
    return PYTHON_BLOCK.findall(document.read_text())


@pytest.fixture
def device(namespace: NetworkNamespace, tmp_path: Path) -> Iterator[DeviceProgram]:
    """What the tutorial finds: a Pupil Invisible, the only device on its network."""
    options = ("--mdns", "--product", "invisible", "--name", PHONE)
    with DeviceProgram(tmp_path, *options, inside=namespace.inside) as device:
        yield device


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return plotting_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(autouse=True)
def at_home(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, path in home.items():
        monkeypatch.setenv(variable, path)


def check_what_was_printed(block_texts: list[str]) -> None:
    """Hold what each block has printed against what the tutorial says that it does."""
    _, properties, recording, events, frame, gaze, matched = block_texts
    assert re.fullmatch(
        rf"Phone IP address: 127\.0\.0\.1\nPhone name: {PHONE}\nBattery level: \d+%\n"
        r"Free storage: \d+\.\d GB\nSerial number of connected glasses: \w+\n",
        properties,
    )
    assert re.fullmatch(r"Started recording with id [0-9a-f-]{36}\n", recording)
    first, second = events.splitlines()
    assert first.startswith("Event(name=test event 1 recording_id=")
    assert second.startswith("Event(name=test event 2 recording_id=")
    assert frame.startswith("This scene camera image was recorded at 20")
    assert gaze.startswith("This gaze sample was recorded at 20")
    difference_ms = re.search(r"Temporal difference between both is (\d+\.\d) ms\n", matched)
    assert difference_ms is not None
    # Of gaze at 200 Hz none is further from a picture than half an interval.
    assert float(difference_ms[1]) <= 2.6


def check_what_was_recorded(device: DeviceProgram) -> None:
    """There are two recordings, and the events are in the second one."""
    first, second = sorted(device.record_dir.iterdir(), key=lambda folder: folder.stat().st_ctime)
    assert (first / "event.txt").read_text().splitlines() == ["recording.begin", "recording.end"]
    assert (second / "event.txt").read_text().splitlines() == [
        "recording.begin",
        "test event 1",
        "test event 2",
        "recording.end",
    ]


def test_the_tutorial_runs_in_jupyter(
    blocks: list[str], device: DeviceProgram, namespace: NetworkNamespace
) -> None:
    cells = [block.replace("pupil_labs.realtime_api", "gazewire.client") for block in blocks]
    assert sum(cell != block for cell, block in zip(cells, blocks, strict=True)) == 1
    jupyter = PeerRunner(Path(sys.executable))
    outputs: list[list[dict[str, Any]]] = jupyter.run(
        "execute_notebook", inside=namespace.inside, limit_s=ENDS_WITHIN_S, cells=cells
    )
    complaints = [out["text"] for cell in outputs for out in cell if out["channel"] == "stderr"]
    assert complaints == []
    printed = [
        "".join(out["text"] for out in cell if out["channel"] == "stdout") for cell in outputs
    ]
    check_what_was_printed(printed)
    pictures = [sum("image/png" in out["kinds"] for out in cell) for cell in outputs]
    assert pictures == [0, 0, 0, 0, 1, 1, 1]
    check_what_was_recorded(device)


def test_the_tutorial_runs_as_a_script_to_the_letter(
    blocks: list[str],
    device: DeviceProgram,
    namespace: NetworkNamespace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    end_of_block = "\n--- block ---\n"
    script = tmp_path / "tutorial.py"
    script.write_text(f"print({end_of_block!r}, end='')\n".join([*blocks, WHAT_WAS_DRAWN]))
    ran = subprocess.run(
        [*namespace.inside, *gazewire_command("run", str(script))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert (ran.stderr, ran.returncode) == ("", 0)
    *printed, drawn = ran.stdout.split(end_of_block)
    check_what_was_printed(printed)
    drawing = json.loads(drawn)
    assert drawing["figures"] == [1]
    assert drawing["images"] == 2 * [[1080, 1088, 3]]
    assert [len(points) for points in drawing["points"]] == [1, 1]
    check_what_was_recorded(device)
