"""A recording as the source of a device: what its clients see is what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gazewire.camera import GlassesInfo, Published, Wants
from gazewire.flow import play
from gazewire.recording import RecordingTimeline
from gazewire.time import Clock

__all__ = ["Replay", "ReplayConfig"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayConfig:
    """How a recording is played.

    Attributes:
        folder: the recording.
        loop: begin again at the end, for ever.
        from_s: how much of the beginning is left out.
        speed: 2 is twice as fast.
        is_original: instants of the first pass are those of the recording; the clock has been moved
            to them.
    """

    folder: Path
    loop: bool = False
    from_s: float = 0.0
    speed: float = 1.0
    is_original: bool = False

    def timeline(self) -> RecordingTimeline:
        """Open the recording.

        Raises:
            SourceError: it cannot be played.
        """
        return RecordingTimeline(self.folder, loop=self.loop, from_s=self.from_s, speed=self.speed)


class Replay:
    """Plays a recording; a `gazewire.camera.Source`.

    Args:
        config: what is played, and how.
        timeline: of it.
    """

    def __init__(self, config: ReplayConfig, timeline: RecordingTimeline) -> None:
        self._config = config
        self._timeline = timeline

    @property
    def info(self) -> GlassesInfo:
        """What the recording has."""
        return self._timeline.info

    @property
    def dropped(self) -> int:
        """None ever: a recording waits for whoever draws it."""
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
        is_original = self._config.is_original
        start_unix_ns = self._timeline.first_unix_ns if is_original else clock.unix_ns()
        await play(self._timeline.records(start_unix_ns, wants), clock, publish)
