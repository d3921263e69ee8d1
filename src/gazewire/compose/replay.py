"""How a recording is played: what clients see is what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gazewire.recording import RecordingTimeline

__all__ = ["ReplayConfig"]


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
