"""A wearer who looks at a display, with a scene camera that really sees markers there.

The scene is a bright display on a gray wall. The eyes follow what is shown after a while, and their
pupils are known; where they were is noisy. What the display shows is put there by a test.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Ellipse, EyeId, Frame, MappedGaze, Point2, PupilDatum
from gazewire.service import (
    METHOD_2D,
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    DetectorSettings,
    Exposure,
    EyeParts,
    FrameExposure,
    GazeAccuracy,
    GazeMapper,
    GazerName,
    InProcessEyes,
    MappingMode,
    NoMapper,
    NoMovement,
    RunningService,
    ServiceConfig,
    ServiceParts,
    evaluate_gaze,
    nearest_in_time,
    nothing_found,
    serve_service,
)
from gazewire.surface import CalibrationMarkerKind, calibration_marker_image
from gazewire.time import Clock, SystemClock

__all__ = ["HEIGHT", "WIDTH", "Display", "LinearCalibrator", "serve_wearer"]

WIDTH, HEIGHT = 640, 480
LEFT, TOP, RIGHT, BOTTOM = 90, 70, 550, 410
MARKER_PX = 52
WALL, LIGHT = 110, 235
SCENE_RATE_HZ = 50
EYE_RATE_HZ = 100
# From the moment at which something is shown until the eyes are there.
SACCADE_S = 0.15
FOCAL_PX = 600.0
NOISE = 0.0006


class Display:
    """What the wearer sees.

    Attributes:
        kind: of the marker that is shown.
        eyes_open: the pupils can be seen.
        picture: another picture of the scene instead, gray (H, W).
    """

    def __init__(self) -> None:
        self.kind: CalibrationMarkerKind = "calibration"
        self.eyes_open = {0: True, 1: True}
        self.picture: NDArray[np.uint8] | None = None
        self._shown: deque[tuple[int, Point2 | None]] = deque(maxlen=50)
        self._looked_at: Point2 = (0.5, 0.5)

    def show(self, place: Point2 | None, now_ns: int) -> None:
        """Show the marker in a place of the display, 0 to 1 from the bottom left; None: nowhere."""
        self._shown.append((now_ns, place))

    @property
    def place(self) -> Point2 | None:
        return self._shown[-1][1] if self._shown else None

    def look_at(self, norm_pos: Point2) -> None:
        """Let the wearer look at a place of the scene where no marker is."""
        self._looked_at = norm_pos

    def gaze(self, now_ns: int) -> Point2:
        """Where in the scene the wearer looks."""
        arrived = [place for shown_ns, place in self._shown if now_ns - shown_ns > SACCADE_S * 1e9]
        if not arrived or arrived[-1] is None:
            return self._looked_at
        x, y = pixel_of(arrived[-1])
        return x / WIDTH, 1 - y / HEIGHT

    def draw(self) -> NDArray[np.uint8]:
        """The scene, as its camera sees it."""
        if self.picture is not None:
            return self.picture
        scene = np.full((HEIGHT, WIDTH), WALL, np.uint8)
        scene[TOP - 45 : BOTTOM + 45, LEFT - 45 : RIGHT + 45] = LIGHT
        if self.place is not None:
            marker = calibration_marker_image(MARKER_PX, self.kind)
            x, y = (round(number) for number in pixel_of(self.place))
            left, top = x - marker.shape[1] // 2, y - marker.shape[0] // 2
            scene[top : top + marker.shape[0], left : left + marker.shape[1]] = marker
        return scene


def pixel_of(place: Point2) -> Point2:
    """Where in the scene's picture a place of the display is."""
    return LEFT + place[0] * (RIGHT - LEFT), BOTTOM - place[1] * (BOTTOM - TOP)


@dataclass(frozen=True, slots=True)
class SceneCamera:
    display: Display
    width: int = WIDTH
    height: int = HEIGHT

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        index = 0
        while True:
            pixels = self.display.draw()
            height, width = pixels.shape
            frame = Frame(
                camera="world",
                index=index,
                timestamp_unix_ns=clock.unix_ns(),
                width=width,
                height=height,
                pixel_format="gray",
                data=np.ascontiguousarray(pixels).reshape(-1).data,
            )
            publish(FrameExposure(frame))
            index += 1
            await asyncio.sleep(1 / SCENE_RATE_HZ)


@dataclass(frozen=True, slots=True)
class EyeCamera:
    eye_id: EyeId
    width: int = 8
    height: int = 8

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        index = 0
        while True:
            frame = Frame(
                camera=f"eye{self.eye_id}",
                index=index,
                timestamp_unix_ns=clock.unix_ns(),
                width=8,
                height=8,
                pixel_format="gray",
                data=bytes(64),
            )
            publish(FrameExposure(frame))
            index += 1
            await asyncio.sleep(1 / EYE_RATE_HZ)


