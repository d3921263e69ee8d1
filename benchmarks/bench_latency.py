"""From the capture of a picture to the decoded picture in a client, on loopback.

    python benchmarks/bench_latency.py [--pictures 240] [--runs 2]

The device is the program `gazewire device`, which plays 1600 x 1200 pixels at 30 Hz from a file and
codes it anew; a picture is captured at the instant that its timestamp tells and the truth file
confirms. From there it is coded, sent by RTP, received, put together and decoded. The clients are
one of gazewire's own parts, blocking and without a queue, and the official one; they run in turns
against the same device.
"""

from __future__ import annotations

import argparse
import bisect
import json
import os
import subprocess
import tempfile
from pathlib import Path

from device_program import RunningDevice
from footage import write_video
from rivals import NO_RIVAL, describe_machine, official, ours

RTP_TICK_NS = 11_112
# The official client tells the time as a float, which is good to this much.
FLOAT_NS = 300


def truth_ns(path: Path) -> list[int]:
    """The instants at which pictures were captured."""
    rows = map(json.loads, path.read_text().split("\n")[:-1])
    return [row["timestamp_unix_ns"] for row in rows if row["stream"] == "world"]


def latencies_ms(decoded: list[tuple[int, int]], captured: list[int]) -> list[float]:
    late_ms = []
    for timestamp_ns, decoded_ns in decoded:
        after = bisect.bisect_left(captured, timestamp_ns - RTP_TICK_NS // 2 - FLOAT_NS)
        instant_ns = captured[after]
        if abs(instant_ns - timestamp_ns) > RTP_TICK_NS // 2 + FLOAT_NS:
            raise SystemExit(f"no picture was captured at {timestamp_ns}")
        late_ms.append((decoded_ns - instant_ns) / 1e6)
    return late_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=240)
    parser.add_argument("--runs", type=int, default=2)
    options = parser.parse_args()
    print(f"{describe_machine()}, load average {os.getloadavg()[0]:.1f}")
    clients = [ours("latency_gazewire.py")]
    rival = official("latency_official.py")
    if rival is not None:
        clients.append(rival)
    late_ms: dict[str, list[float]] = {client.name: [] for client in clients}
    with tempfile.TemporaryDirectory() as folder:
        video, truth = Path(folder) / "room.mp4", Path(folder) / "truth.jsonl"
        write_video(video, 1600, 1200, rate_hz=30, seconds=4, mbit_per_s=8)
        with RunningDevice("--source", str(video), "--truth", str(truth)) as device:
            decoded: list[tuple[str, list[tuple[int, int]]]] = []
            for _ in range(options.runs):
                for client in clients:
                    command = [*client.command, str(device.rtsp_port), str(options.pictures)]
                    done = subprocess.run(command, check=True, capture_output=True, text=True)
                    decoded.append((client.name, json.loads(done.stdout)["decoded"]))
        captured = truth_ns(truth)
    for name, times in decoded:
        late_ms[name] += latencies_ms(times, captured)
    width = max(map(len, late_ms))
    print(f"\ncapture to decoded, {options.runs} runs of {options.pictures} pictures in turns\n")
    print(f"| {'':{width}} | median ms |  p95 ms |  p99 ms |  max ms |")
    print(f"|{'-' * (width + 2)}|----------:|--------:|--------:|--------:|")
    for name, values in late_ms.items():
        ordered = sorted(values)
        median, p95, p99 = (ordered[int(share * len(ordered))] for share in (0.5, 0.95, 0.99))
        print(f"| {name:{width}} | {median:9.1f} | {p95:7.1f} | {p99:7.1f} | {ordered[-1]:7.1f} |")
    if rival is None:
        print(f"\n{NO_RIVAL}")
    print(f"\nload average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
