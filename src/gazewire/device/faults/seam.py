"""A place in the device where something can be put in, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

__all__ = ["Seam"]

T = TypeVar("T")


class Seam(Generic[T]):
    """Holds what is put in at one place: nothing, nearly always.

    Iterating gives what is in force at this moment, in the order in which it was put in.
    """

    def __init__(self) -> None:
        self._items: tuple[T, ...] = ()

    @contextmanager
    def holding(self, item: T) -> Iterator[None]:
        """Put something in while the context lasts."""
        self._items += (item,)
        try:
            yield
        finally:
            # The very same: two faults of one kind may be equal.
            self._items = tuple(kept for kept in self._items if kept is not item)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)
