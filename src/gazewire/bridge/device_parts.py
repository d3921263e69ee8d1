"""What a service is made of whose eyes somebody else measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gazewire.bridge.device_camera import DeviceCamera
from gazewire.bridge.device_recorder import device_recorder
from gazewire.bridge.picture_demand import PictureDemand
from gazewire.client import Device
from gazewire.client.models import SensorName
from gazewire.client.tools import DeviceLink
from gazewire.model import EyeId, PupilDatum
from gazewire.optics import Camera
from gazewire.service import (
    BlinkArgs,
    BlinkDetector,
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    DetectorSettings,
    Exposure,
    EyeParts,
    FixationArgs,
    FixationDetector,
    GazeAccuracy,
    GazeMapper,
    GazerName,
    InProcessEyes,
    NoMapper,
    NoMovement,
    ServiceParts,
    SurfaceLocator,
)
from gazewire.service.surfaces import SurfaceEditor
from gazewire.wire.ipc import WORLD_FRAME_TOPIC, eye_frame_topic, surface_topic

__all__ = ["Demands", "MeasuringParts", "device_parts"]

# Of one eye of Neon.
_EYE_PX = (192, 192)

# A surface is made of the markers in a picture.
_ASKS_FOR_SCENE = ("notify.surface_tracker.add_surface",)

_NEEDS_NONE = "These glasses measure gaze without a calibration."


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringParts:
    """What is measured here, because the device does not.

    Attributes:
        surfaces: makes what finds surfaces in the pictures of a scene camera; None is one of which
            nothing is known.
        fixations: makes what finds fixations in gaze of that camera, for a device that tells none.
    """

    surfaces: Callable[[Camera | None], SurfaceLocator]
    fixations: Callable[[FixationArgs, Camera | None], FixationDetector]


@dataclass(frozen=True, slots=True)
class Demands:
    """Which pictures of a device somebody wants."""

    scene: PictureDemand
    eyes: Mapping[EyeId, PictureDemand]

    @classmethod
    def make(cls, surfaces: SurfaceLocator) -> Demands:
        """Make them; nobody wants anything yet.

        Args:
            surfaces: are found in pictures of the scene.
        """

        def surface_topics() -> list[str]:
            names = surfaces.names if isinstance(surfaces, SurfaceEditor) else ()
            return [surface_topic(name) for name in names]

        eyes: dict[EyeId, PictureDemand] = {
            0: PictureDemand(eye_frame_topic(0)),
            1: PictureDemand(eye_frame_topic(1)),
        }
        return cls(PictureDemand(WORLD_FRAME_TOPIC, surface_topics, _ASKS_FOR_SCENE), eyes)

    def __iter__(self) -> Iterator[PictureDemand]:
        return iter((self.scene, *self.eyes.values()))


def device_parts(
    link: DeviceLink,
    device: Device,
    demands: Demands,
    measuring: MeasuringParts,
    surfaces: SurfaceLocator,
    *,
    size_px: tuple[int, int],
    lens: Camera | None,
) -> ServiceParts:
    """Make the parts.

    Args:
        link: to the device.
        device: the same, to be told what to do.
        demands: tell which pictures are wanted.
        measuring: what is measured here.
        surfaces: finds surfaces in the scene.
        size_px: width and height of the scene.
        lens: of the scene camera, where the device tells.
    """
    sensor = link.status.status.direct_eye_events_sensor()
    tells_events = sensor is not None and sensor.connected

    def eye(eye_id: EyeId) -> EyeParts:
        pictures = DeviceCamera(
            link, SensorName.EYES, _EYE_PX, demands.eyes[eye_id], "left" if eye_id else "right"
        )
        return EyeParts(pictures, _NoPupils(), _NoPupils())

    def fixations(args: FixationArgs) -> FixationDetector:
        return NoMovement() if tells_events else measuring.fixations(args, lens)

    def blinks(args: BlinkArgs) -> BlinkDetector:
        # They are found in pupils, which no device gives of which it does not tell blinks, too.
        return NoMovement()

    return ServiceParts(
        launcher=InProcessEyes(eye),
        mapper=lambda mode: NoMapper(),
        fixations=fixations,
        blinks=blinks,
        calibrator=_NoCalibrator(),
        scene=DeviceCamera(link, SensorName.WORLD, size_px, demands.scene),
        surfaces=surfaces,
        plugins=(device_recorder(device),),
    )


class _NoPupils:
    """Finds no pupil: the device does."""

    def pupils(self, exposure: Exposure, settings: DetectorSettings) -> Sequence[PupilDatum]:
        """None."""
        return ()

    def reset_model(self) -> None:
        """Nothing is known."""


class _NoCalibrator:
    """Fits nothing: the device needs no calibration."""

    def fit(self, request: CalibrationRequest) -> CalibrationOutcome:
        """Say so."""
        raise CalibrationFailedError(_NEEDS_NONE)

    def judge(
        self, request: CalibrationRequest, params: Mapping[str, object]
    ) -> GazeAccuracy | None:
        """Nothing is judged: there is no mapping here."""
        return None

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> GazeMapper:
        """Say so, too."""
        raise CalibrationFailedError(_NEEDS_NONE)
