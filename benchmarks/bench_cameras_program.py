"""`gazewire cameras` with eight emulated cameras, and with a client that is slow.

    PYLON_CAMEMU=8 python benchmarks/bench_cameras_program.py [--seconds 20] [--slow-seconds 60]

First, eight of Basler's emulated cameras of 1280x1024 at 60 images a second: what it costs to take
their images and do nothing (their emulation draws in the same process), and then what the program
costs that acquires them, serves previews of all on its page, and gives all images in shared memory
to a reader. Then one camera and a client that takes 50 ms for each image: how old is what it
sees, and does the program grow.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gazewire.multicam import CameraConfig, subscribe
from gazewire.multicam.running_camera import RunningCamera, SocketPlan
from gazewire.time import SystemClock

WORKERS = Path(__file__).parent / "workers"
WIDTH, HEIGHT, RATE_HZ = 1280, 1024, 60.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGESIZE")
READER = """
import sys, time
from gazewire.multicam.subscriber import subscribe, wait_for_any
cameras = [subscribe(images, newest=False) for images in sys.argv[2:]]
seen = [[] for _ in cameras]
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    wait_for_any(cameras, 1)
    for camera, indices in zip(cameras, seen):
        while (frame := camera.receive(0)) is not None:
            indices.append(frame.index)
            frame.pixels[0].max()
print(sum(map(len, seen)), sum(indices[-1] - indices[0] + 1 for indices in seen))
"""


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES / 1e6


@contextmanager
def program(config: str) -> Iterator[dict]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cameras.toml"
        path.write_text(config)
        command = [sys.executable, "-m", "gazewire", "cameras", str(path), "--json"]
        command += ["--port", "0", "--http-port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            try:
                yield json.loads(running.stdout.readline())
            finally:
                running.send_signal(signal.SIGTERM)


def watch(page: str, count: int, ended: threading.Event) -> None:
    """Ask for previews as the page of a browser does."""
    while not ended.wait(0.1):
        for number in range(count):
            with urllib.request.urlopen(f"{page}/api/cameras/{number}/preview.jpg") as answer:
                answer.read()


def eight(count: int, seconds: float) -> None:
    grab = [sys.executable, str(WORKERS / "camera_grab.py"), str(count), str(WIDTH), str(HEIGHT)]
    ran = subprocess.run(
        [*grab, str(RATE_HZ), str(seconds)], stdout=subprocess.PIPE, text=True, check=True
    )
    idle = json.loads(ran.stdout)
    camera = f"width = {WIDTH}\nheight = {HEIGHT}\nfps = {RATE_HZ}\n"
    config = "".join(
        f"[[cameras]]\nsource = 'pylon:0815-{number:04}'\n{camera}" for number in range(count)
    )
    with program(config) as ready:
        ended = threading.Event()
        page = threading.Thread(target=watch, args=(ready["http"], count, ended))
        page.start()
        addresses = [one["images"] for one in ready["cameras"]]
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(seconds + 2), *addresses],
            stdout=subprocess.PIPE,
            text=True,
        )
        time.sleep(3)
        began, began_cpu = time.monotonic(), cpu_s(ready["pid"])
        time.sleep(max(1.0, seconds - 3))
        cores = (cpu_s(ready["pid"]) - began_cpu) / (time.monotonic() - began)
        seen, exposed = map(int, reader.communicate()[0].split())
        ended.set()
        page.join()
        with urllib.request.urlopen(f"{ready['http']}/api/cameras") as answer:
            cameras = json.load(answer)["cameras"]
    rates = [camera["fps"] for camera in cameras]
    dropped = {
        cause: sum(camera["dropped"][cause] for camera in cameras)
        for cause in cameras[0]["dropped"]
    }
    print(
        f"{count} cameras: {idle['cores']:.2f} of a core to grab {idle['rate_hz']:.0f} images a "
        f"second and do nothing; {cores:.2f} to acquire, preview and share "
        f"{min(rates):.1f} to {max(rates):.1f} of each: {cores - idle['cores']:.2f} more. A "
        f"reader saw {seen} of {exposed} images; lost: {dropped}"
    )


def slow(seconds: float, form: str) -> None:
    config = f"[[cameras]]\nwidth = {WIDTH}\nheight = {HEIGHT}\nfps = {RATE_HZ}\n"
    with program(config) as ready:
        pid = ready["pid"]
        ages = []
        with subscribe(ready["cameras"][0]["images"], form=form, timeout_s=20) as frames:
            frames.receive(20)
            grown = []
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                frame = frames.receive(20)
                assert frame is not None
                ages.append((time.time_ns() - frame.timestamp_unix_ns) / 1e6)
                time.sleep(0.05)
                if len(ages) % 100 == 10:
                    grown.append(resident_mb(pid))
    p50, p99 = np.percentile(ages, [50, 99])
    last = np.max(ages[-20:])
    print(
        f"a client that takes 50 ms, {form}, {seconds:.0f} s: age p50 {p50:.1f} ms, p99 "
        f"{p99:.1f} ms, at the end {last:.1f} ms; memory {grown[0]:.0f} to {grown[-1]:.0f} MB"
    )


def triggered(count: int = 300) -> None:
    exposure_us = 1000.0
    config = CameraConfig(
        name="emulated",
        id="0815-0000-pylon",
        source="pylon:0815-0000",
        width=WIDTH,
        height=HEIGHT,
        fps=RATE_HZ,
        exposure_us=exposure_us,
        trigger="software",
    )
    any_port = ("127.0.0.1", 0)
    plan = SocketPlan(any_port, any_port, 10.0, 10.0, None, 0.5)
    latencies = []
    with (
        RunningCamera(config, plan, SystemClock()) as camera,
        subscribe(camera.images_url, form="shared") as frames,
    ):
        frames.receive(1)
        for _ in range(count):
            time.sleep(0.02)
            fired = time.perf_counter()
            camera.fire()
            assert frames.receive(5) is not None
            latencies.append(1000 * (time.perf_counter() - fired) - exposure_us / 1000)
    p50, p99 = np.percentile(latencies[20:], [50, 99])
    print(
        f"from a software trigger to a reader's hands, less {exposure_us:.0f} us of exposure: "
        f"p50 {p50:.2f} ms, p99 {p99:.2f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--slow-seconds", type=float, default=60.0)
    parser.add_argument("--cameras", type=int, default=8)
    options = parser.parse_args()
    triggered()
    if options.seconds:
        eight(options.cameras, options.seconds)
    if options.slow_seconds:
        for form in ("multipart", "shared"):
            slow(options.slow_seconds, form)


if __name__ == "__main__":
    main()
