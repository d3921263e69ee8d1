"""A network of its own: a namespace in which only loopback exists, with multicast on it."""

from __future__ import annotations

import subprocess
import sys
from typing import Self

__all__ = ["NamespaceUnavailableError", "NetworkNamespace"]

# Holds the namespace open until its standard input ends.
HOLD = """
ip link set lo up &&
ip link set lo multicast on &&
ip route add 224.0.0.0/4 dev lo &&
echo ready && read -r _
"""
PROBED_WITHIN_S = 10


class NamespaceUnavailableError(Exception):
    """This machine gives us no network namespace; the message says why."""


class NetworkNamespace:
    """A user and network namespace, open while its context is.

    Raises:
        NamespaceUnavailableError: on entering, where the machine allows none.
    """

    def __enter__(self) -> Self:
        if sys.platform != "linux":
            raise NamespaceUnavailableError("network namespaces are a thing of Linux")
        try:
            self._holder = subprocess.Popen(
                ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", HOLD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        except FileNotFoundError as error:
            raise NamespaceUnavailableError(f"{error.filename} is not installed") from error
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            _, reason = self._holder.communicate(timeout=PROBED_WITHIN_S)
            raise NamespaceUnavailableError(f"no network namespace here: {reason.strip()}")
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.communicate(timeout=PROBED_WITHIN_S)

    @property
    def inside(self) -> list[str]:
        """The command prefix that runs a program inside."""
        target = f"--target={self._holder.pid}"
        return ["nsenter", target, "--user", "--net", "--preserve-credentials"]
