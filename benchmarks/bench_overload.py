"""What becomes of a well-behaved client while others do their worst.

    python benchmarks/bench_overload.py [--seconds 10] [--garbage 60]

The device is the program `gazewire device`; it plays 640 x 480 pixels at 30 Hz and gaze at 200 Hz
from files. One client receives both by UDP all the time, and the lateness of its packets is told
as in `bench_fanout.py`; that of the scene includes coding. Beside it, one after the other:

- a thousand connections to each of the four TCP ports, silent;
- garbage on every port, as fast as one process can send it;
- 130 clients that play video over TCP or in a websocket and do not read it.

Memory is the device's; it has to stay where it is, and every offender must get a clear answer.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import tempfile
import time
from pathlib import Path

from bench_fanout import Worker, python
from device_program import RunningDevice
from footage import write_video
from rivals import describe_machine

URLS = [f"rtsp://127.0.0.1:{{port}}/?camera={sensor}" for sensor in ("gaze", "world")]


def write_gaze(path: Path, *, seconds: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp_s", "x_px", "y_px", "worn"])
        for n in range(200 * seconds):
            x_px, y_px = 320 + 200 * math.cos(n / 99), 240 + 200 * math.sin(n / 77)
            writer.writerow([f"{n / 200:.3f}", f"{x_px:.2f}", f"{y_px:.2f}", 1])


def measure(device: RunningDevice, offence: str | None, seconds: float) -> None:
    """Watch the bystander for a while, and print a line of the table."""
    ports = (device.rtsp_port, device.http_port, device.tunnel_port, device.echo_port)
    notes: list[str] = []
    with Worker(python("fanout_sampler.py", device.rtsp_port, 1, *URLS)) as bystander:
        bystander.says()
        time.sleep(1)
        before_mb = device.resident_mb
        bystander.begin()
        if offence is None:
            time.sleep(seconds)
        else:
            with Worker(python("overload_attacker.py", offence, *ports)) as attacker:
                notes += [f"{name} {value}" for name, value in attacker.says().items()]
                time.sleep(seconds)
                after_mb = device.resident_mb
                notes += [f"{name} {value}" for name, value in attacker.end().items()]
        if offence is None:
            after_mb = device.resident_mb
        result = bystander.end()
    cells = [offence or "nobody"]
    for sensor in ("gaze", "world"):
        late = sorted(result["late_ms"][sensor])
        cells += [f"{late[int(share * len(late))]:.1f}" for share in (0.5, 0.99)]
        cells.append(f"{late[-1]:.1f}")
    cells += [str(result["missing"]), f"{before_mb:.0f} to {after_mb:.0f}"]
    print(f"| {' | '.join(cells)} |")
    for note in notes:
        print(f"    {note}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--garbage", type=float, default=60.0)
    options = parser.parse_args()
    print(f"{describe_machine()}, load average {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory() as folder:
        video, gaze = Path(folder) / "room.mp4", Path(folder) / "gaze.csv"
        write_video(video, 640, 480, rate_hz=30, seconds=4, mbit_per_s=2)
        write_gaze(gaze, seconds=4)
        print("| offence | gaze p50 ms | p99 | max | scene p50 ms | p99 | max | missing | MB |")
        print("|:--|--:|--:|--:|--:|--:|--:|--:|--:|")
        with RunningDevice("--source", str(video), "--gaze", str(gaze)) as device:
            measure(device, None, options.seconds)
            measure(device, "idle", options.seconds)
            measure(device, "garbage", options.garbage)
            measure(device, "stall", options.seconds)
            measure(device, None, options.seconds)
    lines = device.log.splitlines()
    print(f"\nthe device logged {len(lines)} lines; load average {os.getloadavg()[0]:.1f}")
    for line in lines:
        print(f"    {line[:110]}")


if __name__ == "__main__":
    main()
