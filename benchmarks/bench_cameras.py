"""Images of a camera on their way to another program: each form, and a plain JSON sender beside it.

    python benchmarks/bench_cameras.py [--seconds 5] [--rounds 3]

Sender and reader are a process each. Latency is from exposure to an array in the reader's hands,
which has read one pixel of every 64; cores are of both processes, the kernel's part included. First
60 images a second, then as many as go. ``plain`` is a straightforward sender and reader of the JSON
form: ``json``, ``base64`` and pyzmq. Of several rounds the best is told of each figure, and all are
printed.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zmq

from gazewire.multicam import subscribe
from gazewire.wire.camera import ImageJson

SENDER = Path(__file__).parent / "workers" / "camera_sender.py"
SIZES = {"1280x1024 gray": (1280, 1024, 1), "1280x720 BGR": (1280, 720, 3)}
FORMS = ("plain", "json", "map", "multipart", "shared")
RATE_HZ = 60.0
LIMIT_S = 10.0
Receive = Callable[[], tuple[int, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Figures:
    a_second: float
    p50_ms: float
    p99_ms: float
    cores: float


def best_ms(make: Callable[[], object], count: int = 40) -> float:
    """The least of several times: what it takes when nobody else is at work."""
    least = float("inf")
    for _ in range(count):
        began = time.perf_counter()
        make()
        least = min(least, time.perf_counter() - began)
    return 1000 * least


def making() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1024, 1280), np.uint8)

    def plainly() -> bytes:
        message = {
            "unique_id": "0-synthetic",
            "timestamp": 1,
            "image": base64.b64encode(np.array(pixels).tobytes()).decode("utf-8"),
            "height": 1024,
            "width": 1280,
        }
        return json.dumps(message).encode()

    def ours() -> bytearray:
        data = pixels.reshape(-1).data
        image = ImageJson(unique_id="0-synthetic", timestamp=1, image=data, height=1024, width=1280)
        return image.serialize()

    assert plainly() == ours()
    plain_ms, ours_ms = best_ms(plainly), best_ms(ours)
    print(
        f"json message: {ours_ms:.2f} ms, plain {plain_ms:.2f} ms, ratio {ours_ms / plain_ms:.3f}"
    )


@contextmanager
def plain_reader(url: str) -> Iterator[Receive]:
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.linger = 0
        socket.rcvtimeo = round(1000 * LIMIT_S)
        socket.connect(url)
        socket.setsockopt_string(zmq.SUBSCRIBE, "")

        def receive() -> tuple[int, np.ndarray]:
            message = json.loads(socket.recv().decode("utf-8"))
            pixels = np.frombuffer(base64.b64decode(message["image"]), np.uint8)
            return message["timestamp"], pixels.reshape(message["height"], message["width"])

        yield receive


@contextmanager
def our_reader(url: str, form: str, newest: bool) -> Iterator[Receive]:
    with subscribe(url, form=form, newest=newest, timeout_s=LIMIT_S) as frames:

        def receive() -> tuple[int, np.ndarray]:
            frame = frames.receive(LIMIT_S)
            assert frame is not None
            return frame.timestamp_unix_ns, frame.pixels

        yield receive


def way(form: str, size: tuple[int, int, int], rate_hz: float, seconds: float) -> Figures:
    command = [sys.executable, str(SENDER), form, *map(str, size), str(rate_hz)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as sender:
        assert sender.stdout is not None
        url = sender.stdout.readline().strip()
        with (
            plain_reader(url) if form == "plain" else our_reader(url, form, not rate_hz) as receive
        ):
            for _ in range(20):
                receive()
            latencies = []
            began, began_cpu = time.monotonic(), time.process_time()
            while time.monotonic() - began < seconds:
                exposed_ns, pixels = receive()
                latencies.append((time.time_ns() - exposed_ns) / 1e6)
                pixels[0].max()
                pixels[-1].max()
            elapsed_s = time.monotonic() - began
            cores = (time.process_time() - began_cpu) / elapsed_s
            told, _ = sender.communicate()
    p50_ms, p99_ms = np.percentile(latencies, [50, 99])
    return Figures(
        len(latencies) / elapsed_s, float(p50_ms), float(p99_ms), cores + json.loads(told)["cpu"]
    )


def best(rounds: list[Figures]) -> Figures:
    return Figures(
        max(figures.a_second for figures in rounds),
        min(figures.p50_ms for figures in rounds),
        min(figures.p99_ms for figures in rounds),
        min(figures.cores for figures in rounds),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    making()
    for name, size in SIZES.items():
        plain_fastest = 0.0
        for form in FORMS:
            # The straightforward reader knows one byte a pixel alone.
            if form == "plain" and size[2] != 1:
                continue
            paced = [way(form, size, RATE_HZ, options.seconds) for _ in range(options.rounds)]
            free = [way(form, size, 0.0, options.seconds) for _ in range(options.rounds)]
            steady, fastest = best(paced), best(free)
            plain_fastest = plain_fastest or fastest.a_second
            against = "plain" if size[2] == 1 else "json"
            all_p99 = " ".join(f"{figures.p99_ms:.2f}" for figures in paced)
            print(
                f"{name}, {form}: at {steady.a_second:.1f} a second p50 {steady.p50_ms:.2f} ms, "
                f"p99 {steady.p99_ms:.2f} ms (rounds: {all_p99}), "
                f"{100 * steady.cores:.1f} % of a core; at most {fastest.a_second:.0f} a second, "
                f"{fastest.a_second / plain_fastest:.1f} times {against}",
                flush=True,
            )


if __name__ == "__main__":
    main()
