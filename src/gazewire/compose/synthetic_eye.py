"""The synthetic wearer's eye as a camera.

Every process that shows a part of the same wearer shows the same instant: the wearer begins anew
with every full minute of Unix time, so that who comes late has not far to catch up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from gazewire.flow import play
from gazewire.model import (
    EyeId,
    Frame,
)
from gazewire.service import (
    Exposure,
)
from gazewire.sim import Attention, EyePose, EyeRenderer, Wearer, WearerTruth
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX, Side
from gazewire.time import Clock

__all__ = [
    "LIFE_NS",
    "SyntheticEye",
    "exposures_from",
    "life_from",
    "side_of",
    "synthetic_wearer",
]

LIFE_NS = 60_000_000_000
"""After so long the wearer begins anew."""

# So late an exposure may be.
_LATEST_NS = 100_000_000


def side_of(eye_id: EyeId) -> Side:
    """Which eye a number means."""
    return "left" if eye_id else "right"


def synthetic_wearer(seed: int) -> Wearer:
    """The wearer with this seed, made once; nothing is painted yet.

    What changes while it is used is in its iterators, so that several threads may read it.
    """
    with _making:
        return _made(seed)


_making = threading.Lock()


@lru_cache(maxsize=2)
def _made(seed: int) -> Wearer:
    return Wearer(product="neon", seed=seed, paints_ahead=False)


def life_from(
    wearer: Wearer, unix_ns: int, attention: Attention | None = None
) -> Iterator[WearerTruth]:
    """What is true of a wearer from an instant on, 200 times a second, without end.

    Args:
        wearer: who it is.
        unix_ns: the instant.
        attention: what the wearer is asked to look at; None: nobody asks for anything.
    """
    while True:
        start_ns = unix_ns - unix_ns % LIFE_NS
        for truth in wearer.truths(start_ns, unix_ns, attention):
            if truth.timestamp_unix_ns >= start_ns + LIFE_NS:
                break
            if truth.timestamp_unix_ns >= unix_ns:
                yield truth
        unix_ns = start_ns + LIFE_NS


def exposures_from(
    wearer: Wearer, unix_ns: int, rate_hz: int, attention: Attention | None = None
) -> Iterator[WearerTruth]:
    """What is true of a wearer at each exposure of the eyes, the same instants for both eyes.

    Args:
        wearer: who it is.
        unix_ns: the exposures begin then.
        rate_hz: exposures a second, a divisor of 200.
        attention: what the wearer is asked to look at; None: nobody asks for anything.
    """
    interval_ns = 1_000_000_000 // rate_hz
    for truth in life_from(wearer, unix_ns, attention):
        if truth.timestamp_unix_ns % interval_ns == 0:
            yield truth


@dataclass(frozen=True, slots=True)
class _EyeExposure:
    """An exposure of an eye in a known pose; it is drawn when somebody asks for the frame."""

    index: int
    timestamp_unix_ns: int
    draw: Callable[[], Frame]

    width = height = EYE_IMAGE_SIZE_PX

    def frame(self) -> Frame:
        return self.draw()


class SyntheticEye:
    """The camera that looks at one eye of a wearer: a `gazewire.service.Camera`.

    Args:
        seed: who the wearer is.
        eye_id: which eye.
        rate_hz: exposures a second, a divisor of 200.
        attention: what the wearer is asked to look at; None: nobody asks for anything.
    """

    width = height = EYE_IMAGE_SIZE_PX

    def __init__(
        self, seed: int, eye_id: EyeId, rate_hz: int, attention: Attention | None = None
    ) -> None:
        self._attention = attention
        self._seed = seed
        self._eye_id = eye_id
        self._rate_hz = rate_hz
        self._renderer: EyeRenderer | None = None

    @property
    def renderer(self) -> EyeRenderer:
        """Draws the eye; made when it is asked for first, which takes a second. Of one thread."""
        if self._renderer is None:
            person = synthetic_wearer(self._seed).person
            self._renderer = EyeRenderer(person, side_of(self._eye_id))
        return self._renderer

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each exposure at its instant, without end."""
        await play(self._exposures(clock), clock, publish)

    def _exposures(self, clock: Clock) -> Iterator[Exposure]:
        wearer = synthetic_wearer(self._seed)
        side = side_of(self._eye_id)
        exposures = exposures_from(wearer, clock.unix_ns(), self._rate_hz, self._attention)
        for index, truth in enumerate(exposures):
            # Who is late leaves out what is over, which costs nothing, and is in time again.
            if truth.timestamp_unix_ns < clock.unix_ns() - _LATEST_NS:
                continue
            eye = truth.right if side == "right" else truth.left
            assert eye is not None, "this wearer has eyes"
            drawing = partial(self._draw, index, truth.timestamp_unix_ns, eye.pose)
            yield _EyeExposure(index, truth.timestamp_unix_ns, drawing)

    def _draw(self, index: int, timestamp_unix_ns: int, pose: EyePose) -> Frame:
        pixels = self.renderer.render(pose, noise_seed=index)
        return Frame(
            camera=f"eye{self._eye_id}",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=EYE_IMAGE_SIZE_PX,
            height=EYE_IMAGE_SIZE_PX,
            pixel_format="gray",
            data=pixels.reshape(-1).data,
        )
