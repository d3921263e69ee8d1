"""Sequence numbers: sixteen bits on the wire, a count that never wraps inside."""

from __future__ import annotations

__all__ = ["MAX_DROPOUT", "MAX_MISORDER", "SequenceUnwrapper", "signed_sequence_difference"]

MAX_DROPOUT = 3000
"""A jump ahead by this much or more is no gap but another sequence (RFC 3550 appendix A.1)."""

MAX_MISORDER = 100
"""A packet this far behind or less came late; one further behind belongs to another sequence
(RFC 3550 appendix A.1)."""


class SequenceUnwrapper:
    """Makes a count that never wraps from 16-bit sequence numbers.

    A number is taken to lie within half the range of the highest so far, so late packets get the
    count they would have had in order.
    """

    __slots__ = ("_highest",)

    def __init__(self) -> None:
        self._highest: int | None = None

    def unwrap(self, sequence: int) -> int:
        """Give the count of a number; the first number is its own count.

        Args:
            sequence: unsigned 16-bit, as it came.

        Returns:
            The count; below zero for what came before a first number close to zero.
        """
        if self._highest is None:
            self._highest = sequence
            return sequence
        count = self._highest + signed_sequence_difference(sequence, self._highest)
        self._highest = max(self._highest, count)
        return count


def signed_sequence_difference(later: int, earlier: int) -> int:
    """`later` minus `earlier` on the 16-bit circle, the short way round.

    Returns:
        -2^15 to 2^15 - 1.
    """
    return ((later - earlier + 0x8000) & 0xFFFF) - 0x8000
