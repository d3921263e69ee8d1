"""The pictures of one camera by number and by instant, out of all parts of its video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from gazewire.errors import SourceError
from gazewire.media import IndexedVideo
from gazewire.model import Frame
from gazewire.recording.finding import Findings

__all__ = ["VideoPart", "VideoSeries"]

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, eq=False)
class VideoPart:
    """One container and what stands beside it.

    Attributes:
        path: the container.
        times_unix_ns: (N,) instant of each picture, in order of display.
    """

    path: Path
    times_unix_ns: NDArray[np.int64]


class VideoSeries:
    """The video of a camera: picture i, in order of display, has instant i.

    Timestamps inside of the containers are not used. Nothing is opened before it is asked for;
    decoding goes on from where it was, so that steps forward are cheap. One thread at a time.

    Attributes:
        name: what the camera is called in the recording.
    """

    def __init__(self, name: str, parts: Sequence[VideoPart], findings: Findings) -> None:
        """Open nothing yet.

        Args:
            name: what the camera is called.
            parts: in order.
            findings: what is wrong with the files is told here, when they are opened.
        """
        self.name = name
        self._all_parts = parts
        self._findings = findings

    def __len__(self) -> int:
        return len(self.times_unix_ns)

    @cached_property
    def times_unix_ns(self) -> NDArray[np.int64]:
        """(N,) int64, of all pictures there are; those that came without an instant are none."""
        counted = [part.times_unix_ns[: len(video)] for part, video in self._parts]
        return np.concatenate([np.empty(0, np.int64), *counted])

    @property
    def size_px(self) -> tuple[int, int] | None:
        """Width and height, of the first part; None where there is no picture."""
        if not self._parts:
            return None
        _, video = self._parts[0]
        return video.width, video.height

    @property
    def rate_hz(self) -> float | None:
        """Pictures a second, by the median distance of two."""
        steps = np.diff(self.times_unix_ns)
        steps = steps[steps > 0]
        return float(_NS_PER_S / np.median(steps)) if len(steps) else None

    @property
    def parts(self) -> tuple[VideoPart, ...]:
        """The containers that can be read, each with the instants of the pictures there are."""
        return tuple(
            VideoPart(part.path, part.times_unix_ns[: len(video)]) for part, video in self._parts
        )

    def frame(self, index: int) -> Frame:
        """Decode a picture.

        Args:
            index: its number, from 0; negative ones count from the end.

        Raises:
            IndexError: there is no such picture.
            UndecodableSourceError: it is damaged.
        """
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(
                f"{self.name} has {len(self)} pictures, there is none of number {index}"
            )
        first = 0
        for part, video in self._parts:
            count = min(len(video), len(part.times_unix_ns))
            if number < first + count:
                break
            first += count
        frame = video.frame(number - first, int(self.times_unix_ns[number]))
        return structs.replace(frame, index=number)

    def frame_at(self, timestamp_unix_ns: int) -> Frame | None:
        """Decode what was seen at an instant: the newest picture taken by then; None before all.

        Raises:
            UndecodableSourceError: it is damaged.
        """
        index = int(np.searchsorted(self.times_unix_ns, timestamp_unix_ns, side="right")) - 1
        return None if index < 0 else self.frame(index)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Decode pictures one after another; damaged ones are left out and told as findings."""
        for index in range(*slice(start, stop).indices(len(self))):
            try:
                yield self.frame(index)
            except SourceError as error:
                self._findings.add(Path(error.source).name, None, f"picture {index} is damaged")

    def close(self) -> None:
        """Let go of the files. Harmless when repeated; what is asked for later fails."""
        if "_parts" in self.__dict__:
            for _, video in self._parts:
                video.close()

    @cached_property
    def _parts(self) -> list[tuple[VideoPart, IndexedVideo]]:
        opened = []
        for part in self._all_parts:
            name, instants = part.path.name, len(part.times_unix_ns)
            if not part.path.exists():
                self._findings.add(
                    name, None, f"it is missing; there are {instants} instants of it"
                )
                continue
            try:
                video = IndexedVideo(part.path, camera=self.name)
            except SourceError:
                self._findings.add(name, None, "no picture of it can be reached; try to repair it")
                continue
            if video.is_torn:
                self._findings.add(name, None, f"it breaks off after {len(video)} pictures")
            if len(video) != instants:
                self._findings.add(name, None, f"{len(video)} pictures for {instants} instants")
            opened.append((part, video))
        return opened
