"""The synthetic wearer's eye as a camera, and as somebody who knows where its pupil is.

Every process that shows a part of the same wearer shows the same instant: the wearer begins anew
with every full minute of Unix time, so that who comes late has not far to catch up.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from gazewire.flow import play
from gazewire.model import (
    Circle3d,
    Ellipse,
    EyeId,
    EyeModel,
    Frame,
    PupilDatum,
    Sphere,
    Vector3,
)
from gazewire.service import (
    METHOD_2D,
    METHOD_3D,
    BlindDetector,
    DetectorSettings,
    Exposure,
    EyeParts,
    nothing_found,
)
from gazewire.sim import EyePose, EyeRenderer, PupilTruth, Wearer, WearerTruth
from gazewire.sim.eye_camera import EYE_IMAGE_SIZE_PX, EyeCamera, Side
from gazewire.time import Clock

__all__ = [
    "LIFE_NS",
    "SyntheticEye",
    "TruthfulDetector",
    "exposures_from",
    "life_from",
    "synthetic_wearer",
]

LIFE_NS = 60_000_000_000
"""After so long the wearer begins anew."""

# So late an exposure may be.
_LATEST_NS = 100_000_000

# As the eyeball of the 3-D detectors has it.
_EYEBALL_RADIUS_MM = 10.392304845413264

# Less of a pupil than this is not found.
_SMALLEST_VISIBLE = 0.1

_SIDES: dict[EyeId, Side] = {0: "right", 1: "left"}


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


def life_from(wearer: Wearer, unix_ns: int) -> Iterator[WearerTruth]:
    """What is true of a wearer from an instant on, 200 times a second, without end."""
    while True:
        start_ns = unix_ns - unix_ns % LIFE_NS
        for truth in wearer.truths(start_ns, unix_ns):
            if truth.timestamp_unix_ns >= start_ns + LIFE_NS:
                break
            if truth.timestamp_unix_ns >= unix_ns:
                yield truth
        unix_ns = start_ns + LIFE_NS


def exposures_from(wearer: Wearer, unix_ns: int, rate_hz: int) -> Iterator[WearerTruth]:
    """What is true of a wearer at each exposure of the eyes, the same instants for both eyes.

    Args:
        wearer: who it is.
        unix_ns: the exposures begin then.
        rate_hz: exposures a second, a divisor of 200.
    """
    interval_ns = 1_000_000_000 // rate_hz
    for truth in life_from(wearer, unix_ns):
        if truth.timestamp_unix_ns % interval_ns == 0:
            yield truth


@dataclass(frozen=True, slots=True)
class _TruthfulExposure:
    """An exposure of an eye in a known pose; it is drawn when somebody asks for the frame."""

    index: int
    timestamp_unix_ns: int
    camera: EyeCamera
    tell: Callable[[], PupilTruth]
    draw: Callable[[], Frame]

    width = height = EYE_IMAGE_SIZE_PX

    @property
    def truth(self) -> PupilTruth:
        return self.tell()

    def frame(self) -> Frame:
        return self.draw()


class SyntheticEye:
    """The camera that looks at one eye of a wearer: a `gazewire.service.Camera`.

    Args:
        seed: who the wearer is.
        eye_id: which eye.
        rate_hz: exposures a second, a divisor of 200.
    """

    width = height = EYE_IMAGE_SIZE_PX

    def __init__(self, seed: int, eye_id: EyeId, rate_hz: int) -> None:
        self._seed = seed
        self._eye_id = eye_id
        self._rate_hz = rate_hz
        self._renderer: EyeRenderer | None = None

    @classmethod
    def parts(cls, seed: int, eye_id: EyeId, rate_hz: int) -> EyeParts:
        """What an eye is made of whose pupil is known."""
        return EyeParts(cls(seed, eye_id, rate_hz), TruthfulDetector(eye_id), BlindDetector(eye_id))

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each exposure at its instant, without end."""
        await play(self._exposures(clock), clock, publish)

    def _exposures(self, clock: Clock) -> Iterator[_TruthfulExposure]:
        wearer = synthetic_wearer(self._seed)
        side = _SIDES[self._eye_id]
        video = wearer.eye_video
        assert video is not None, "this wearer has eye cameras"
        exposures = exposures_from(wearer, clock.unix_ns(), self._rate_hz)
        for index, truth in enumerate(exposures):
            # Who is late leaves out what is over, which costs nothing, and is in time again.
            if truth.timestamp_unix_ns < clock.unix_ns() - _LATEST_NS:
                continue
            eye = truth.right if side == "right" else truth.left
            assert eye is not None, "this wearer has eyes"
            yield _TruthfulExposure(
                index,
                truth.timestamp_unix_ns,
                wearer.person.eye(side).camera,
                partial(video.truth, side, eye.pose),
                partial(self._draw, index, truth.timestamp_unix_ns, eye.pose),
            )

    def _draw(self, index: int, timestamp_unix_ns: int, pose: EyePose) -> Frame:
        if self._renderer is None:
            wearer = synthetic_wearer(self._seed)
            self._renderer = EyeRenderer(wearer.person, _SIDES[self._eye_id])
        pixels = self._renderer.render(pose, noise_seed=index)
        return Frame(
            camera=f"eye{self._eye_id}",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=EYE_IMAGE_SIZE_PX,
            height=EYE_IMAGE_SIZE_PX,
            pixel_format="gray",
            data=pixels.reshape(-1).data,
        )


