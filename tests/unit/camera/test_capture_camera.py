from __future__ import annotations

import pytest

from gazewire.camera import CaptureCamera, VideoShape
from gazewire.errors import SourceError
from gazewire.model import Frame
from gazewire.time import ManualClock


class Scripted:
    """A capture that gives what a script says: a stamp and whether the picture is whole."""

    shape = VideoShape(width=2, height=1, rate_hz=50.0)

    def __init__(self, *script: tuple[int | None, bool]) -> None:
        self._script = iter(script)
        self.closed = False

    def grab(self) -> int | None:
        stamp_ns, self._whole = next(self._script)
        return stamp_ns

    def decode(self, *, index: int, timestamp_unix_ns: int) -> Frame | None:
        if not self._whole:
            return None
        return Frame(
            camera="a",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=2,
            height=1,
            pixel_format="gray",
            data=b"ab",
        )

    def close(self) -> None:
        self.closed = True


def test_the_instant_is_the_drivers_and_damage_is_counted() -> None:
    clock = ManualClock(unix_ns=1_000_000_000_000, mono_ns=5_000_000)
    camera = CaptureCamera("a", Scripted((4_000_000, True), (0, False), (5_000_000, True)), clock)
    first = camera.take()
    assert first is not None
    assert first.frame.timestamp_unix_ns == 1_000_000_000_000 - 1_000_000
    assert camera.take() is None
    third = camera.take()
    assert third is not None
    assert (third.frame.index, third.drops) == (2, {"buffer": 1})


def test_a_camera_that_gives_no_more_is_gone() -> None:
    capture = Scripted((None, True))
    camera = CaptureCamera("a", capture, ManualClock())
    with pytest.raises(SourceError, match="gives no more images"):
        camera.take()
    camera.close()
    assert capture.closed
