"""The client beside the official one: the same calls, the same device, in turns.

    python benchmarks/bench_client.py [ROW ...] [--runs 5] [--seconds 60] [--memory-seconds 600]

Every worker runs unchanged with both clients, each time in a process of its own; what differs is
the package that it imports. The rows:

- *samples*: a reader of gaze (200 Hz) by blocking calls who is busy 4 ms with each, while all other
  streams run. How many samples does it not get?
- *load*: processor time of a client that reads all six streams, as a share of one core.
- *scene*: from the last packet of a picture, which the device notes before it hands it to the
  socket, to the picture in the user's hands.
- *flood*: processor time for each gaze sample, from a sender that is as fast as the client.
- *start*: from a connected device to the first scene picture, pixels included.
- *pairs*: pictures matched with gaze whose gaze is the nearest of all that was sent.
- *memory*: of a client whose reader stalls.

The device of all but *flood* and *start* sends the load of a Neon, the streams of the synthetic
wearer: 1600 x 1200 at 30 Hz, eyes 384 x 192 at 200 Hz, gaze with all that there is at 200 Hz,
inertial data at 110 Hz, eye events, sound. It was coded beforehand, so that the device takes little
of the machine. That of *start* is `gazewire device` with a file, which makes a key frame for
whoever comes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_fanout import Worker
from device_program import RunningDevice
from footage import write_video
from rivals import NO_RIVAL, WORKERS, Contender, describe_machine, official, ours

NS_PER_S = 1_000_000_000
GAZE_INTERVAL_NS = 5_000_000
# The official client tells the time as a float, which is good to this much; pictures are 33 ms
# apart.
SAME_PICTURE_NS = 10_000

FLOOD_SAMPLES = 256_000
# Of `client_flood_device.py`.
FLOOD_CREDIT = 64
PAIRS = 300
PICTURES = 300
LOAD_S = 10.0
PAIRS_RUNS = 2
# Beyond the time that a worker is told to take.
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Options:
    runs: int
    seconds: float
    memory_seconds: float


class FullLoad(Worker):
    """The device with the load of a Neon. A context manager."""

    def __init__(self) -> None:
        super().__init__([sys.executable, str(WORKERS / "client_device.py")])
        ready = self.says()
        self.http_port = str(ready["http"])
        self.rtsp_port = str(ready["rtsp"])
        self.start_unix_ns: int = ready["start_unix_ns"]

    def sent(self) -> list[tuple[int, int]]:
        """The scene pictures since the last call: instant, and when the last packet went out."""
        self.begin()
        return [(at, sent) for at, sent in self.says()["sent"]]


def contenders(worker: str, *options: str) -> list[Contender]:
    """Ours and, where there is one, the official client; the same worker for both."""
    rival = official(worker, *options)
    return [ours(worker, *options), *([] if rival is None else [rival])]


def run(contender: Contender, *arguments: str, within_s: float, **kwargs: Any) -> dict[str, Any]:
    """Run a worker and take what it reports."""
    done = subprocess.run(
        [*contender.command, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=within_s + PATIENCE_S,
        **kwargs,
    )
    if done.returncode or not done.stdout:
        raise SystemExit(f"{contender.name} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    print(f"\n| {' | '.join(heads)} |")
    print(f"|:--{'|--:' * (len(heads) - 1)}|")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")


def quantiles(values: Iterable[float]) -> tuple[float, float, float, float]:
    """Median, p95, p99 and the largest."""
    ordered = sorted(values)
    return (
        statistics.median(ordered),
        ordered[int(0.95 * len(ordered))],
        ordered[int(0.99 * len(ordered))],
        ordered[-1],
    )


def ratio(values: dict[str, Sequence[float]]) -> str:
    """The median of the first over that of the second."""
    medians = [statistics.median(each) for each in values.values()]
    return f"{medians[0] / medians[1]:.2f}" if len(medians) > 1 else ""


def measure_samples(options: Options) -> None:
    print(f"\n## Samples lost by a busy reader, {options.seconds:g} s")
    rows = []
    with FullLoad() as device:
        for contender in contenders("client_samples.py", str(options.seconds)):
            result = run(contender, device.http_port, within_s=options.seconds)
            lost = result["expected"] - result["received"]
            rows.append((contender.name, result["expected"], lost))
    table(("", "sent meanwhile", "lost"), rows)


def measure_load(options: Options) -> None:
    print(f"\n## Processor time at full load, {options.runs} runs of {LOAD_S:g} s in turns")
    rows = []
    for api, look in (
        ("simple", "left"),
        ("simple", "pixels"),
        ("async", "left"),
        ("async", "pixels"),
    ):
        shares: dict[str, list[float]] = {}
        with FullLoad() as device:
            for _ in range(options.runs):
                for contender in contenders("client_load.py", api, look, str(LOAD_S)):
                    result = run(contender, device.http_port, device.rtsp_port, within_s=LOAD_S)
                    shares.setdefault(contender.name, []).append(result["cpu"])
        rows.append(
            (
                f"{api}, {'pixels of the scene' if look == 'pixels' else 'pixels left alone'}",
                *(
                    f"{statistics.median(each):.1%} ({min(each):.1%} to {max(each):.1%})"
                    for each in shares.values()
                ),
                ratio(shares),
            )
        )
    table(("", *shares, "ratio"), rows)


def measure_scene(options: Options) -> None:
    print(f"\n## Last packet to picture in hand, {options.runs} runs of {PICTURES} in turns")
    rows: list[Sequence[object]] = []
    for way in ("async", "simple", "pixels"):
        late_ms: dict[str, list[float]] = {}
        with FullLoad() as device:
            for _ in range(options.runs):
                for contender in contenders("client_scene.py", way, str(PICTURES)):
                    device.sent()
                    received = run(
                        contender, device.http_port, device.rtsp_port, within_s=PICTURES / 30
                    )["received"]
                    late = latencies_ms(received, device.sent())
                    late_ms.setdefault(contender.name, []).extend(late)
        for name, values in late_ms.items():
            share = ratio(late_ms) if name == next(iter(late_ms)) else ""
            rows.append((f"{way}, {name}", *(f"{ms:.1f}" for ms in quantiles(values)), share))
    table(("ms", "median", "p95", "p99", "max", "ratio of medians"), rows)


def latencies_ms(received: Iterable[tuple[float, int]], sent: list[tuple[int, int]]) -> list[float]:
    late_ms = []
    pictures: Iterator[tuple[int, int]] = iter(sent)
    for at_s, received_ns in received:
        at_ns = round(at_s * NS_PER_S)
        sent_ns = next((ns for at, ns in pictures if abs(at - at_ns) < SAME_PICTURE_NS), None)
        if sent_ns is None:
            raise SystemExit(f"no picture was sent that is of {at_s}")
        late_ms.append((received_ns - sent_ns) / 1e6)
    return late_ms


def measure_flood(options: Options) -> None:
    print(f"\n## Processor time for each sample, {options.runs} runs of {FLOOD_SAMPLES:,} in turns")
    rows: list[Sequence[object]] = []
    for way in ("runs", "singly"):
        for payload_bytes in (9, 65):
            each = contenders("client_flood.py", "each", str(FLOOD_SAMPLES), str(FLOOD_CREDIT))
            batches = ours("client_flood.py", "batches", str(FLOOD_SAMPLES), str(FLOOD_CREDIT))
            costs_us: dict[str, list[float]] = {}
            lost: dict[str, int] = {}
            for _ in range(options.runs):
                for contender in (batches, *each):
                    name = f"{contender.name}{', arrays' if contender is batches else ''}"
                    result = flooded(contender, way, payload_bytes)
                    costs_us.setdefault(name, []).append(result["cpu_ns"] / 1e3)
                    lost[name] = lost.get(name, 0) + result["lost"]
            rival_us = statistics.median(costs_us[each[-1].name])
            for name, values in costs_us.items():
                median_us = statistics.median(values)
                rows.append(
                    (
                        f"{payload_bytes} bytes, {'in runs' if way == 'runs' else way}, {name}",
                        *(f"{us:.2f}" for us in (median_us, min(values), max(values))),
                        lost[name],
                        f"{median_us / rival_us:.2f}",
                    )
                )
    table(("microseconds", "median", "min", "max", "lost", "ratio"), rows)


def flooded(contender: Contender, way: str, payload_bytes: int) -> dict[str, Any]:
    read, write = os.pipe()
    command = [sys.executable, str(WORKERS / "client_flood_device.py"), way, str(payload_bytes)]
    device = subprocess.Popen(
        [*command, str(FLOOD_SAMPLES)], stdin=read, stdout=subprocess.PIPE, text=True
    )
    os.close(read)
    try:
        assert device.stdout is not None
        port = str(json.loads(device.stdout.readline())["rtsp"])
        return run(contender, str(write), port, within_s=FLOOD_SAMPLES / 10_000, pass_fds=(write,))
    finally:
        os.close(write)
        device.kill()
        device.wait()
        assert device.stdout is not None
        device.stdout.close()


def measure_start(options: Options) -> None:
    runs = 4 * options.runs
    print(f"\n## Connected device to first picture, {runs} runs in turns")
    took_s: dict[str, list[float]] = {}
    connect_s: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "room.mp4"
        write_video(video, 1600, 1200, rate_hz=30, seconds=4, mbit_per_s=8)
        with RunningDevice("--source", str(video)) as device:
            for _ in range(runs):
                for contender in contenders("client_start.py"):
                    result = run(contender, str(device.http_port), within_s=10)
                    took_s.setdefault(contender.name, []).append(result["frame_s"])
                    connect_s.setdefault(contender.name, []).append(result["connect_s"])
    rows = []
    for name, values in took_s.items():
        median, p95, _, longest = quantiles(values)
        connected = statistics.median(connect_s[name])
        share = ratio(took_s) if not rows else ""
        rows.append((name, *(f"{s:.2f}" for s in (connected, median, p95, longest)), share))
    table(("s", "to connect", "then to the first picture", "p95", "max", "ratio"), rows)


def measure_pairs(_: Options) -> None:
    print(f"\n## Pairs whose gaze is the nearest, {PAIRS_RUNS} runs of {PAIRS} in turns")
    counts: dict[str, list[int]] = {}
    with FullLoad() as device:
        for _ in range(PAIRS_RUNS):
            for contender in contenders("client_pairs.py", str(PAIRS)):
                pairs = run(contender, device.http_port, within_s=PAIRS / 30)["pairs"]
                right = sum(is_nearest(*pair, device.start_unix_ns) for pair in pairs)
                counts.setdefault(contender.name, []).append(right)
    rows = [
        (name, PAIRS_RUNS * PAIRS, sum(right), f"{sum(right) / (PAIRS_RUNS * PAIRS):.1%}")
        for name, right in counts.items()
    ]
    table(("", "pairs", "nearest", "share"), rows)


def is_nearest(frame_s: float, gaze_s: float, start_unix_ns: int) -> bool:
    """Whether no other gaze is nearer. It is sent every 5 ms from the start on, all of it."""
    apart_ns = abs(round(frame_s * NS_PER_S) - round(gaze_s * NS_PER_S))
    after_ns = (round(frame_s * NS_PER_S) - start_unix_ns) % GAZE_INTERVAL_NS
    return apart_ns <= min(after_ns, GAZE_INTERVAL_NS - after_ns) + SAME_PICTURE_NS


def measure_memory(options: Options) -> None:
    seconds = options.memory_seconds
    print(f"\n## Memory of a client whose reader stalls for {seconds:g} s, in MB")
    with FullLoad() as device:
        # All at once: it is not their time that is measured.
        cases = [
            *((f"{way}, ", way) for way in ("simple", "async")),
            ("iterators, ", "iterate"),
        ]
        running = []
        for label, way in cases:
            rivals = contenders("client_memory.py", way, str(seconds))
            for contender in rivals[:1] if way == "iterate" else rivals:
                command = [*contender.command, device.http_port, device.rtsp_port]
                process = subprocess.Popen(
                    command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
                )
                running.append((label + contender.name, process))
        rows = []
        for name, process in running:
            output, _ = process.communicate(timeout=seconds + PATIENCE_S)
            memory_mb = json.loads(output.splitlines()[-1])["memory_mb"]
            looks = [memory_mb[len(memory_mb) * n // 4 - 1] for n in (1, 2, 3, 4)]
            rows.append((name, memory_mb[0], *looks, f"{looks[-1] - looks[1]:+.1f}"))
    shares = [f"after {share} %" for share in (5, 25, 50, 75, 100)]
    table(("", *shares, "in the second half"), rows)


ROWS: dict[str, Callable[[Options], None]] = {
    "samples": measure_samples,
    "load": measure_load,
    "scene": measure_scene,
    "flood": measure_flood,
    "start": measure_start,
    "pairs": measure_pairs,
    "memory": measure_memory,
}


@contextmanager
def described() -> Iterator[None]:
    print(f"{describe_machine()}, load average {os.getloadavg()[0]:.1f}")
    if official("client_load.py") is None:
        print(f"\n{NO_RIVAL}")
    yield
    print(f"\nload average {os.getloadavg()[0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all if none")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="of samples")
    parser.add_argument("--memory-seconds", type=float, default=600.0)
    arguments = parser.parse_args()
    if unknown := set(arguments.rows) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    options = Options(arguments.runs, arguments.seconds, arguments.memory_seconds)
    with described():
        for row in arguments.rows or ROWS:
            ROWS[row](options)


if __name__ == "__main__":
    main()