class KnownPupils:
    def __init__(self, eye_id: EyeId, display: Display) -> None:
        self._eye_id = eye_id
        self._display = display
        self._rng = np.random.default_rng(eye_id)

    def pupils(self, exposure: Exposure, settings: DetectorSettings) -> Sequence[PupilDatum]:
        instant = exposure.timestamp_unix_ns
        if not self._display.eyes_open[self._eye_id]:
            return [nothing_found(self._eye_id, instant)]
        x, y = self._display.gaze(instant)
        side = 1 if self._eye_id else -1
        noise_x, noise_y = self._rng.normal(0, NOISE, 2).tolist()
        norm_pos = 0.5 + 0.3 * (x - 0.5) + 0.05 * side + noise_x, 0.5 + 0.25 * (y - 0.5) + noise_y
        return [
            PupilDatum(
                eye_id=self._eye_id,
                detector="2d",
                method=METHOD_2D,
                timestamp_unix_ns=instant,
                norm_pos=norm_pos,
                diameter_px=20.0,
                ellipse=Ellipse(center_px=(4.0, 4.0), axes_px=(20.0, 20.0), angle_deg=0.0),
                confidence=0.97,
            )
        ]

    def reset_model(self) -> None:
        pass


class LinearCalibrator:
    """Fits gaze as a linear function of one eye's pupils: enough for such a wearer."""

    def fit(self, request: CalibrationRequest) -> CalibrationOutcome:
        pupils, references, _ = _pairs(request)
        if not len(pupils):
            reason = "Not sufficient data available."
            if not request.references:
                reason = "Not sufficient reference data available."
            raise CalibrationFailedError(reason)
        weights, *_ = np.linalg.lstsq(_rows(pupils), references, rcond=None)
        params: dict[str, object] = {"weights": weights.tolist()}
        return CalibrationOutcome(LinearMapper(weights), params)

    def judge(
        self, request: CalibrationRequest, params: Mapping[str, object]
    ) -> GazeAccuracy | None:
        pupils, references, targets = _pairs(request)
        if not params or not len(pupils):
            return None
        gaze = _rows(pupils) @ np.array(params["weights"])
        return evaluate_gaze(_directions(gaze), _directions(references), targets=targets)

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> GazeMapper:
        return LinearMapper(np.array(params["weights"]))


class LinearMapper:
    mode: MappingMode = "2d"

    def __init__(self, weights: NDArray[np.float64]) -> None:
        self._weights = weights

    def map(self, pupil: PupilDatum, running: frozenset[EyeId]) -> Sequence[MappedGaze]:
        if pupil.eye_id:
            return ()
        x, y = (_rows(np.array([pupil.norm_pos])) @ self._weights)[0].tolist()
        return [
            MappedGaze(
                timestamp_unix_ns=pupil.timestamp_unix_ns,
                confidence=pupil.confidence,
                base=(pupil,),
                norm_pos=(x, y),
            )
        ]


def _pairs(
    request: CalibrationRequest,
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[int | None]]:
    """Right pupils with the references next to them, and the targets of these."""
    times = [reference.timestamp_unix_ns for reference in request.references]
    found = []
    for pupil in request.pupils:
        if pupil.eye_id or pupil.confidence < request.min_confidence:
            continue
        nearest = nearest_in_time(times, pupil.timestamp_unix_ns)
        if nearest is not None:
            found.append((pupil.norm_pos, request.references[nearest]))
    return (
        np.array([pupil for pupil, _ in found], float).reshape(-1, 2),
        np.array([reference.norm_pos for _, reference in found], float).reshape(-1, 2),
        [reference.target for _, reference in found],
    )


def _rows(pupils: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.ones(len(pupils)), pupils])


def _directions(norm_pos: NDArray[np.float64]) -> NDArray[np.float64]:
    x = (norm_pos[:, 0] - 0.5) * WIDTH
    y = (0.5 - norm_pos[:, 1]) * HEIGHT
    return np.column_stack([x, y, np.full(len(norm_pos), FOCAL_PX)])


@asynccontextmanager
async def serve_wearer(display: Display) -> AsyncIterator[RunningService]:
    """Run a service whose wearer looks at this display."""

    def eye_parts(eye_id: EyeId) -> EyeParts:
        pupils = KnownPupils(eye_id, display)
        return EyeParts(EyeCamera(eye_id), pupils, pupils)

    parts = ServiceParts(
        launcher=InProcessEyes(eye_parts),
        mapper=lambda mode: NoMapper(),
        fixations=lambda args: NoMovement(),
        blinks=lambda args: NoMovement(),
        calibrator=LinearCalibrator(),
        scene=SceneCamera(display),
    )
    async with serve_service(ServiceConfig(port=0), parts, SystemClock()) as service:
        yield service
