"""What takes the items of a stream for a reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol, TypeVar

__all__ = ["Sink"]

T = TypeVar("T", contravariant=True)


class Sink(Protocol[T]):
    """The near end of what a reader reads from; used on the event loop's thread, never waits.

    Attributes:
        takes_in_any_thread: `put_many` may be called in any thread.
    """

    takes_in_any_thread: ClassVar[bool]

    def put_many(self, items: Sequence[T], /) -> None:
        """Take what has come, in order."""

    def close(self, reason: str, failure: BaseException | None = None, /) -> None:
        """Tell the reader that nothing more comes, and why. Harmless when repeated."""
