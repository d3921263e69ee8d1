"""Foreign clients, run as scripts in an interpreter that has them installed.

A script of `peers/` is given its arguments as one JSON object on its command line and prints one
JSON document as its last line. Before that it may print the single line ``receiving``, and go on
until its standard input ends: so a test can do something while a client is receiving. Or it obeys
orders on its standard input, one JSON document a line, each answered by another.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

__all__ = ["Peer", "PeerRunner"]

PEERS = Path(__file__).parent.parent / "peers"


class Peer:
    """A peer script that is running.

    As a context manager it kills the script where the block did not wait for its `result`.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: list[str] = []
        self._has_spoken = threading.Event()
        self._answers: queue.Queue[str] = queue.Queue()
        self._stderr = ""
        self._readers = [
            threading.Thread(target=self._read_stdout, daemon=True),
            threading.Thread(target=self._read_stderr, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def wait_until_receiving(self, limit_s: float = 20.0) -> None:
        """Wait for the script to say that data have come."""
        self._has_spoken.wait(limit_s)
        assert self._lines == ["receiving\n"], f"the peer said {self._lines}\n{self._stderr}"

    def ask(self, do: str, *, limit_s: float = 30.0, **order: Any) -> Any:
        """Give an order to a script that takes some, and wait for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()
        try:
            answer = self._answers.get(timeout=limit_s)
        except queue.Empty:
            raise AssertionError(f"no answer within {limit_s} s:\n{self._stderr}") from None
        assert answer, f"the peer has ended:\n{self._stderr}"
        return json.loads(answer)

    def result(self, limit_s: float = 40.0) -> Any:
        """End the script's standard input, wait for it to finish and return its document.

        Raises:
            AssertionError: it did not finish in time, or failed.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            status = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            message = f"the peer did not finish within {limit_s} s:\n{self._stderr}"
            raise AssertionError(message) from None
        for reader in self._readers:
            reader.join()
        assert status == 0, f"the peer ended with status {status}:\n{self._stderr}"
        return json.loads(self._lines[-1])

    def _read_stdout(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)
            self._answers.put(line)
            self._has_spoken.set()
        self._answers.put("")
        self._has_spoken.set()

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._stderr += line


class PeerRunner:
    """Starts peer scripts in one interpreter.

    Args:
        python: an interpreter in whose environment the peer is installed.
    """

    def __init__(self, python: Path) -> None:
        self._python = python

    def start(self, script: str, *, inside: Sequence[str] = (), **arguments: Any) -> Peer:
        """Start `script` of the folder `peers/`.

        Args:
            script: its name, without ``.py``.
            inside: a command prefix, for example one that enters a network namespace.
            arguments: keyword arguments of its main function, as JSON knows them.
        """
        script_path = PEERS / f"{script}.py"
        return Peer([*inside, str(self._python), str(script_path), json.dumps(arguments)])

    def run(
        self, script: str, *, inside: Sequence[str] = (), limit_s: float = 40.0, **arguments: Any
    ) -> Any:
        """Run `script` to its end and return its document."""
        with self.start(script, inside=inside, **arguments) as peer:
            return peer.result(limit_s)
