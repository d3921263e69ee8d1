"""Records of a recording at another pace, so that an hour takes minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import structs

from gazewire.camera import Record
from gazewire.model import Blink, Fixation, Saccade

__all__ = ["paced"]


def paced(records: Iterator[Record], start_unix_ns: int, speed: float) -> Iterator[Record]:
    """Bring instants nearer to the start, or further from it.

    Args:
        records: in order of time.
        start_unix_ns: the instant that stays what it is.
        speed: 2 is twice as fast.
    """
    if speed == 1:
        yield from records
        return

    def moved(instant_ns: int) -> int:
        return start_unix_ns + round((instant_ns - start_unix_ns) / speed)

    for record in records:
        yield _moved(record, moved)


def _moved(record: Record, moved: Callable[[int], int]) -> Record:
    if isinstance(record, Fixation | Saccade | Blink):
        return structs.replace(
            record,
            start_unix_ns=moved(record.start_unix_ns),
            end_unix_ns=moved(record.end_unix_ns),
        )
    return structs.replace(record, timestamp_unix_ns=moved(record.timestamp_unix_ns))
