"""`gazewire service` for an hour, with everything against it at once.

    python benchmarks/soak_service.py [--seconds 3600] [--clients 10000] [--eye-rate 200] [--json]

Two eyes run. One subscriber takes everything and counts what a numbered publisher sends; another
one takes everything and reads nothing; clients come and go, some of them in the middle of a
request; random bytes go to every port, and well-formed messages of random content onto the bus. In
the end nothing may have been lost by who reads, and nothing may have grown: memory, open files and
threads of the service are measured when all of it has been going on for a while, and at the end.

`tests/integration/test_service_soak.py` runs it for some seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
import zmq

NUMBERED = b"soak.number"
NUMBERED_HZ = 200
GARBAGE_HZ = 50
ANSWERED_WITHIN_MS = 10_000
# Caches and pools have filled by then.
WARM_UP_SHARE = 0.3
LAST_COMES_WITHIN_S = 10.0
STOPS_WITHIN_S = 300.0


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a process and its children hold."""

    resident_mb: float
    open_files: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Footprint:
        pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in pids)
        return cls(
            resident_mb=round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1),
            open_files=sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in pids),
            threads=sum(len(list(Path(f"/proc/{one}/task").iterdir())) for one in pids),
        )


class Soak:
    """Everything at once against one service.

    Args:
        ready: the service's readiness line.
    """

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        self.stop = threading.Event()
        self.counts: Counter[str] = Counter()
        self.sent = 0
        self.numbers: list[int] = []
        self.failures: list[str] = []
        self.is_listening = threading.Event()
        self._context = zmq.Context()
        self._context.max_sockets = 4096

    def run(self, *acts: Callable[[], None]) -> list[threading.Thread]:
        def guarded(act: Callable[[], None]) -> None:
            try:
                act()
            except Exception as error:
                self.failures.append(f"{act.__name__}: {error!r}")

        threads = [threading.Thread(target=guarded, args=[act], daemon=True) for act in acts]
        for thread in threads:
            thread.start()
        return threads

    def publish(self) -> None:
        """Send numbers, 200 a second."""
        with self._context.socket(zmq.PUB) as publisher:
            publisher.connect(self.ready["pub"])
            self.is_listening.wait()
            began = time.monotonic()
            while not self.stop.is_set():
                self.sent += 1
                payload = msgspec.msgpack.encode({"n": self.sent})
                publisher.send_multipart([NUMBERED, payload])
                self.stop.wait(max(0.0, began + self.sent / NUMBERED_HZ - time.monotonic()))
            # What is on its way arrives.
            time.sleep(LAST_COMES_WITHIN_S / 10)

    def listen(self) -> None:
        """Take everything, and keep the numbers."""
        with self._context.socket(zmq.SUB) as subscriber:
            subscriber.connect(self.ready["sub"])
            subscriber.subscribe("")
            until = float("inf")
            while time.monotonic() < until:
                if self.stop.is_set() and until == float("inf"):
                    until = time.monotonic() + LAST_COMES_WITHIN_S
                if not subscriber.poll(100):
                    continue
                topic, *rest = subscriber.recv_multipart()
                self.counts[_kind(topic)] += 1
                self.is_listening.set()
                if topic == NUMBERED:
                    self.numbers.append(msgspec.msgpack.decode(rest[0])["n"])
                    if self.stop.is_set() and self.numbers[-1] == self.sent:
                        return

    def stall(self) -> None:
        """Subscribe to everything and read nothing."""
        with self._context.socket(zmq.SUB) as subscriber:
            subscriber.rcvhwm = 10
            subscriber.connect(self.ready["sub"])
            subscriber.subscribe("")
            self.stop.wait()

    def churn(self, clients: int, seconds: float) -> None:
        """Come, ask, listen and go; every fifth goes without waiting for its answer."""
        chance = random.Random(1)
        began = time.monotonic()
        for number in range(clients):
            if self.stop.wait(max(0.0, began + number * seconds / clients - time.monotonic())):
                return
            with self._context.socket(zmq.REQ) as remote, self._context.socket(zmq.SUB) as sub:
                remote.linger = sub.linger = 0
                remote.connect(self.ready["remote"])
                sub.connect(self.ready["sub"])
                sub.subscribe(chance.choice(["", "pupil.", "gaze.3d.", "notify.", "logging."]))
                remote.send(chance.choice([b"t", b"v", b"SUB_PORT", b"", b"\xff", b"nonsense"]))
                self.counts["clients"] += 1
                if number % 5 == 0:
                    continue
                if not remote.poll(ANSWERED_WITHIN_MS):
                    raise TimeoutError("the Remote does not answer any more")
                remote.recv()
                sub.poll(20)

    def throw(self) -> None:
        """Send random bytes to every port, and random messages onto the bus."""
        chance = random.Random(2)
        ports = [int(self.ready[name].rpartition(":")[2]) for name in ("remote", "pub", "sub")]
        topics = [b"notify.", b"pupil.0.2d", b"pupil.1.3d", b"delayed_notify.x", b"annotation", b""]
        with self._context.socket(zmq.PUB) as publisher:
            publisher.linger = 0
            publisher.connect(self.ready["pub"])
            while not self.stop.wait(1 / GARBAGE_HZ):
                self.counts["garbage"] += 1
                with suppress(OSError):
                    address = ("127.0.0.1", chance.choice(ports))
                    with socket.create_connection(address, timeout=1) as peer:
                        peer.sendall(chance.randbytes(chance.randrange(1, 2000)))
                frames = [chance.choice(topics) + chance.randbytes(chance.randrange(3))]
                frames += [
                    chance.randbytes(chance.randrange(80)) for _ in range(chance.randrange(4))
                ]
                publisher.send_multipart(frames)

    def close(self) -> None:
        self._context.destroy(linger=0)


