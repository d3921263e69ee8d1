"""Pictures of a video file by their number, exact, whatever the distance between them."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from gazewire.errors import UndecodableSourceError
from gazewire.media.luma import gray_from_picture
from gazewire.media.opening import open_media
from gazewire.media.picture import frame_from_picture
from gazewire.model import Frame

__all__ = ["IndexedVideo"]

_NS_PER_S = 1_000_000_000


class IndexedVideo:
    """The first video track of a file, with a table of its pictures.

    The table is made once, from the headers of all packets: nothing is decoded for it. A picture is
    then decoded from the key frame before it, or from the picture got last where that is nearer.
    One thread at a time; the file stays open until it is closed.

    Attributes:
        path: the file.
        width: pixels in a row, as the file tells.
        height: rows.
        is_torn: the container breaks off; the table holds what came before.
    """

    def __init__(self, path: Path, *, camera: str = "world") -> None:
        """Make the table.

        Args:
            path: the file.
            camera: what its frames say they come from.

        Raises:
            UnreadableSourceError: there is no such file, or it may not be read.
            UndecodableSourceError: it is not a video, or has no picture.
        """
        self.path = path
        self.is_torn = False
        self._camera = camera
        self._container = open_media(path)
        self._is_seekable = True
        try:
            if not self._container.streams.video:
                raise UndecodableSourceError(str(path), f"{path} has no video track")
            self._stream = self._container.streams.video[0]
            # Pictures are decoded on all cores, several at once.
            self._stream.thread_type = "FRAME"
            try:
                self.width, self.height = self._stream.width, self._stream.height
            except AttributeError as error:  # which is how libav's wrapper says it
                raise UndecodableSourceError(
                    str(path), f"{path} is coded in a way that is not known"
                ) from error
            # In order of display, which is that of time.
            self._ticks, self._key_ticks = self._table()
            if not self._ticks:
                raise UndecodableSourceError(str(path), f"{path} has no picture")
        except BaseException:
            self._container.close()
            raise
        self._next = len(self._ticks)
        self._pictures: Iterator[av.VideoFrame] = iter(())

    def __len__(self) -> int:
        return len(self._ticks)

    @property
    def times_ns(self) -> NDArray[np.int64]:
        """(N,) int64, the instants that the container tells, from that of the first picture."""
        first, tick_s = self._ticks[0], self._stream.time_base
        assert tick_s is not None, "a track of a file has one"
        ns = _NS_PER_S * tick_s.numerator
        half = tick_s.denominator // 2
        told = [((ticks - first) * ns + half) // tick_s.denominator for ticks in self._ticks]
        return np.array(told, np.int64)

    def frame(self, index: int, timestamp_unix_ns: int = 0) -> Frame:
        """Decode a picture.

        Args:
            index: its number, from 0, in order of display.
            timestamp_unix_ns: what the frame says of its instant.

        Raises:
            IndexError: there is no such picture.
            UndecodableSourceError: it is damaged, or the one that it builds on.
        """
        return frame_from_picture(
            self._picture(index),
            camera=self._camera,
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
        )

    def gray(self, index: int) -> NDArray[np.uint8]:
        """Decode the brightness of a picture: (H, W) uint8, from black 0 to white 255.

        Raises:
            IndexError: there is no such picture.
            UndecodableSourceError: it is damaged, or the one that it builds on.
        """
        return gray_from_picture(self._picture(index))

    def _picture(self, index: int) -> av.VideoFrame:
        if not 0 <= index < len(self):
            raise IndexError(
                f"{self.path} has {len(self)} pictures, there is none of number {index}"
            )
        ticks = self._ticks[index]
        before = bisect.bisect_right(self._key_ticks, ticks) - 1
        key = bisect.bisect_left(self._ticks, self._key_ticks[before]) if before >= 0 else 0
        if not (key if self._is_seekable else 0) <= self._next <= index:
            self._seek(ticks)
            self._pictures = self._decoded()
        self._next = len(self._ticks)  # until the picture is there, a seek is needed
        try:
            picture = next((p for p in self._pictures if _ticks(p) >= ticks), None)
        except av.FFmpegError as error:
            raise self._damaged(index) from error
        if picture is None or _ticks(picture) != ticks or picture.is_corrupt:
            raise self._damaged(index)
        self._next = index + 1
        return picture

    def close(self) -> None:
        """Let go of the file. Harmless when repeated."""
        self._container.close()

    def _seek(self, ticks: int) -> None:
        if self._is_seekable:
            try:
                self._container.seek(ticks, stream=self._stream, backward=True)
            except av.FFmpegError:
                # A stream without a container has no index: all of it is read from the beginning.
                self._is_seekable = False
            else:
                return
        self._container.close()
        self._container = open_media(self.path)
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "FRAME"

    def _table(self) -> tuple[list[int], list[int]]:
        ticks: list[int] = []
        keys: list[int] = []
        try:
            for packet in self._container.demux(self._stream):
                at = packet.dts if packet.pts is None else packet.pts
                if packet.is_corrupt:
                    # The file ends within it.
                    self.is_torn = True
                    continue
                if at is None or not packet.size:
                    continue
                ticks.append(at)
                if packet.is_keyframe:
                    keys.append(at)
        except av.FFmpegError:
            self.is_torn = True
        return sorted(ticks), sorted(keys)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                # The container breaks off here. Several pictures are decoded at once: those before
                # are still to come.
                yield from self._stream.codec_context.decode(None)
                return
            if packet is None:
                return
            yield from packet.decode()

    def _damaged(self, index: int) -> UndecodableSourceError:
        return UndecodableSourceError(
            str(self.path), f"picture {index} of {self.path} is damaged and cannot be decoded"
        )


def _ticks(picture: av.VideoFrame) -> int:
    ticks = picture.dts if picture.pts is None else picture.pts
    return -1 if ticks is None else ticks
