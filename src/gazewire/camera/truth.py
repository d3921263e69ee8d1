"""What a source can know that no pair of glasses tells: for whoever judges by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

import msgspec

__all__ = ["StreamTruth", "Truthful"]


class StreamTruth(msgspec.Struct, frozen=True, kw_only=True):
    """What is true at one instant of one stream.

    Attributes:
        stream: a stream of records (``gaze``), of whose record of the same instant more is told; or
            one that exists as truth alone: ``pupil.0``, the pupil in the picture of the right eye,
            and ``pupil.1``, that of the left.
        timestamp_unix_ns: of the record, or of the picture.
        values: by name; of types that JSON knows.
    """

    stream: str
    timestamp_unix_ns: int
    values: Mapping[str, object]


@runtime_checkable
class Truthful(Protocol):
    """A `gazewire.camera.Timeline` that knows what is true, because it makes it up."""

    def stream_truths(self, start_unix_ns: int) -> Iterator[StreamTruth]:
        """Tell the truth of all streams, in order of time.

        It is told of every frame, whether or not the frame is made.

        Args:
            start_unix_ns: as for `gazewire.camera.Timeline.records`.
        """
