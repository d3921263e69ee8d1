"""`gazewire device` as a program of its own, started and stopped as a user would.

with DeviceProgram(folder, "--product", "invisible") as device:
    urllib.request.urlopen(f"{device.http}/api/status")
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import urlsplit

__all__ = ["ANY_PORTS", "DeviceProgram", "gazewire_command"]

PORTS = ("--http-port", "--rtsp-port", "--tunnel-port", "--echo-port")
ANY_PORTS = tuple(word for port in PORTS for word in (port, "0"))
READY_WITHIN_S = 30.0

# Options of which each says what eyes there are, or that there are none.
_HAVE_A_RATE = frozenset({"--eye-rate", "--source", "--product", "--older-app"})
STOPPED_WITHIN_S = 10.0

# What Python and asyncio write when something went wrong that no code of ours has handled.
SIGNS_OF_TROUBLE = ("Traceback", "never retrieved", "never awaited", "ResourceWarning")


def gazewire_command(*arguments: str) -> list[str]:
    """The command line that runs `gazewire` on this interpreter, unclosed resources told.

    Where the system can do so, the program ends with who has started it: a test that hangs is
    ended without a chance to clean up.
    """
    python = [sys.executable, "-W", "always::ResourceWarning", "-m", "gazewire", *arguments]
    if setpriv := shutil.which("setpriv"):
        return [setpriv, "--pdeathsig", "KILL", "--", *python]
    return python


class DeviceProgram:
    """A running device with ephemeral ports, a recording folder and a truth file.

    Leaving the context stops it by SIGTERM and checks that it ended as it should: status 0, one
    line on standard output, nothing unhandled on standard error.

    The synthetic wearer has 50 eye pictures a second unless an option says otherwise: the truth of
    200 pupils a second takes a third of a core, and few tests look at it.

    Args:
        folder: where recordings, truth and standard error go.
        options: further options of `gazewire device`.
        inside: a command prefix, for example one that enters a network namespace.
    """

    def __init__(self, folder: Path, *options: str, inside: Sequence[str] = ()) -> None:
        self.record_dir = folder / "recordings"
        self.truth = folder / "truth.jsonl"
        self._stderr_path = folder / "stderr.txt"
        self._command = [
            *inside,
            *gazewire_command("device", "--json"),
            *ANY_PORTS,
            *("--record-dir", str(self.record_dir)),
            *("--truth", str(self.truth)),
            *(() if "--mdns" in options else ("--no-mdns",)),
            *(() if _HAVE_A_RATE.intersection(options) else ("--eye-rate", "50")),
            *(option for option in options if option != "--mdns"),
        ]
        self.ready: dict[str, Any] = {}

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
        line = _first_line(self._process.stdout, READY_WITHIN_S)
        if not line:
            self._process.kill()
            self._process.communicate()
            message = f"not ready; it ended with {self._process.returncode}:\n{self.stderr}"
            raise AssertionError(message)
        self.ready = json.loads(line)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.stop()
        else:
            self._process.kill()
            self._process.communicate()

    def stop(self, signal_number: int = signal.SIGTERM) -> None:
        """Ask the program to end, and check that it does so well.

        Raises:
            AssertionError: it did not.
        """
        if self._process.poll() is None:
            self._process.send_signal(signal_number)
        try:
            more, _ = self._process.communicate(timeout=STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)  # faulthandler tells where it hangs
            self._process.communicate()
            message = f"the device did not stop within {STOPPED_WITHIN_S} s:\n{self.stderr}"
            raise AssertionError(message) from None
        assert self._process.returncode == 0, self.stderr
        assert more == "", "more than the readiness line on standard output"
        assert not any(sign in self.stderr for sign in SIGNS_OF_TROUBLE), self.stderr

    @property
    def stderr(self) -> str:
        """What the program has logged so far."""
        return self._stderr_path.read_text(errors="replace")

    @property
    def pid(self) -> int:
        """The process, as the system knows it."""
        return self._process.pid

    @property
    def http(self) -> str:
        """Base URL of the REST interface, without ``/api``."""
        return str(self.ready["http"])

    @property
    def http_port(self) -> int:
        return _port(self.ready["http"])

    @property
    def rtsp_port(self) -> int:
        return _port(self.ready["rtsp"])

    @property
    def tunnel_port(self) -> int:
        return _port(self.ready["tunnel"])

    @property
    def echo_port(self) -> int:
        return _port(f"//{self.ready['echo']}")

    def stream_url(self, sensor: str, scheme: str = "rtsp") -> str:
        """Where a native client opens a sensor's stream."""
        return f"{scheme}://127.0.0.1:{self.rtsp_port}/?camera={sensor}"


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None, url
    return port


def _first_line(stream: IO[str], within_s: float) -> str:
    """Read one line; empty where none came in time or the stream ended."""
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        return lines.get(timeout=within_s)
    except queue.Empty:
        return ""
