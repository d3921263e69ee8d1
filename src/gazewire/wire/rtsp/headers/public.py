"""The `Public` header, RFC 2326 §12.28: what a server can be asked."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Public"]


@dataclass(frozen=True, slots=True)
class Public:
    """The methods that a server says it answers."""

    methods: tuple[str, ...]
    """In the server's order and spelling; may name methods that we do not know."""

    @classmethod
    def parse(cls, text: str) -> Public:
        """Read a list parted by commas; any text is one."""
        pieces = (piece.strip(" \t") for piece in text.split(","))
        return cls(tuple(piece for piece in pieces if piece))

    def serialize(self) -> str:
        """Write the list with bare commas, as real devices do."""
        return ",".join(self.methods)

    def __contains__(self, method: object) -> bool:
        return method in self.methods
