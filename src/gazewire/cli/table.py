"""Tables of plain text: they can be read, and cut apart by other programs."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["spell_table"]


def spell_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table with its columns aligned, two spaces between them."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
