"""What is wrong with the files of a recording, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Finding", "Findings"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        file: name of the file, within the recording's folder.
        offset: the byte at which it begins; None where it concerns the whole file.
        says: what, in words that follow on the file's name.
    """

    file: str
    offset: int | None
    says: str

    def __str__(self) -> str:
        where = "" if self.offset is None else f" at byte {self.offset}"
        return f"{self.file}{where}: {self.says}"


class Findings:
    """Findings in the order in which they were made, each once."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def __iter__(self) -> Iterator[Finding]:
        return iter(tuple(self._found))

    def __len__(self) -> int:
        return len(self._found)

    def add(self, file: str, offset: int | None, says: str) -> None:
        """Note a finding; see `Finding`."""
        self._found[Finding(file, offset, says)] = None
