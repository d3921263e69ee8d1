"""`gazewire detect` on the videos of two eyes, beside Detector2D and pye3d: how quick it is.

    python benchmarks/bench_detect.py EYE_VIDEO [--runs 3]

Both eyes are the same video. Ours is the command as users run it, from starting Python to the last
file; the peers have a process an eye, as Pupil Player has, do nothing but decode and detect, and
write nothing. Runs are by turns. Processor time is that of all processes of a run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rivals import WORKERS, describe_machine

PEER = Path(__file__).parents[1] / ".venvs" / "peers-eye" / "bin" / "python"
FOCAL_PX = 283.0


def ours(eyes: list[Path], out: Path) -> tuple[int, int]:
    command = [sys.executable, "-m", "gazewire", "detect", *map(str, eyes), "--json"]
    command += ["--focal", str(FOCAL_PX), "--out", str(out)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    found = told["eyes"].values()
    return sum(eye["pictures"] for eye in found), sum(eye["found"] for eye in found)


def peers(eyes: list[Path], _out: Path) -> tuple[int, int]:
    worker = str(WORKERS / "detect_peers.py")
    running = [
        subprocess.Popen([PEER, worker, str(eye), str(FOCAL_PX)], stdout=subprocess.PIPE)
        for eye in eyes
    ]
    told = [json.loads(process.communicate()[0]) for process in running]
    return sum(eye["pictures"] for eye in told), sum(eye["found"] for eye in told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    contenders = {"gazewire detect": ours}
    if PEER.exists():
        contenders["Detector2D 2.0.2 and pye3d 0.3.2"] = peers
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    counts: dict[str, tuple[int, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        eyes = [Path(folder, f"eye{eye}{options.video.suffix}") for eye in (0, 1)]
        for eye in eyes:
            shutil.copyfile(options.video, eye)
        for run in range(options.runs):
            for name, contender in contenders.items():
                before, begun_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                counts[name] = contender(eyes, Path(folder, f"out{run}"))
                wall_s = time.perf_counter() - begun_s
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                took[name].append((wall_s, cpu_s))
    load = os.getloadavg()[0]
    print(f"{describe_machine()}; load {load:.1f}; {options.video.name} as both eyes\n")
    print("| | pictures a second | processor time a picture | with a pupil, confidence >= 0.6 |")
    print("|---|---|---|---|")
    cost = []
    for name, runs in took.items():
        pictures, found = counts[name]
        wall_s, cpu_s = (median(column) for column in zip(*runs, strict=True))
        cost.append(cpu_s)
        print(
            f"| {name} | {pictures / wall_s:.0f} | {1e3 * cpu_s / pictures:.2f} ms | "
            f"{found / pictures:.3f} of {pictures} |"
        )
    if len(cost) == 2:
        print(f"\ngazewire takes {cost[0] / cost[1]:.2f} times the processor time")


if __name__ == "__main__":
    main()