class TruthfulDetector:
    """Tells the pupil of a `SyntheticEye` as it is: a `gazewire.service.PupilSource`.

    Args:
        eye_id: whose pupil.
    """

    def __init__(self, eye_id: EyeId) -> None:
        self._eye_id = eye_id

    def pupils(self, exposure: Exposure, settings: DetectorSettings) -> Sequence[PupilDatum]:
        """The 2-D datum, then the 3-D one, which has all of its keys also where nothing is seen."""
        assert isinstance(exposure, _TruthfulExposure), "who knows the truth looks at nothing else"
        truth = exposure.truth
        is_seen = truth.visible_fraction >= _SMALLEST_VISIBLE
        if settings.roi is not None and not settings.roi.contains(*truth.center_px):
            is_seen = False
        flat = (
            _pupil_2d(self._eye_id, exposure, truth)
            if is_seen
            else nothing_found(self._eye_id, exposure.timestamp_unix_ns)
        )
        return [flat, _with_model(flat, exposure, truth)]

    def reset_model(self) -> None:
        """The truth needs no model."""


def _pupil_2d(eye_id: EyeId, exposure: _TruthfulExposure, truth: PupilTruth) -> PupilDatum:
    x, y = truth.center_px
    # An outline shows even where much of the pupil is covered.
    confidence = round(1.0 - (1.0 - truth.visible_fraction) ** 2, 4)
    return PupilDatum(
        eye_id=eye_id,
        detector="2d",
        method=METHOD_2D,
        timestamp_unix_ns=exposure.timestamp_unix_ns,
        norm_pos=(x / exposure.width, 1.0 - y / exposure.height),
        diameter_px=truth.axes_px[1],
        ellipse=Ellipse(
            center_px=truth.center_px, axes_px=truth.axes_px, angle_deg=truth.angle_deg
        ),
        confidence=confidence,
    )


def _with_model(flat: PupilDatum, exposure: _TruthfulExposure, truth: PupilTruth) -> PupilDatum:
    x, y, z = truth.gaze_normal
    theta, phi = math.acos(max(-1.0, min(1.0, y))), math.atan2(z, x)
    ellipse = flat.ellipse
    if not flat.confidence:
        ellipse = Ellipse(center_px=(0.0, 0.0), axes_px=(0.0, 0.0), angle_deg=0.0)
    model = EyeModel(
        sphere=Sphere(center_mm=truth.eyeball_center_mm, radius_mm=_EYEBALL_RADIUS_MM),
        projected_sphere=_outline(exposure.camera, truth.eyeball_center_mm),
        circle=Circle3d(
            center_mm=truth.pupil_center_mm,
            normal=truth.gaze_normal,
            radius_mm=truth.diameter_mm / 2,
        ),
        confidence=1.0 if _is_physiological(truth, theta, phi) else 0.1,
        theta_rad=theta,
        phi_rad=phi,
    )
    return PupilDatum(
        eye_id=flat.eye_id,
        detector="3d",
        method=METHOD_3D,
        timestamp_unix_ns=flat.timestamp_unix_ns,
        norm_pos=flat.norm_pos,
        diameter_px=flat.diameter_px,
        ellipse=ellipse,
        confidence=flat.confidence,
        model=model,
    )


def _outline(camera: EyeCamera, center_mm: Vector3) -> Ellipse:
    ((x, y),) = camera.project(np.array([center_mm])).tolist()
    diameter_px = 2 * camera.focal_px * _EYEBALL_RADIUS_MM / center_mm[2]
    return Ellipse(center_px=(x, y), axes_px=(diameter_px, diameter_px), angle_deg=0.0)


def _is_physiological(truth: PupilTruth, theta: float, phi: float) -> bool:
    x, y, z = truth.eyeball_center_mm
    return (
        abs(x) <= 15
        and abs(y) <= 10
        and 15 <= z <= 75
        and 1 <= truth.diameter_mm <= 9
        and abs(phi + math.pi / 2) <= math.pi / 2
        and abs(theta - math.pi / 2) <= math.radians(80)
    )
