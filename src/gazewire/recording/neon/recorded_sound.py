"""The sound that was recorded with the scene, out of all parts of its video."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from gazewire.errors import UndecodableSourceError
from gazewire.media import SoundTrack, VideoFile
from gazewire.recording.neon.layout import TIME, VideoLayout
from gazewire.recording.neon.samples import find_parts, read_array

__all__ = ["RecordedSound"]

_NS_PER_S = 1_000_000_000
_BYTES_PER_SAMPLE = 2


class RecordedSound:
    """Sound from the beginning of a recording on; silence where no part has any.

    In each part, the first row of the ``.time`` file is the instant of the first picture, and sound
    lies beside it as in the container. A part whose sound has another rate or another number of
    channels than the first one is silent.

    Attributes:
        sample_rate_hz: samples a second in each channel.
        channels: 1 or 2.
    """

    def __init__(self, parts: list[tuple[int, SoundTrack]]) -> None:
        """Take parts as `look_into` has found them.

        Args:
            parts: at least one, in order: nanoseconds from the beginning to the first picture, and
                the sound.
        """
        _, first = parts[0]
        self.sample_rate_hz = first.sample_rate_hz
        self.channels = first.channels
        self._parts = [
            (begin_ns * self.sample_rate_hz // _NS_PER_S, track)
            for begin_ns, track in parts
            if (track.sample_rate_hz, track.channels) == (first.sample_rate_hz, first.channels)
        ]

    @classmethod
    def look_into(cls, folder: Path, layout: VideoLayout, begin_unix_ns: int) -> Self | None:
        """Look into all parts; None where no part has sound.

        Args:
            folder: the recording.
            layout: how the files of the scene video are called.
            begin_unix_ns: from where on it is wanted; what was heard before is passed over.

        Raises:
            UnreadableSourceError: a file is there and cannot be read.
        """
        parts = []
        for number in find_parts(folder, layout.base, ".mp4"):
            times = read_array(folder / layout.time_file(number), TIME)
            try:
                track = VideoFile(folder / layout.video_file(number)).sound
            except UndecodableSourceError:
                continue
            if track is not None and len(times):
                parts.append((int(times[0]) - begin_unix_ns, track))
        return cls(parts) if parts else None

    def blocks(self) -> Iterator[bytes]:
        """Give samples as in `AudioChunk`, from the beginning of the recording on, without end.

        Raises:
            SourceError: a file has vanished or changed since it was looked into.
        """
        sample_bytes = _BYTES_PER_SAMPLE * self.channels
        given = 0
        ends = [begin for begin, _ in self._parts[1:]]
        for (begin, track), end in zip(self._parts, [*ends, None], strict=True):
            # At most a second of silence at once, where parts lie far apart.
            while given < begin:
                silent = min(begin - given, self.sample_rate_hz)
                yield bytes(silent * sample_bytes)
                given += silent
            for block in _skipped(track.blocks(), max(0, given - begin) * sample_bytes):
                part = block if end is None else block[: max(0, end - given) * sample_bytes]
                if not part:
                    break
                yield part
                given += len(part) // sample_bytes


def _skipped(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    # What comes after so many bytes.
    for block in blocks:
        if size < len(block):
            yield block[size:]
        size = max(0, size - len(block))
