"""Which frames of a source are worth making.

Pictures of the scene always are: clients and recordings begin with the next one, and a source is
asked for its frames a quarter of a second ahead. Those of the eyes are most of the work of a
device, and few clients want them: they are made while somebody looks. Of both there are fewer where
the machine does not keep up.
"""

from __future__ import annotations

from collections.abc import Callable

from gazewire.device.pace import Pace
from gazewire.time import Clock

__all__ = ["FrameDemand"]

# A page asks for one picture after the other, and in between looks as if it were gone.
_LINGER_NS = 1_000_000_000


class FrameDemand:
    """Answers a source (`gazewire.camera.Wants`), in the thread that draws from it.

    Args:
        eyes_are_watched: tells whether somebody takes pictures of the eyes now; any thread asks.
        pace: thins them, where the machine does not keep up.
        clock: tells for how long nobody has.
    """

    def __init__(self, eyes_are_watched: Callable[[], bool], pace: Pace, clock: Clock) -> None:
        self._eyes_are_watched = eyes_are_watched
        self._pace = pace
        self._clock = clock
        self._watched_mono_ns: int | None = None

    def __call__(self, camera: str, index: int) -> bool:
        """The frame is worth making."""
        if camera != "eyes":
            return self._pace.keeps(camera, index)
        now_ns = self._clock.mono_ns()
        if self._eyes_are_watched():
            self._watched_mono_ns = now_ns
        if self._watched_mono_ns is None or now_ns - self._watched_mono_ns > _LINGER_NS:
            return False
        return self._pace.keeps(camera, index)
