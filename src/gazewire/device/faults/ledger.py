"""What a fault has done so far, counted: the truth that a client's own counters are held to."""

from __future__ import annotations

from collections import Counter, defaultdict

__all__ = ["Ledger"]


class Ledger:
    """Counts, by the place in which something was done, and by what was done."""

    def __init__(self) -> None:
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def count(self, place: str, deed: str, times: int = 1) -> None:
        """Add to a count; zero makes it known that it could have been more.

        Args:
            place: name of a stream, or of a service of the device.
            deed: what was done, a participle: ``lost``.
            times: how often.
        """
        self._counts[place][deed] += times

    def counts(self) -> dict[str, dict[str, int]]:
        """All counts, by place and then by deed."""
        return {place: dict(deeds) for place, deeds in self._counts.items()}
