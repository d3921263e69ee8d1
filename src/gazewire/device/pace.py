"""Whether the machine keeps up with time, and what is given up where it does not: pictures.

Data are worth nothing late. Of two hundred pictures of the eyes in a second half can be spared, and
then of thirty of the scene. So rather than let everything be late, fewer of these are made; and
this is said. The size of a picture stays: gaze is told in pixels of the scene, and a calibration
holds for one size.
"""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.camera import GlassesInfo, Record
from gazewire.device.product import StreamName
from gazewire.device.shortfall import Shortfall
from gazewire.model import Frame
from gazewire.time import Clock

__all__ = ["Pace"]

# Late in one such time, and no less so in the next. Whoever catches up after a hiccup keeps up.
_WINDOW_NS = 500_000_000
_EYES_LATE_NS = 100_000_000
_EYES_LATE_WINDOWS = 2
_LEAST_EYE_RATE_HZ = 50.0
# Eyes make room first, late pictures are left out meanwhile, and a camera that is there now may
# take long to hand its pictures over.
_SCENE_LATE_NS = 300_000_000
_SCENE_LATE_WINDOWS = 10
_LEAST_SCENE_RATE_HZ = 7.5
_FAR_BEHIND_NS = 1_000_000_000
# Few enough to catch up soon, and enough for a client to see that the stream lives.
_FAR_BEHIND_STEP = 8
_LEAST_RATE_HZ = 3.75


@dataclass(slots=True)
class _Camera:
    """A camera whose rate can be halved.

    Attributes:
        name: of its frames.
        rate_hz: nominal, of the source.
        least_hz: what is left in the worst case.
        late_ns: later than this, something has to be given up.
        late_windows: for so long.
        step: of so many frames one is kept.
        is_seen: frames of it came in this window.
    """

    name: StreamName
    rate_hz: float
    least_hz: float
    late_ns: int
    late_windows: int
    step: int = 1
    is_seen: bool = False

    @property
    def can_be_halved(self) -> bool:
        return self.rate_hz / self.step / 2 >= self.least_hz

    @property
    def far_behind_step(self) -> int:
        return min(self.step * _FAR_BEHIND_STEP, round(self.rate_hz / _LEAST_RATE_HZ))


class Pace:
    """Watches how late records are published, and lowers the rate of pictures in need.

    The rate of eye frames is halved when all records of a second were more than 100 ms late, there
    were eye frames among them, and the lateness did not shrink; never below 50 Hz. Where that has
    been done, or there are none, and the same is so of 300 ms and five seconds, the rate of scene
    frames is halved, never below 7.5 Hz. What is given up does not come back before the
    device is started anew: a rate that goes up and down is worse than a low one.

    While records are more than a second late only one frame in eight of these is left, or about
    four a second, so that lateness does not pile up.

    Args:
        info: which cameras the source has.
        clock: the one by which records are published.
        shortfall: is told what is given up.
    """

    def __init__(self, info: GlassesInfo, clock: Clock, shortfall: Shortfall) -> None:
        self._clock = clock
        self._shortfall = shortfall
        # In the order in which they make room.
        self._cameras: dict[str, _Camera] = {}
        if info.eyes is not None:
            self._cameras["eyes"] = _Camera(
                "eyes",
                info.eyes.rate_hz,
                _LEAST_EYE_RATE_HZ,
                _EYES_LATE_NS,
                _EYES_LATE_WINDOWS,
            )
        if info.scene is not None:
            self._cameras["world"] = _Camera(
                "world",
                info.scene.rate_hz,
                _LEAST_SCENE_RATE_HZ,
                _SCENE_LATE_NS,
                _SCENE_LATE_WINDOWS,
            )
        self._late_ns = 0
        self._window_end_ns: int | None = None
        self._least_ns = 0
        self._least_before_ns = 0
        self._late_windows = 0

    def keeps(self, camera: str, index: int) -> bool:
        """This frame is not given up. Any thread may ask."""
        is_far_behind = self._late_ns > _FAR_BEHIND_NS
        watched = self._cameras[camera]
        return index % (watched.far_behind_step if is_far_behind else watched.step) == 0

    def admits(self, record: Record) -> bool:
        """Take note of a record that is due, and tell whether it is to be published.

        Not every source can leave out what it is not asked for.
        """
        now_ns = self._clock.unix_ns()
        self._late_ns = late_ns = now_ns - record.timestamp_unix_ns
        if self._window_end_ns is None:
            self._begin_window(now_ns, late_ns)
        elif now_ns >= self._window_end_ns:
            self._end_window()
            self._begin_window(now_ns, late_ns)
        self._least_ns = min(self._least_ns, late_ns)
        if not isinstance(record, Frame):
            return True
        self._cameras[record.camera].is_seen = True
        return self.keeps(record.camera, record.index)

    def _begin_window(self, now_ns: int, late_ns: int) -> None:
        self._window_end_ns = now_ns + _WINDOW_NS
        self._least_ns = late_ns
        for camera in self._cameras.values():
            camera.is_seen = False

    def _end_window(self) -> None:
        before_ns, self._least_before_ns = self._least_before_ns, self._least_ns
        camera = self._next_to_make_room()
        if camera is None or self._least_ns <= camera.late_ns:
            self._late_windows = 0
        elif self._least_ns < before_ns:
            self._late_windows = 1
        else:
            self._late_windows += 1
            if self._late_windows >= camera.late_windows:
                self._late_windows = 0
                self._halve(camera)

    def _next_to_make_room(self) -> _Camera | None:
        for camera in self._cameras.values():
            if camera.is_seen and camera.can_be_halved:
                return camera
        return None

    def _halve(self, camera: _Camera) -> None:
        before_hz = camera.rate_hz / camera.step
        camera.step *= 2
        self._shortfall.lower(camera.name, before_hz / 2, before_hz)
