"""A service as a program, and clients of it that know nothing of ours: plain pyzmq, plain maps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import msgspec
import zmq

from harness.program import SIGNS_OF_TROUBLE, gazewire_command

__all__ = ["CoreClient", "Listener", "ServiceProgram"]

READY_WITHIN_S = 40.0
STOPPED_WITHIN_S = 15.0
# Machines that run other tests beside have little time for this one.
COMES_WITHIN_MS = 50_000
ANSWERS_WITHIN_MS = 5_000


class ServiceProgram:
    """A running `gazewire service` on ephemeral ports.

    Leaving the context stops it, and checks that it ended as it should.

    Args:
        folder: where standard error goes.
        options: further options of `gazewire service`.
        verb: of another program that is a service, too.
    """

    def __init__(self, folder: Path, *options: str, verb: str = "service") -> None:
        self._stderr_path = folder / f"{verb}.txt"
        self._command = gazewire_command(verb, "--json", "--port", "0", *options)
        self.ready: dict[str, Any] = {}
        self._is_killed = False

    def __enter__(self) -> Self:
        with self._stderr_path.open("wb") as stderr:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env=os.environ | {"PYTHONFAULTHANDLER": "1"},
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.stderr
        self.ready = json.loads(line)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._is_killed:
            return
        if kind is None:
            self.stop()
        else:
            self._process.kill()
            self._process.communicate()

    def stop(self, signal_number: int = signal.SIGTERM) -> None:
        """Ask the program to end, and check that it does so well."""
        if self._process.poll() is None:
            self._process.send_signal(signal_number)
        self.wait_ended()

    def kill(self) -> None:
        """End the program as a power cut would, or the system that is out of memory."""
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()
        self._is_killed = True

    def wait_ended(self) -> None:
        """Wait for the program to end of itself, and check that it does so well."""
        try:
            self._process.communicate(timeout=STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)
            self._process.communicate()
            raise AssertionError(f"the service did not stop:\n{self.stderr}") from None
        assert self._process.returncode == 0, self.stderr
        assert not any(sign in self.stderr for sign in SIGNS_OF_TROUBLE), self.stderr

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stderr(self) -> str:
        """What the program has logged so far."""
        return self._stderr_path.read_text(errors="replace")


class CoreClient:
    """What scripts do: a REQ to Pupil Remote, and the ports that it tells.

    Args:
        remote: URL of Pupil Remote.
    """

    def __init__(self, remote: str) -> None:
        self._context = zmq.Context()
        self._remote = self._context.socket(zmq.REQ)
        self._remote.setsockopt(zmq.LINGER, 0)
        self._remote.connect(remote)
        self._host = remote.rpartition(":")[0]
        self._sockets: list[zmq.Socket[bytes]] = [self._remote]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for socket in self._sockets:
            socket.close(linger=0)
        self._context.term()

    def ask(self, *frames: bytes | str) -> str:
        """Send a request; return the reply."""
        self._remote.send_multipart(
            [frame.encode() if isinstance(frame, str) else frame for frame in frames]
        )
        assert self._remote.poll(ANSWERS_WITHIN_MS), f"no answer to {frames!r:.80}"
        return self._remote.recv_string()

    def notify(self, subject: str, **fields: object) -> str:
        """Send a notification as scripts do, through Pupil Remote."""
        return self.ask(f"notify.{subject}", msgspec.msgpack.encode({"subject": subject, **fields}))

    def publisher(self) -> zmq.Socket[bytes]:
        """A PUB on the bus; who publishes at once loses what comes too early."""
        socket = self._context.socket(zmq.PUB)
        socket.connect(f"{self._host}:{self.ask('PUB_PORT')}")
        self._sockets.append(socket)
        return socket

    @contextmanager
    def subscribed(self, *prefixes: str) -> Iterator[Listener]:
        """Subscribe, and be sure that it is in force."""
        socket = self._context.socket(zmq.SUB)
        socket.connect(f"{self._host}:{self.ask('SUB_PORT')}")
        for prefix in (*prefixes, "probe"):
            socket.subscribe(prefix)
        with socket:
            # A message of our own that comes back shows that the subscription has arrived.
            until = time.monotonic() + ANSWERS_WITHIN_MS / 1000
            while not socket.poll(20):
                self.ask("probe", b"\x80")
                assert time.monotonic() < until, "the bus does not answer"
            yield Listener(socket)


class Listener:
    """A SUB, and what came.

    Args:
        socket: subscribed.
    """

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket

    def poll(self, within_ms: int) -> list[bytes]:
        """The next message, as its frames; none where none came in time."""
        until = time.monotonic() + within_ms / 1000
        while self._socket.poll(max(0, round(1000 * (until - time.monotonic())))):
            frames = self._socket.recv_multipart()
            if frames[0] != b"probe":
                return frames
        return []

    def frames(self, within_ms: int = COMES_WITHIN_MS) -> list[bytes]:
        """The next message, as its frames."""
        frames = self.poll(within_ms)
        assert frames, "nothing came"
        return frames

    def next(self, within_ms: int = COMES_WITHIN_MS) -> tuple[str, dict[str, Any]]:
        """The next message: topic and map."""
        topic, payload, *_ = self.frames(within_ms)
        return topic.decode(), msgspec.msgpack.decode(payload)

    def until(
        self, wanted: Callable[[str, dict[str, Any]], bool], within_ms: int = COMES_WITHIN_MS
    ) -> tuple[str, dict[str, Any]]:
        """The next message that is wanted; the others are passed over."""
        until = time.monotonic() + within_ms / 1000
        while True:
            left_ms = max(0, round(1000 * (until - time.monotonic())))
            topic, fields = self.next(left_ms)
            if wanted(topic, fields):
                return topic, fields

    def topic(self, prefix: str, within_ms: int = COMES_WITHIN_MS) -> dict[str, Any]:
        """The map of the next message whose topic begins so."""
        return self.until(lambda topic, _: topic.startswith(prefix), within_ms)[1]
