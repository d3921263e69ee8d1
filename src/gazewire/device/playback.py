"""A timeline as a source that publishes itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gazewire.camera import GlassesInfo, Published, Record, StreamTruth, Timeline, Wants
from gazewire.device.truth import records_and_truths
from gazewire.flow import play
from gazewire.time import Clock

__all__ = ["Playback"]


class Playback:
    """Plays a timeline: each record is published at its own instant. A `gazewire.camera.Source`.

    Args:
        timeline: what is played.
        start_unix_ns: the instant at which it begins; None is when the publishing does.
    """

    def __init__(self, timeline: Timeline, start_unix_ns: int | None = None) -> None:
        self._timeline = timeline
        self._start_unix_ns = start_unix_ns

    @property
    def info(self) -> GlassesInfo:
        """What the timeline has."""
        return self._timeline.info

    @property
    def dropped(self) -> int:
        """None ever: a timeline waits for whoever draws it."""
        return 0

    async def publish_to(
        self,
        publish: Callable[[Published], None],
        clock: Clock,
        wants: Wants | None = None,
        *,
        with_truth: bool = False,
    ) -> None:
        """Publish the records, to the last one; see `gazewire.camera.Source`."""
        start_unix_ns = self._start_unix_ns
        if start_unix_ns is None:
            start_unix_ns = clock.unix_ns()
        records: Iterator[Record | StreamTruth]
        if with_truth:
            records = records_and_truths(self._timeline, start_unix_ns, wants)
        else:
            records = self._timeline.records(start_unix_ns, wants)
        await play(records, clock, publish)
