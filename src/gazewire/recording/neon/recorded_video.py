"""The video of one camera of a recording, out of all its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from gazewire.errors import UndecodableSourceError
from gazewire.media import IndexedVideo, VideoFile
from gazewire.model import Frame
from gazewire.recording.neon.layout import TIME, VideoLayout
from gazewire.recording.neon.samples import find_parts, read_array

__all__ = ["RecordedVideo"]

_NS_PER_S = 1_000_000_000


class RecordedVideo:
    """Frames with the instants of the ``.time`` files: image i, in order of display, has row i.

    The timestamps inside the containers are not used. Images without a row are left out, surplus
    rows are ignored; so are images whose instant does not lie after the one before.

    Attributes:
        width: pixels in a row, of the first part.
        height: rows.
        rate_hz: images a second, by the median distance of two.
        unreadable_parts: containers in which no image can be decoded, as a kill leaves them.
        times_unix_ns: (N,) int64, the instants of all images of the parts that can be read.
    """

    def __init__(self, folder: Path, layout: VideoLayout, *, camera: str) -> None:
        """Look into all parts.

        Args:
            folder: the recording.
            layout: how the files are called.
            camera: what frames say they come from.

        Raises:
            UndecodableSourceError: no part has an image and its instant.
            UnreadableSourceError: a file is there and cannot be read.
        """
        self.unreadable_parts: list[Path] = []
        self._parts: list[tuple[VideoFile, NDArray[np.int64]]] = []
        for number in find_parts(folder, layout.base, ".mp4"):
            path = folder / layout.video_file(number)
            times = read_array(folder / layout.time_file(number), TIME)
            try:
                video = VideoFile(path, camera=camera)
            except UndecodableSourceError:
                self.unreadable_parts.append(path)
                continue
            if len(times):
                self._parts.append((video, times.astype(np.int64, copy=False)))
        if not self._parts:
            raise UndecodableSourceError(
                str(folder), f"no part of the video {layout.base!r} in {folder} can be decoded"
            )
        self.times_unix_ns = np.concatenate([times for _, times in self._parts])
        first, _ = self._parts[0]
        self.width = first.width
        self.height = first.height
        steps = np.diff(self.times_unix_ns)
        steps = steps[steps > 0]
        self.rate_hz = float(_NS_PER_S / np.median(steps)) if len(steps) else layout.rate_hz

    def frames(
        self, shift_ns: int = 0, first_index: int = 0, from_unix_ns: int | None = None
    ) -> Iterator[Frame]:
        """Decode images, one after another.

        Args:
            shift_ns: added to each instant.
            first_index: index of the very first image.
            from_unix_ns: images before this instant, as recorded, are not given; None for all.

        Raises:
            SourceError: a file has vanished or changed since it was looked into.
        """
        newest_ns = -1 if from_unix_ns is None else from_unix_ns - 1
        for video, times in self._parts:
            begin = 0 if from_unix_ns is None else int(np.argmax(times >= from_unix_ns))
            if from_unix_ns is None or times[begin] >= from_unix_ns:
                for row, frame in _decoded(video, begin, len(times)):
                    instant_ns = int(times[row])
                    if instant_ns > newest_ns:
                        newest_ns = instant_ns
                        yield structs.replace(
                            frame,
                            index=first_index + row,
                            timestamp_unix_ns=instant_ns + shift_ns,
                        )
            first_index += len(times)


def _decoded(video: VideoFile, begin: int, end: int) -> Iterator[tuple[int, Frame]]:
    # Images with their rows; whoever begins in the middle does not decode all that comes before.
    if begin == 0:
        for frame in video.frames():
            if frame.index >= end:
                return
            yield frame.index, frame
        return
    with closing(IndexedVideo(video.path, camera=video.camera)) as indexed:
        for row in range(begin, min(end, len(indexed))):
            with suppress(UndecodableSourceError):
                yield row, indexed.frame(row)
