"""Bytes that have arrived and are not yet understood.

A reader looks at the front of the buffer and takes away what it has understood. Each byte is
copied and searched a fixed number of times however the input is cut into pieces: deleting from the
front of a `bytearray` moves its start and not its content, and a search for the end of a line goes
on where the last one stopped.
"""

from __future__ import annotations

import re

from gazewire.errors import RemoteProtocolError

__all__ = ["ReceiveBuffer"]


class ReceiveBuffer:
    """A first-in first-out run of bytes, read by count or by line."""

    def __init__(self) -> None:
        self._data = bytearray()
        # The first `_searched` bytes are known to hold no line feed.
        self._searched = 0

    def __len__(self) -> int:
        return len(self._data)

    def append(self, data: bytes) -> None:
        """Add what the peer sent; it is copied."""
        self._data += data

    def peek(self, count: int) -> bytes:
        """Return the first `count` bytes, or fewer where fewer are there, and leave them."""
        return bytes(self._data[:count])

    def discard(self, count: int) -> None:
        """Drop the first `count` bytes, or all where fewer are there."""
        del self._data[:count]
        self._searched = max(0, self._searched - count)

    def take(self, count: int) -> bytes | None:
        """Remove and return exactly `count` bytes, or None while they are not all there."""
        if len(self._data) < count:
            return None
        taken = self.peek(count)
        self.discard(count)
        return taken

    def peek_line(self, max_bytes: int, *, too_long_status: int = 413) -> bytes | None:
        """Return the first line with its line feed and leave it, or None while it is incomplete.

        A line ends at a line feed and nowhere else. The caller discards it once it is understood.

        Args:
            max_bytes: how long the line may be, line feed included.
            too_long_status: the status to blame a longer line with.

        Raises:
            RemoteProtocolError: the line is, or is bound to become, longer than that.
        """
        position = self._data.find(b"\n", self._searched, max_bytes)
        if position >= 0:
            return bytes(self._data[: position + 1])
        if len(self._data) >= max_bytes:
            raise RemoteProtocolError(
                f"a line of at most {max_bytes} bytes was expected, a longer one came",
                status=too_long_status,
            )
        self._searched = len(self._data)
        return None

    def find(self, pattern: re.Pattern[bytes]) -> int | None:
        """Return where the pattern first matches, counted from the front, or None."""
        match = pattern.search(self._data)
        return None if match is None else match.start()
