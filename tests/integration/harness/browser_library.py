"""The library by which web pages receive RTSP inside a websocket, run in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

__all__ = ["BrowserLibrary", "BrowserLibraryUnavailableError"]

SCRIPT = Path(__file__).parent.parent / "peers" / "browser_stream.mjs"
PACKAGE = "media-stream-library"
# The one that the phone's own page pins, which not every registry has, and its successor.
VERSIONS = ("^12.2", "^13.1")
INSTALLED_WITHIN_S = 40
RECEIVED_WITHIN_S = 20


class BrowserLibraryUnavailableError(Exception):
    """The library cannot be run here; the message says why."""


class BrowserLibrary:
    """The library, installed on first use.

    Args:
        folder: where npm puts it.

    Raises:
        BrowserLibraryUnavailableError: there is no Node, or npm does not get it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if shutil.which("node") is None or shutil.which("npm") is None:
            raise BrowserLibraryUnavailableError("Node and npm are not both installed")
        if not (folder / "node_modules" / PACKAGE).is_dir():
            self._install()

    def _install(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        said = ""
        for version in VERSIONS:
            command = ["npm", "install", "--prefix", str(self._folder), "--no-audit", "--no-fund"]
            try:
                installed = subprocess.run(
                    [*command, f"{PACKAGE}@{version}"],
                    capture_output=True,
                    text=True,
                    timeout=INSTALLED_WITHIN_S / len(VERSIONS),
                    check=False,
                )
            except subprocess.TimeoutExpired:
                said = "it took too long"
                continue
            if installed.returncode == 0:
                return
            said = installed.stderr.strip()
        raise BrowserLibraryUnavailableError(f"npm cannot install {PACKAGE}: {said}")

    def receive(self, kind: str, count: int, *, websocket: str, rtsp: str) -> dict[str, Any]:
        """Receive a stream as a page does, end it, and report.

        Args:
            kind: ``video`` or ``gaze``.
            count: of NAL units, or gaze data.
            websocket: URL of the tunnel.
            rtsp: URL of the stream.

        Raises:
            AssertionError: the library failed, or did not finish in time.
        """
        arguments = {"modules": str(self._folder), "kind": kind, "count": count}
        arguments |= {"websocket": websocket, "rtsp": rtsp}
        try:
            ran = subprocess.run(
                ["node", str(SCRIPT), json.dumps(arguments)],
                capture_output=True,
                text=True,
                timeout=RECEIVED_WITHIN_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"the library did not finish: {error.stderr!r}") from None
        assert ran.returncode == 0, ran.stderr
        report: dict[str, Any] = json.loads(ran.stdout)
        return report
