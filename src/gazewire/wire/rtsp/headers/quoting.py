"""Lists and parameters whose values may be in double quotes."""

from __future__ import annotations

__all__ = ["split_unquoted", "unquoted"]


def split_unquoted(text: str, separator: str) -> list[str]:
    """Split where the separator stands outside of quotes; trim the pieces and leave out empty ones.

    A quote that is never closed reaches to the end.
    """
    pieces: list[str] = []
    held: list[str] = []
    open_quotes = 0
    for piece in text.split(separator):
        held.append(piece)
        open_quotes += piece.count('"')
        if open_quotes % 2 == 0:
            pieces.append(separator.join(held))
            held.clear()
    pieces.append(separator.join(held))
    return [trimmed for piece in pieces if (trimmed := piece.strip(" \t"))]


def unquoted(text: str) -> str:
    """Trim, and take off one pair of quotes around the whole."""
    text = text.strip(" \t")
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text
