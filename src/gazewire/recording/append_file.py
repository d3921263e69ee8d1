"""A file that only grows, by whole pieces.

What a power cut or a kill leaves of it is the pieces written so far: nothing waits in a buffer of
ours, and a piece that did not fit is taken back.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["AppendFile"]

# Windows would translate line ends without it; elsewhere it does not exist.
_BINARY: int = getattr(os, "O_BINARY", 0)


class AppendFile:
    """A new file, written unbuffered: one system call for each piece.

    Attributes:
        size_bytes: how long the file is: the sum of all pieces.
    """

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            OSError: it cannot be created, or exists already.
        """
        self.size_bytes = 0
        self._is_synced = True
        self._descriptor: int | None = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _BINARY, 0o666
        )

    def append(self, piece: bytes) -> None:
        """Append a piece as a whole or not at all.

        Raises:
            OSError: it did not fit, or the disk failed; the file is as it was before.
        """
        descriptor = self._open_descriptor()
        rest = memoryview(piece)
        try:
            # At the end of the space a write is cut short, and the next one says why.
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, self.size_bytes)
            raise
        self.size_bytes += len(piece)
        self._is_synced = False

    def truncate(self, size_bytes: int) -> None:
        """Take back all but the first bytes; needs no space.

        Raises:
            OSError: the disk failed.
        """
        os.ftruncate(self._open_descriptor(), size_bytes)
        self.size_bytes = size_bytes
        self._is_synced = False

    def sync(self) -> None:
        """Return when the content would survive a power cut.

        Raises:
            OSError: the disk failed.
        """
        if not self._is_synced:
            # Before, because another thread may write meanwhile.
            self._is_synced = True
            try:
                os.fsync(self._open_descriptor())
            except OSError:
                self._is_synced = False
                raise

    def close(self) -> None:
        """Let go of the file. Harmless when repeated."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open_descriptor(self) -> int:
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return self._descriptor