def _kind(topic: bytes) -> str:
    kind = topic.decode(errors="replace").partition(".")[0]
    return kind if kind in {"pupil", "gaze", "notify", "logging", "soak", "fixations"} else "other"


def soak(pid: int, ready: dict[str, Any], seconds: float, clients: int) -> dict[str, Any]:
    """Let it all happen, and tell what came of it."""
    everything = Soak(ready)
    threads = everything.run(
        everything.publish,
        everything.listen,
        everything.stall,
        lambda: everything.churn(clients, seconds),
        everything.throw,
    )
    time.sleep(seconds * WARM_UP_SHARE)
    warm = Footprint.of(pid)
    time.sleep(seconds * (1 - WARM_UP_SHARE))
    end = Footprint.of(pid)
    everything.stop.set()
    for thread in threads:
        thread.join(2 * LAST_COMES_WITHIN_S)
    everything.close()
    numbers = everything.numbers
    first = numbers[0] if numbers else 1
    return {
        "seconds": seconds,
        "sent": everything.sent,
        # Those before the first are from before the subscription was known.
        "lost": everything.sent - first + 1 - len(numbers),
        "in_order": numbers == sorted(numbers),
        "counts": dict(everything.counts),
        "failures": everything.failures,
        "warm": asdict(warm),
        "end": asdict(end),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--eye-rate", type=int, default=200)
    parser.add_argument("--eyes", default="processes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    command = [sys.executable, "-m", "gazewire", "service", "--json", "--port", "0"]
    command += ["--eye-rate", str(options.eye_rate), "--eyes", options.eyes]
    service = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert service.stdout is not None
        ready = json.loads(service.stdout.readline())
        found = soak(service.pid, ready, options.seconds, options.clients)
    finally:
        began = time.monotonic()
        service.terminate()
        service.wait(STOPS_WITHIN_S)
    found["stopped_after_s"] = round(time.monotonic() - began, 1)
    found["status"] = service.returncode
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:10} {value}")


if __name__ == "__main__":
    main()
