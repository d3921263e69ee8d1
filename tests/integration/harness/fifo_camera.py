"""A camera that is a pipe: a thread writes numbered pictures into it, and OpenCV reads them."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from gazewire.camera import VideoShape
from gazewire.camera.uvc import UvcCapture
from gazewire.errors import UnreadableSourceError

__all__ = ["BARS", "HEIGHT", "WIDTH", "FifoCamera"]

WIDTH = 128
HEIGHT = 96
BARS = 16
INTERVAL_S = 1 / 60
# YUV4MPEG2: a line of text, and then pictures as they are, so that a reader begins at once.
HEADER = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F60:1 Ip A1:1 C420jpeg\n".encode()
LOOK_AGAIN_AFTER_S = 0.005


class FifoCamera:
    """Gives pictures whose bars are the bits of their number, while it is plugged in.

    A context manager; whoever reads has to be gone before it is left.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "camera.y4m"
        os.mkfifo(self.path)
        self._plugged = threading.Event()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._write, name="pictures of the FIFO camera")
        self._number = 0

    def __enter__(self) -> Self:
        self._plugged.set()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._plugged.clear()
        self._thread.join()

    def pull_out(self) -> None:
        self._plugged.clear()

    def plug_in(self) -> None:
        self._plugged.set()

    def open(self) -> UvcCapture:
        """Open it as `open_uvc` opens a camera."""
        if not self._plugged.is_set():
            raise UnreadableSourceError(str(self.path), "nothing is plugged in")
        return UvcCapture(
            str(self.path),
            cv2.CAP_FFMPEG,
            shape=VideoShape(width=WIDTH, height=HEIGHT, rate_hz=60),
            refusal="the pipe gives no pictures",
        )

    def _write(self) -> None:
        while not self._is_over.wait(LOOK_AGAIN_AFTER_S):
            if self._plugged.is_set() and (pipe := self._open_pipe()) is not None:
                with os.fdopen(pipe, "wb", buffering=0) as pictures:
                    try:
                        pictures.write(HEADER)
                        while self._plugged.is_set():
                            pictures.write(self._next_picture())
                            self._is_over.wait(INTERVAL_S)
                    except BrokenPipeError:
                        pass  # the reader has let go

    def _open_pipe(self) -> int | None:
        try:
            pipe = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nobody reads
                return None
            raise
        os.set_blocking(pipe, True)
        return pipe

    def _next_picture(self) -> bytes:
        bits = [255 * (self._number >> bit & 1) for bit in range(BARS)]
        gray = np.tile(np.repeat(np.array(bits, np.uint8), WIDTH // BARS), (HEIGHT, 1))
        chroma = np.full(WIDTH * HEIGHT // 2, 128, np.uint8)
        self._number += 1
        return b"FRAME\n" + gray.tobytes() + chroma.tobytes()
