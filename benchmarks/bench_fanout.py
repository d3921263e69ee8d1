"""One device and many clients: how late do packets come, and what does it cost?

    python benchmarks/bench_fanout.py [--clients 1 10 100] [--seconds 6] [--repeat 2]

Each client receives the full load of a Neon over UDP on loopback: the scene at 8 Mbit/s and
30 Hz with a key frame each second, both eyes at 200 Hz, gaze at 200 Hz in its 65-byte form,
inertial data at 110 Hz, and eye events. Video is coded and data are made beforehand, so that
fan-out is measured alone; from the topics on, all is the device's own.

*Lateness* is when the kernel of a client received a packet (SO_TIMESTAMPNS), less when it was due:
for data the instant of the datum, for video the instant at which the coder gave the picture out,
and it is the last packet of a picture that counts. It is measured at five clients; the others are
emptied by one worker. *CPU* is the processor time of the device, kernel included (which on
loopback also does most of the receiving), as a share of one core.

Where GStreamer's RTSP server is installed, it serves the same scene video beside ours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from footage import Footage, code_footage, save
from rivals import WORKERS, describe_machine

from gazewire.wire.payload.h264 import join_annex_b

GSTREAMER_PYTHON = os.environ.get("GAZEWIRE_GSTREAMER_PYTHON", "/usr/bin/python3")
NO_GSTREAMER = (
    "GStreamer's RTSP server was not measured: it is not installed. On Debian,\n"
    "  apt install gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-{base,good,bad} python3-gi\n"
    "or name a Python that has its bindings in GAZEWIRE_GSTREAMER_PYTHON."
)
SENSORS = ("world", "eyes", "gaze", "imu", "eye_events")
DATA = ("gaze", "imu", "eye_events")
SAMPLED = 5
WARM_UP_S = 2.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Worker:
    """A worker that says a line of JSON when it is ready, and another when its input ends."""

    def __init__(self, command: Sequence[str]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def says(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args} ended early")
        result: dict[str, Any] = json.loads(line)
        return result

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.says()

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    @property
    def resident_mb(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass
class Result:
    """What one run came to."""

    clients: int
    cpu: float
    memory_mb: tuple[float, float]
    dropped: int | None
    missing: int
    unread: int
    late_ms: dict[str, list[float]]

    def quantiles(self, sensors: Sequence[str]) -> tuple[float, float, float]:
        """The median, p99 and the maximum of some streams' lateness together."""
        late = sorted(ms for sensor in sensors for ms in self.late_ms.get(sensor, ()))
        return late[len(late) // 2], late[int(0.99 * len(late))], late[-1]


def python(worker: str, *arguments: object) -> list[str]:
    return [sys.executable, str(WORKERS / worker), *map(str, arguments)]


def measure(server: Sequence[str], clients: int, urls: Sequence[str], seconds: float) -> Result:
    with ExitStack() as stack:
        device = stack.enter_context(Worker(server))
        port = device.says()["port"]
        sampled = min(clients, SAMPLED)
        # Who comes last is served last: what is measured holds for all.
        workers: list[Worker] = []
        for worker, count in (("sink", clients - sampled), ("sampler", sampled)):
            if count:
                command = python(f"fanout_{worker}.py", port, count, *urls)
                workers.append(stack.enter_context(Worker(command)))
                workers[-1].says()
        *sinks, sampler = workers
        time.sleep(WARM_UP_S)
        before_mb, cpu_s, begin = device.resident_mb, device.cpu_s, time.monotonic()
        sampler.begin()
        time.sleep(seconds)
        cpu = (device.cpu_s - cpu_s) / (time.monotonic() - begin)
        after_mb = device.resident_mb
        results = [worker.end() for worker in (sampler, *sinks)]
        ended = device.end()
    return Result(
        clients,
        cpu,
        (before_mb, after_mb),
        dropped=ended["dropped"],
        missing=results[0]["missing"],
        unread=sum(result["unread"] for result in results),
        late_ms=results[0]["late_ms"],
    )


def print_table(results: Sequence[Result]) -> None:
    kinds = {"data": DATA, "scene": ["world"], "eyes": ["eyes"]}
    heads = [f"{kind} p50" for kind in kinds], ["p99", "max"]
    columns = [column for head in heads[0] for column in (head, *heads[1])]
    print(f"| clients | {' | '.join(columns)} | CPU | memory MB | dropped | missing |")
    print("|--:" * (5 + len(columns)) + "|")
    for result in results:
        late = [ms for sensors in kinds.values() for ms in result.quantiles(sensors)]
        before, after = result.memory_mb
        print(
            f"| {result.clients} | "
            + " | ".join(f"{ms:.1f}" for ms in late)
            + f" | {result.cpu:.0%} | {before:.0f} to {after:.0f} | {result.dropped} | "
            f"{result.missing} |"
        )
        if result.unread:
            print(f"(clients did not read fast enough: {result.unread} datagrams)")


def compare_with_gstreamer(
    path: Path, scene: Footage, folder: Path, clients: int, seconds: float
) -> None:
    """Serve the scene video alone, by GStreamer and by ours, and print what each costs."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0')"
    probed = subprocess.run([GSTREAMER_PYTHON, "-c", probe], capture_output=True, check=False)
    if probed.returncode:
        print(f"\n{NO_GSTREAMER}")
        return
    video = folder / "scene.h264"
    # Longer than the run, setting up included.
    with video.open("wb") as file:
        for _ in range(int(3 * seconds + 60) * scene.rate_hz // len(scene.units)):
            file.write(join_annex_b(scene.parameter_sets))
            for unit in scene.units:
                file.write(join_annex_b(unit.nal_units))
    url = "rtsp://127.0.0.1:{port}/?camera=world"
    worker = WORKERS / "fanout_gstreamer.py"
    servers = {
        "gazewire": python("fanout_device.py", path, "world"),
        "GStreamer": [GSTREAMER_PYTHON, str(worker), str(video), str(scene.rate_hz)],
    }
    print(f"\nscene video alone, {clients} clients: CPU for each client, in turns\n")
    cpus: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(2):
        for name, command in servers.items():
            result = measure(command, clients, [url], seconds / 2)
            cpus[name].append(result.cpu / clients)
    for name, values in cpus.items():
        print(f"{name:9} " + ", ".join(f"{value:.3%}" for value in values))
    ratio = sum(cpus["gazewire"]) / sum(cpus["GStreamer"])
    print(f"ratio {ratio:.2f} (below 1: gazewire takes less)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    print(f"{describe_machine()}, load average {os.getloadavg()[0]:.1f}")
    footage = {
        "world": code_footage(1600, 1200, rate_hz=30, seconds=2, mbit_per_s=8),
        "eyes": code_footage(384, 192, rate_hz=200, seconds=1, mbit_per_s=2),
    }
    for camera, coded in footage.items():
        key = max(sum(map(len, unit.nal_units)) for unit in coded.units)
        print(f"{camera}: {coded.mbit_per_s:.1f} Mbit/s, key frame {key:,} bytes")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "footage.msgpack"
        save(path, footage)
        urls = [f"rtsp://127.0.0.1:{{port}}/?camera={sensor}" for sensor in SENSORS]
        results = [
            measure(python("fanout_device.py", path, *SENSORS), clients, urls, options.seconds)
            for clients in options.clients
            for _ in range(options.repeat)
        ]
        print()
        print_table(results)
        most = max(options.clients)
        one_by_one = python("fanout_device.py", "--one-by-one", path, *SENSORS)
        print("\nthe portable way, a system call for each packet:\n")
        print_table([measure(one_by_one, most, urls, options.seconds)])
        compare_with_gstreamer(path, footage["world"], Path(folder), most, options.seconds)
    print(f"\nload average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
