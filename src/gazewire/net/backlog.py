"""How much may wait in our memory for clients that do not read."""

from __future__ import annotations

__all__ = ["Backlog"]


class Backlog:
    """Memory that the clients of one server share.

    Where few have something waiting, each may let a lot wait, and gets over a hiccup of its network
    without loss. Where many do, each has an equal share, so that all together never take more than
    was set aside, or only by what each was handed last.

    Args:
        each_bytes: the most that may wait for one client.
        total_bytes: the most that may wait for all of them.
    """

    def __init__(self, *, each_bytes: int, total_bytes: int) -> None:
        self._each_bytes = each_bytes
        self._total_bytes = total_bytes
        self._clients = 0

    @property
    def each_bytes(self) -> int:
        """The most that may ever wait for one client."""
        return self._each_bytes

    @property
    def share_bytes(self) -> int:
        """The most that may wait for one client now."""
        return min(self._each_bytes, self._total_bytes // max(self._clients, 1))

    def enter(self) -> None:
        """One more client takes a share."""
        self._clients += 1

    def leave(self) -> None:
        """One client less takes a share; once for each `enter`."""
        self._clients -= 1
