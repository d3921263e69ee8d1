"""Publishes the images of one made-up camera until standard input ends; then tells its figures.

    python camera_sender.py FORM WIDTH HEIGHT CHANNELS RATE

FORM is one of ours, or ``plain``, the straightforward way of JSON and base64 that a PUB socket and
the standard library make. RATE 0 is as fast as it goes. First line: the address; last line: JSON.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
import time
from contextlib import closing

import numpy as np
import zmq

from gazewire.camera import Shot
from gazewire.model import Frame
from gazewire.multicam.answers import Answers
from gazewire.multicam.overlay import Overlay
from gazewire.multicam.publisher import Publisher
from gazewire.multicam.running_camera import SocketPlan
from gazewire.multicam.sharing import Sharing
from gazewire.net.image_sockets import ImageSockets
from gazewire.time import SystemClock
from gazewire.wire.camera import ImageForm

FORM = sys.argv[1]
WIDTH, HEIGHT, CHANNELS = map(int, sys.argv[2:5])
RATE_HZ = float(sys.argv[5])
ANY = ("127.0.0.1", 0)
UNSENT = 4  # images that may wait, where it goes as fast as it can


class Plain:
    """What a program sends that is written from the document, without a thought for speed."""

    def __init__(self) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.linger = 0
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self.url = f"tcp://127.0.0.1:{port}"
        self.sent = 0

    def offer(self, frame: Frame) -> None:
        message = {
            "unique_id": "bench",
            "timestamp": frame.timestamp_unix_ns,
            "image": base64.b64encode(np.array(frame.data).tobytes()).decode("utf-8"),
            "height": frame.height,
            "width": frame.width,
        }
        self._socket.send(json.dumps(message).encode("utf-8"))
        self.sent += 1

    def close(self) -> None:
        self._context.destroy(0)


class Ours:
    def __init__(self) -> None:
        clock = SystemClock()
        self._form = ImageForm(FORM)
        self._sockets = ImageSockets(ANY, ANY, (self._form,), name="bench")
        plan = SocketPlan(ANY, ANY, put_hz=1e6, pull_hz=10.0, frame_hz=None, box_ttl_s=0.5)
        self._publisher = Publisher(
            "bench",
            self._sockets,
            plan,
            (WIDTH, HEIGHT),
            clock,
            Overlay(0.5),
            Answers(),
            Sharing("bench", RATE_HZ or 60.0),
        )
        self._publisher.start()
        self.url = self._sockets.images_url

    def offer(self, frame: Frame) -> None:
        self._publisher.offer(Shot(frame), {})

    @property
    def sent(self) -> int:
        return self._publisher.published.get(self._form, 0)

    def close(self) -> None:
        self._publisher.stop()
        self._sockets.__exit__(None, None, None)


def frames():
    random = np.random.default_rng(0)
    shape = (HEIGHT, WIDTH) if CHANNELS == 1 else (HEIGHT, WIDTH, CHANNELS)
    pixels = [random.integers(0, 256, shape, np.uint8).reshape(-1).data for _ in range(4)]
    index = 0
    while True:
        yield Frame(
            camera="bench",
            index=index,
            timestamp_unix_ns=time.time_ns(),
            width=WIDTH,
            height=HEIGHT,
            pixel_format="gray" if CHANNELS == 1 else "bgr24",
            data=pixels[index % len(pixels)],
        )
        index += 1


def main() -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    with closing(Plain() if FORM == "plain" else Ours()) as sender:
        print(sender.url, flush=True)
        began, began_cpu = time.monotonic(), time.process_time()
        next_s = began
        for frame in frames():
            sender.offer(frame)
            if ended.is_set():
                break
            if RATE_HZ:
                next_s += 1 / RATE_HZ
                time.sleep(max(0.0, next_s - time.monotonic()))
            elif FORM != "plain":
                goal = frame.index - UNSENT
                patience = time.monotonic() + 0.002
                while sender.sent < goal and time.monotonic() < patience:
                    time.sleep(0)
        cpu = (time.process_time() - began_cpu) / (time.monotonic() - began)
        print(json.dumps({"cpu": cpu, "sent": sender.sent}), flush=True)


if __name__ == "__main__":
    main()
