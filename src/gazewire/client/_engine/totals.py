"""What came in all sessions of a stream together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from gazewire.client._engine.stream_session import StreamSession

__all__ = ["Totals"]

T = TypeVar("T")


@dataclass(slots=True)
class Totals:
    """Counts over several sessions; the fields are those of `StreamStatistics`."""

    packets: int = 0
    items: int = 0
    lost: int = 0
    reordered: int = 0
    late: int = 0
    duplicates: int = 0
    malformed: int = 0
    unknown: int = 0
    undated: int = 0
    incomplete: int = 0
    clock_refused: int = 0
    foreign_bytes: int = 0

    def add(self, session: StreamSession[T]) -> None:
        """Add what came in one session."""
        reception = session.reception
        stream = reception.receiver.stream
        unusable = session.kind.count(reception.receiver)
        self.packets += reception.packets
        self.items += reception.items
        self.lost += stream.window.lost
        self.reordered += stream.window.reordered
        self.late += stream.window.late
        self.duplicates += stream.window.duplicates
        self.malformed += stream.malformed + unusable.malformed
        self.unknown += unusable.unknown
        self.undated += reception.undated + unusable.undated
        self.incomplete += unusable.incomplete
        self.clock_refused += stream.clock.refused + stream.clock.contrary
        self.foreign_bytes += session.client.foreign_bytes
