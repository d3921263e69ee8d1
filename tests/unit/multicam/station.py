"""A camera whose images a test gives, with true sockets."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from gazewire.camera import Shot
from gazewire.model import Frame, PixelFormat
from gazewire.multicam import CameraSubscriber
from gazewire.multicam.answers import Answers
from gazewire.multicam.one_byte import gray_bytes, mosaic_bytes
from gazewire.multicam.overlay import Overlay
from gazewire.multicam.publisher import Publisher
from gazewire.multicam.running_camera import SocketPlan
from gazewire.multicam.sharing import Sharing
from gazewire.net.image_sockets import ImageSockets
from gazewire.net.shared_memory import is_available
from gazewire.time import SystemClock
from gazewire.wire.camera import ImageForm

__all__ = ["ANY", "LIMIT_MS", "PIXELS", "Station", "needs_memory"]

needs_memory = pytest.mark.skipif(not is_available(), reason="shared memory is Linux's alone")
ANY = ("127.0.0.1", 0)
LIMIT_MS = 10_000
PIXELS = bytes(range(12))


class Station:
    """A camera of 4x3 whose images a test gives, one index after the other."""

    def __init__(
        self,
        *,
        put_hz: float = 1000.0,
        sharing: Sharing | None = None,
        mosaic: bool = False,
    ) -> None:
        self.clock = SystemClock()
        self.overlay, self.answers = Overlay(30.0), Answers()
        self.sockets = ImageSockets(ANY, ANY, tuple(ImageForm), name="a")
        plan = SocketPlan(ANY, ANY, put_hz=put_hz, pull_hz=1000.0, frame_hz=None, box_ttl_s=30.0)
        self.sharing = sharing or Sharing("a", 20.0)
        self.publisher = Publisher(
            "7-synthetic",
            self.sockets,
            plan,
            (4, 3),
            self.clock,
            self.overlay,
            self.answers,
            self.sharing,
            one_byte=mosaic_bytes if mosaic else gray_bytes,
        )
        self.index = 0
        self.publisher.start()

    def expose(
        self,
        pixels: bytes = PIXELS,
        *,
        width: int = 4,
        height: int = 3,
        at_ns: int | None = None,
        pixel_format: PixelFormat = "gray",
    ) -> None:
        frame = Frame(
            camera="7-synthetic",
            index=self.index,
            timestamp_unix_ns=self.clock.unix_ns() if at_ns is None else at_ns,
            width=width,
            height=height,
            pixel_format=pixel_format,
            data=pixels,
        )
        self.index += 1
        self.publisher.offer(Shot(frame), {"camera": 2})

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + LIMIT_MS / 1000
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def meet(self, frames: CameraSubscriber, readers: int = 1) -> None:
        """Wait until a reader on this machine gets what is exposed from now on."""
        self.until(lambda: self.sharing.readers == readers or frames.receive(0.001))

    @property
    def shown(self) -> list:
        return self.overlay.shown(self.clock.mono_ns())

    def close(self) -> None:
        self.publisher.stop()
        self.sockets.__exit__(None, None, None)
