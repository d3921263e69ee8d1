"""How fast recordings are opened, read, exported and drawn, beside the vendor's reader.

A recording of an hour is made first: gaze and the eyes at 200 Hz, the scene at 30 Hz in 1600x1200,
once completed and once as a kill leaves it. All times are processor time, of all threads, so that a
busy machine counts against nobody; what a person waits for is told by the clock, too.

    .venv/bin/python benchmarks/bench_recordings.py --peers .venvs/peers-realtime/bin/python
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
from collections.abc import Callable
from pathlib import Path

import numpy as np
from msgspec import structs

sys.path.insert(0, str(Path(__file__).parent / "workers"))

from recording_load import EYES, GAZE_HZ, GLASSES, NS_PER_S, SCENE, SCENE_HZ, coded

from gazewire.export import ExportFormat, export_recording
from gazewire.recording import EyesUnit, RecordingFolder, open_recording
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice, layout

OFFICIAL = Path(__file__).parent / "workers" / "recording_reader_official.py"
START_NS = 1_790_000_000_000_000_000
IMU_HZ = 110
PICTURES = 40
# Of the scene and the eyes, whose size does not matter here.
CHANGES = 0.002


def make(folder: Path, seconds: int, *, finish: bool, changing: float = CHANGES) -> Path:
    """Write a recording of the full load; rows as they come from the writer, all at once."""
    scene, scene_units = coded(SCENE, SCENE_HZ, changing)
    eyes, eye_units = coded(EYES, GAZE_HZ, changing)
    device = RecordingDevice(device_name="made", device_id="0123456789abcdef", module_serial="1")
    writer = NeonRecordingWriter(
        RecordingFolder(folder),
        recording_id="e0f5a1b2-1111-4222-8333-444455556666",
        start_unix_ns=START_NS,
        device=device,
        glasses=structs.replace(GLASSES, audio=None),
        scene_parameter_sets=scene.parameter_sets,
        eyes_parameter_sets=eyes.parameter_sets,
    )
    for index in range(seconds * SCENE_HZ):
        unit = scene_units[index % len(scene_units)]
        at = START_NS + index * NS_PER_S // SCENE_HZ
        writer.write(structs.replace(unit, timestamp_unix_ns=at))
    for index in range(seconds * GAZE_HZ):
        unit = eye_units[index % len(eye_units)]
        at = START_NS + index * NS_PER_S // GAZE_HZ
        writer.write(EyesUnit(structs.replace(unit, timestamp_unix_ns=at)))
    write_rows(folder, seconds)
    if finish:
        writer.finish(START_NS + seconds * NS_PER_S)
    else:
        writer.checkpoint(START_NS + seconds * NS_PER_S)
    return folder


def write_rows(folder: Path, seconds: int) -> None:
    """What the streams hold."""
    seeded = np.random.default_rng(2)
    count = seconds * GAZE_HZ
    times = START_NS + np.arange(count) * (NS_PER_S // GAZE_HZ)
    imu_count = seconds * IMU_HZ
    imu_times = START_NS + np.arange(imu_count) * NS_PER_S // IMU_HZ
    for stream, instants in (
        (layout.GAZE, times),
        (layout.WORN, times),
        (layout.EYE_STATE, times),
        (layout.IMU, imu_times),
    ):
        rows = np.empty(len(instants), stream.row)
        for name in stream.row.names or ():
            rows[name] = seeded.uniform(0, 1600, len(instants)).astype(stream.row[name])
        if "worn" in (stream.row.names or ()):
            rows["worn"] = layout.WORN_VALUE
        if "timestamp_ns" in (stream.row.names or ()):
            rows["timestamp_ns"] = instants
        rows.tofile(folder / stream.raw_file(1))
        if stream is not layout.WORN:
            instants.astype("<i8").tofile(folder / stream.time_file(1))


def timed(work: Callable[[], object]) -> float:
    """Best of three, in seconds of processor time."""
    took = []
    for _ in range(3):
        began_s = time.process_time()
        work()
        took.append(time.process_time() - began_s)
    return min(took)


def opening(folder: Path) -> float:
    def work() -> None:
        with open_recording(folder) as recording:
            assert len(recording.videos["world"]) > 0
            assert recording.facts.recording_id

    return timed(work)


def reading_gaze(folder: Path) -> float:
    def work() -> None:
        with open_recording(folder) as recording:
            gaze = recording.series("gaze")
            assert float(gaze["x_px"].sum() + gaze["y_px"].sum())
            assert gaze.times_unix_ns[-1]

    return timed(work)


def pictures(folder: Path, numbers: list[int]) -> float:
    """Mean of all, in seconds of processor time."""
    with open_recording(folder) as recording:
        world = recording.videos["world"]
        len(world)
        began_s = time.process_time()
        for number in numbers:
            world.frame(number)
        return (time.process_time() - began_s) / len(numbers)


def official(python: Path, folder: Path, numbers: list[int]) -> dict[str, float]:
    command = [str(python), str(OFFICIAL), str(folder), *map(str, numbers)]
    runs = [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    ]
    return min(runs, key=lambda run: run["open_s"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--drawn-seconds", type=int, default=30)
    parser.add_argument("--peers", type=Path, help="interpreter with the vendor's reader")
    parser.add_argument("--folder", type=Path, help="where recordings are made")
    args = parser.parse_args()
    root = Path(tempfile.mkdtemp(dir=args.folder))
    try:
        run(root, args.seconds, args.drawn_seconds, args.peers)
    finally:
        shutil.rmtree(root)


def run(root: Path, seconds: int, drawn_seconds: int, peers: Path | None) -> None:
    whole = make(root / "whole", seconds, finish=True)
    cut = make(root / "cut", seconds, finish=False)
    print(f"recording of {seconds} s: finished, and never finished")
    own = {"open_s": opening(whole), "gaze_s": reading_gaze(whole)}
    print(f"opening it: {own['open_s']:.3f} s; never finished: {opening(cut):.3f} s")
    print(f"reading its gaze: {own['gaze_s']:.3f} s")
    seeded = random.Random(3)
    numbers = [seeded.randrange(seconds * SCENE_HZ) for _ in range(PICTURES)]
    mean_s = pictures(whole, numbers)
    print(f"a random picture: {mean_s * 1e3:.1f} ms")
    if peers is not None:
        theirs = official(peers, whole, numbers)
        theirs_s = theirs["picture_s"]
        print(
            f"the vendor's reader: opening {theirs['open_s']:.3f} s, gaze {theirs['gaze_s']:.3f} s,"
            f" a random picture {theirs_s * 1e3:.1f} ms"
        )
        print(
            f"ratios: opening {own['open_s'] / theirs['open_s']:.2f}, "
            f"gaze {own['gaze_s'] / theirs['gaze_s']:.2f}, pictures {mean_s / theirs_s:.2f}"
        )
    began_s = time.process_time()
    export_recording(whole, ExportFormat.CSV, root / "csv")
    took_s = time.process_time() - began_s
    print(f"tables as CSV, on one core: {seconds / took_s:.0f} times real time")
    shutil.rmtree(whole)
    shutil.rmtree(cut)
    drawn = make(root / "drawn", drawn_seconds, finish=True, changing=0.04)
    began_s, busy_s = time.perf_counter(), time.process_time()
    export_recording(drawn, ExportFormat.VIDEO, root / "video")
    took_s, busy_s = time.perf_counter() - began_s, time.process_time() - busy_s
    print(
        f"drawn video: {drawn_seconds / took_s:.2f} times real time by the clock, "
        f"{drawn_seconds / busy_s:.2f} times by the processor time of all threads"
    )


if __name__ == "__main__":
    main()
