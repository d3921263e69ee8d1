"""What is left of a recording whose program is killed, at many random instants.

A program records the full load of a pair of glasses (scene, both eyes, gaze, motion, sound, events)
and is killed by SIGKILL. What it left is then opened by our reader and by the vendor's, as it is
and repaired, and what is missing is what was handed to the recorder and cannot be read.

    .venv/bin/python benchmarks/kill_recorder.py --kills 50 --peers .venvs/peers-realtime/bin/python
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gazewire.recording import open_recording, repair_recording

HERE = Path(__file__).parent
LOAD = HERE / "workers" / "recording_load.py"
OFFICIAL = HERE / "workers" / "recordings_official.py"
NS_PER_S = 1_000_000_000
# Nothing older may be missing.
BAR_S = 1.0


@dataclass
class Killed:
    """One killed recording."""

    folder: Path
    handed_ns: int
    after_s: float
    missing_s: dict[str, float] = field(default_factory=dict)
    findings: int = 0
    opened_s: float = 0.0


def kill_one(root: Path, after_s: float) -> Killed:
    """Record, and kill so many seconds after the first record."""
    command = [sys.executable, str(LOAD), str(root), "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        handed_ns = 0
        for line in program.stdout:
            handed_ns = int(line)
            if handed_ns >= after_s * NS_PER_S:
                break
        program.kill()
        # What was said just before.
        for line in program.stdout:
            if line.endswith("\n") and line.strip().isdigit():
                handed_ns = int(line)
    (folder,) = root.iterdir()
    return Killed(folder, handed_ns, after_s)


def look(killed: Killed) -> None:
    """Open it with our reader, and tell what is missing of each stream."""
    began_s = time.perf_counter()
    with open_recording(killed.folder) as recording:
        start_ns = recording.facts.start_unix_ns or 0
        newest = {}
        for name in ("gaze", "eye_state", "imu"):
            is_there = name in recording.series_names
            times = recording.series(name).times_unix_ns if is_there else []
            newest[name] = int(times[-1]) if len(times) else start_ns
        for name in ("world", "eyes"):
            video = recording.videos.get(name)
            times = np.empty(0) if video is None else video.times_unix_ns
            newest[name] = int(times[-1]) if len(times) else start_ns
            if video is not None and len(video):
                video.frame(len(video) - 1)
        newest["events"] = max(event.timestamp_unix_ns for event in recording.events)
        killed.findings = len(recording.findings)
    killed.opened_s = time.perf_counter() - began_s
    end_ns = start_ns + killed.handed_ns
    killed.missing_s = {name: (end_ns - at) / NS_PER_S for name, at in newest.items()}
    # Marks come once a second, so that the newest may be that old.
    killed.missing_s["events"] -= 1.0


def official(python: Path, folders: list[Path]) -> list[dict[str, object]]:
    """Open with the vendor's reader."""
    command = [str(python), str(OFFICIAL), *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def failures(facts: dict[str, object]) -> list[str]:
    return [f"{name}: {value}" for name, value in facts.items() if _is_failure(name, value)]


def _is_failure(name: str, value: object) -> bool:
    return name not in {"folder"} and isinstance(value, str)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=6.0, help="seconds until a kill")
    parser.add_argument("--peers", type=Path, help="interpreter with the vendor's reader")
    parser.add_argument("--folder", type=Path, default=None, help="where to record")
    args = parser.parse_args()
    seeded = random.Random(args.seed)
    root = Path(tempfile.mkdtemp(dir=args.folder))
    try:
        killed = []
        for number in range(args.kills):
            place = root / f"{number:02}"
            place.mkdir()
            killed.append(kill_one(place, seeded.uniform(1.0, args.longest)))
            look(killed[-1])
        report(killed)
        if args.peers is not None:
            report_official(args.peers, killed)
    finally:
        shutil.rmtree(root)


def report(killed: list[Killed]) -> None:
    late = sum(max(one.missing_s.values()) > BAR_S for one in killed)
    print(f"{len(killed)} kills; opened by our reader as they are: {len(killed)}")
    print(f"with something older than {BAR_S:g} s missing: {late}")
    for name in killed[0].missing_s:
        missing = sorted(one.missing_s[name] for one in killed)
        middle = missing[len(missing) // 2]
        print(f"  {name:10} missing: median {middle:.3f} s, most {missing[-1]:.3f} s")
    print(f"opening and last pictures: most {max(one.opened_s for one in killed):.2f} s")


def report_official(python: Path, killed: list[Killed]) -> None:
    as_left = official(python, [one.folder for one in killed])
    repaired = [repair_recording(one.folder).folder for one in killed]
    after = official(python, repaired)
    for title, told in (("as they were left", as_left), ("repaired", after)):
        whole = [facts for facts in told if not failures(facts)]
        print(f"opened by the vendor's reader, {title}: {len(whole)} of {len(told)}")
        for facts in told:
            if said := failures(facts):
                print(f"  {said}")


if __name__ == "__main__":
    main()
