"""`gazewire up` as a program of its own, started and stopped as a user would."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from harness.program import ANY_PORTS, SIGNS_OF_TROUBLE, gazewire_command

__all__ = ["UpProgram"]

STOPPED_WITHIN_S = 20
COMES_WITHIN_S = 50


class UpProgram:
    """A running `gazewire up` on ephemeral ports; leaving it stops it, and checks how it ends.

    Args:
        folder: for recordings, truth and standard error.
        options: further options.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.record_dir = folder / "recordings"
        self.truth = folder / "truth.jsonl"
        self._stderr_path = folder / "stderr.txt"
        self._command = [
            *gazewire_command("up", "--json", "--no-mdns", "--port", "0", *ANY_PORTS),
            *("--record-dir", str(self.record_dir)),
            *options,
        ]

    def __enter__(self) -> UpProgram:
        with self._stderr_path.open("wb") as stderr:
            self._process = subprocess.Popen(
                self._command, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.stderr
        self.ready: dict[str, Any] = json.loads(line)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.stop(signal.SIGTERM)
        else:
            self._process.kill()
            self._process.communicate()

    def stop(self, signal_number: int) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal_number)
        more, _ = self._process.communicate(timeout=STOPPED_WITHIN_S)
        assert self._process.returncode == 0, self.stderr
        assert more == "", "more than the readiness line on standard output"
        assert not any(sign in self.stderr for sign in SIGNS_OF_TROUBLE), self.stderr

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stderr(self) -> str:
        return self._stderr_path.read_text(errors="replace")

    def status(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.ready['http']}/api/status", timeout=10) as answer:
            status: list[dict[str, Any]] = json.load(answer)["result"]
        return status

    def post(self, path: str) -> None:
        request = urllib.request.Request(f"{self.ready['http']}/api/{path}", method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def truths(self, stream: str, count: int) -> list[dict[str, Any]]:
        """The first lines of the truth of a stream."""
        until = time.monotonic() + COMES_WITHIN_S
        while True:
            lines = self.truth.read_text().splitlines()[:-1] if self.truth.exists() else []
            found = [told for told in map(json.loads, lines) if told["stream"] == stream]
            if len(found) >= count:
                return found
            assert time.monotonic() < until, f"{len(found)} of {stream}\n{self.stderr}"
            time.sleep(0.1)
