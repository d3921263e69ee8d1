"""`gazewire device` as a program of its own, for as long as a measurement takes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

__all__ = ["RunningDevice"]

PORTS = ("--http-port", "--rtsp-port", "--tunnel-port", "--echo-port")
STOPPED_WITHIN_S = 10


class RunningDevice:
    """A device on ephemeral ports. A context manager: inside of it the device is ready.

    Args:
        options: further options of `gazewire device`.

    Attributes:
        pid: of the process.
        log: what it wrote on standard error, after it has stopped.
    """

    def __init__(self, *options: str) -> None:
        self._options = options
        self.log = ""

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gazewire", "device", "--json", "--no-mdns"),
                *(word for port in PORTS for word in (port, "0")),
                *self._options,
            ],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.pid = self._process.pid
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.__exit__()
            raise SystemExit(f"the device did not start:\n{self.log}")
        self._ready = json.loads(line)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.seek(0)
        self.log = self._errors.read()
        self._errors.close()

    @property
    def rtsp_port(self) -> int:
        return self._port("rtsp")

    @property
    def http_port(self) -> int:
        return self._port("http")

    @property
    def tunnel_port(self) -> int:
        return self._port("tunnel")

    @property
    def echo_port(self) -> int:
        return int(self._ready["echo"].rpartition(":")[2])

    @property
    def resident_mb(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _port(self, name: str) -> int:
        port = urlsplit(self._ready[name]).port
        assert port is not None
        return port
