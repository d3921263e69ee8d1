"""Images of a camera on their way to another program: each form, and a plain JSON sender beside it.

    python benchmarks/bench_cameras.py [--seconds 3]

Prints, for 1280x1024 gray at 60 images a second, latency from exposure to an array in the reader's
hands, and the processor time of sender and reader for an image; then what it costs to make a
message, against the straightforward way. Both ends are in one process, with a thread each.
"""

from __future__ import annotations

import argparse
import base64
import json
import threading
import time
from collections.abc import Callable

import numpy as np

from gazewire.camera import MovingPattern, Shot, VideoShape
from gazewire.multicam import subscribe
from gazewire.multicam.answers import Answers
from gazewire.multicam.overlay import Overlay
from gazewire.multicam.publisher import Publisher
from gazewire.multicam.running_camera import SocketPlan
from gazewire.net.image_sockets import ImageSockets
from gazewire.time import SystemClock
from gazewire.wire.camera import ImageForm, ImageJson

SHAPE = VideoShape(width=1280, height=1024, rate_hz=60.0)
ANY = ("127.0.0.1", 0)


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


def way(form: ImageForm, seconds: float) -> None:
    clock = SystemClock()
    with ImageSockets(ANY, ANY, (form,), name="bench") as sockets:
        plan = SocketPlan(ANY, ANY, put_hz=1000.0, pull_hz=10.0, frame_hz=None, box_ttl_s=0.5)
        size = (SHAPE.width, SHAPE.height)
        publisher = Publisher("bench", sockets, plan, size, clock, Overlay(0.5), Answers())
        publisher.start()
        camera = MovingPattern("bench", SHAPE, clock)
        made = camera.take()
        assert made is not None
        frame = made.frame
        ended = threading.Event()

        def expose() -> None:
            index = 0
            while not ended.wait(1 / SHAPE.rate_hz):
                index += 1
                now_ns = clock.unix_ns()
                exposed = type(frame)(
                    camera="bench",
                    index=index,
                    timestamp_unix_ns=now_ns,
                    width=frame.width,
                    height=frame.height,
                    pixel_format=frame.pixel_format,
                    data=frame.data,
                )
                publisher.offer(Shot(exposed), {})

        with subscribe(sockets.images_url, form=form, timeout_s=5) as frames:
            thread = threading.Thread(target=expose)
            thread.start()
            latencies = []
            frames.receive(5)
            began, began_cpu = time.monotonic(), time.process_time()
            while time.monotonic() - began < seconds:
                seen = frames.receive(5)
                assert seen is not None
                latencies.append((clock.unix_ns() - seen.timestamp_unix_ns) / 1e6)
            cpu_s = time.process_time() - began_cpu
            elapsed_s = time.monotonic() - began
            ended.set()
            thread.join()
        publisher.stop()
    p50, p99 = np.percentile(latencies, [50, 99])
    print(
        f"{form.value}: {len(latencies) / elapsed_s:.1f} a second, latency p50 {p50:.2f} ms, "
        f"p99 {p99:.2f} ms, {100 * cpu_s / elapsed_s:.1f} % of a core"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    seconds = parser.parse_args().seconds
    making()
    for form in (ImageForm.JSON, ImageForm.MULTIPART):
        way(form, seconds)


if __name__ == "__main__":
    main()
