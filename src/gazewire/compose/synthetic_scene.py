"""What the synthetic wearer sees, as a camera, and as somebody who knows where the monitor is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from gazewire.compose.synthetic_eye import LIFE_NS, synthetic_wearer
from gazewire.flow import play
from gazewire.model import Frame
from gazewire.service import Exposure, SurfacePose, matrix3
from gazewire.sim import Attention, Wearer, scene_camera
from gazewire.sim.ticks import TICKS_PER_S, tick_at_or_after, unix_ns_of_tick
from gazewire.time import Clock

__all__ = ["SCREEN", "SyntheticScene", "TruthfulSurfaces"]

SCREEN = "screen"
"""Name of the surface that the monitor's markers span."""

_RATE_HZ = 30
_TICKS_PER_FRAME = TICKS_PER_S // _RATE_HZ

# So late an exposure may be.
_LATEST_NS = 100_000_000

# Of each marker, clockwise from the top left of the monitor, the corner that is outermost. It is
# the same corner of the surface: clockwise from the top left, with the origin bottom left.
_SURFACE_CORNERS = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)


@dataclass(frozen=True, slots=True)
class _SceneExposure:
    """A view of the room at a known instant; it is drawn when somebody asks for the frame."""

    index: int
    timestamp_unix_ns: int
    life_ns: int
    wearer: Wearer
    attention: Attention | None

    @property
    def width(self) -> int:
        return self.wearer.scene.camera.width

    @property
    def height(self) -> int:
        return self.wearer.scene.camera.height

    def frame(self) -> Frame:
        attention = self.attention
        shown = None if attention is None else attention.shown(self.timestamp_unix_ns)
        return Frame(
            camera="world",
            index=self.index,
            timestamp_unix_ns=self.timestamp_unix_ns,
            width=self.width,
            height=self.height,
            pixel_format="yuv420p",
            data=self.wearer.scene.render(self.life_ns, shown).data,
        )


class SyntheticScene:
    """The scene camera of a wearer, 30 times a second: a `gazewire.service.Camera`.

    Its wearer is that of `gazewire.compose.synthetic_eye.SyntheticEye` with the same seed, at the
    same instants. The room is painted when the first picture is asked for, which takes a second.

    Args:
        seed: who the wearer is.
        attention: what the wearer is asked to look at, which is seen; None: nothing is.
    """

    def __init__(self, seed: int, attention: Attention | None = None) -> None:
        self._seed = seed
        self._attention = attention
        geometry = scene_camera("neon")
        self.width, self.height = geometry.width, geometry.height

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each exposure at its instant, without end."""
        await play(self.exposures(clock), clock, publish)

    def exposures(self, clock: Clock) -> Iterator[Exposure]:
        """The exposures from now on; what is over when it is drawn is left out."""
        wearer = synthetic_wearer(self._seed)
        index = 0
        begin_ns = clock.unix_ns()
        while True:
            life_ns = begin_ns - begin_ns % LIFE_NS
            zero = tick_at_or_after(life_ns)
            first = -(-(tick_at_or_after(begin_ns) - zero) // _TICKS_PER_FRAME)
            for number in range(first, _RATE_HZ * LIFE_NS // 1_000_000_000):
                instant_ns = unix_ns_of_tick(zero + number * _TICKS_PER_FRAME)
                if instant_ns >= clock.unix_ns() - _LATEST_NS:
                    since_ns = instant_ns - unix_ns_of_tick(zero)
                    yield _SceneExposure(index, instant_ns, since_ns, wearer, self._attention)
                index += 1
            begin_ns = life_ns + LIFE_NS


class TruthfulSurfaces:
    """Tells where the wearer's monitor is: a `gazewire.service.SurfaceLocator`."""

    def locate(self, exposure: Exposure) -> Sequence[SurfacePose]:
        """The monitor, in images of a `SyntheticScene`; nothing in others."""
        if not isinstance(exposure, _SceneExposure):
            return ()
        scene = exposure.wearer.scene
        corners = np.array([quad[number] for number, quad in sorted(scene.markers.items())])
        corners_px = scene.project(corners, exposure.life_ns / 1e9)
        found = cv2.getPerspectiveTransform(_SURFACE_CORNERS, corners_px.astype(np.float32))
        homography = matrix3(np.asarray(found, np.float64))
        # The camera has no distortion.
        pose = SurfacePose(
            name=SCREEN, image_from_surface=homography, distorted_image_from_surface=homography
        )
        return [pose]
