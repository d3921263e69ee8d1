"""Golden bytes, kept on disk as text that a person can read.

A vector is one file ``<case>.hex``. Lines that begin with ``#`` say what it is and where it came
from; the rest is hexadecimal, broken and spaced as the reader likes it.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["load_vector"]


def load_vector(path: Path) -> bytes:
    """Read the bytes of one vector.

    Args:
        path: the file.

    Raises:
        ValueError: a line is neither a comment nor hexadecimal.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return bytes.fromhex("".join(line for line in lines if not line.startswith("#")))
