"""A row for each image of a recording, and for each gap, beside the video."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from gazewire.camera import Shot

__all__ = ["FrameRows"]

_HEADER = "index,timestamp_unix_ns,video_frame,lost_before,cause\n"


class FrameRows:
    """Two files of comma-separated values, each row of which is on disk when it is written.

    ``_frames.csv`` has all images: ``index,timestamp_unix_ns,video_frame,lost_before,cause``. The
    third is empty where the image is not in the video; ``lost_before`` counts images that never
    came, and ``cause`` says why, several joined by ``+``.

    ``_GPIO_data.csv``, which is there where the camera tells the state of its lines, is the
    incumbent's: a column for each line and ``Timestamp``, nanoseconds since the first image with as
    many digits as the instant of that has; a row for each image of the video.

    Args:
        stem: path of the recording without an ending.

    Raises:
        OSError: they cannot be made.
    """

    def __init__(self, stem: Path) -> None:
        self._stem = stem
        path = Path(f"{stem}_frames.csv")
        self._frames = path.open("w", encoding="ascii", buffering=1)
        self._frames.write(_HEADER)
        self._lines: TextIO | None = None
        self._first_ns: int | None = None

    def write(self, shot: Shot, video_frame: int | None) -> None:
        """Append an image.

        Args:
            shot: the image.
            video_frame: its number in the video, from 0; None where it is not there.

        Raises:
            OSError: the disk is full, or gone.
        """
        frame = shot.frame
        number = "" if video_frame is None else video_frame
        lost, causes = sum(shot.drops.values()), "+".join(shot.drops)
        self._frames.write(f"{frame.index},{frame.timestamp_unix_ns},{number},{lost},{causes}\n")
        if video_frame is not None:
            self._write_lines(shot)

    def close(self) -> None:
        """Close the files. Harmless when repeated.

        Raises:
            OSError: the disk is full, or gone.
        """
        try:
            self._frames.close()
        finally:
            if self._lines is not None:
                self._lines.close()

    def _write_lines(self, shot: Shot) -> None:
        instant_ns = shot.frame.timestamp_unix_ns
        if self._first_ns is None:
            self._first_ns = instant_ns
            if shot.lines:
                path = Path(f"{self._stem}_GPIO_data.csv")
                self._lines = path.open("w", encoding="ascii", buffering=1)
                names = ",".join(f"GPIO{number + 1}" for number in range(len(shot.lines)))
                self._lines.write(f"{names},Timestamp\n")
        if self._lines is not None:
            levels = ",".join(str(int(level)) for level in shot.lines.values())
            digits = len(str(self._first_ns))
            self._lines.write(f"{levels},{instant_ns - self._first_ns:0{digits}d}\n")
