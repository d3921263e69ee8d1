"""From what a user types after ``--eye0``, ``--eye1`` and ``--scene`` to the parts of a service."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from gazewire.camera import VideoShape
from gazewire.compose.experimenter import experimenter
from gazewire.compose.eye_optics import eye_optics
from gazewire.compose.first_calibration import first_calibration
from gazewire.compose.footage_camera import Place, VideoCamera, open_footage
from gazewire.compose.movement import blink_detector, fixation_detector
from gazewire.compose.scene_optics import SCENE_SIZE_PX, scene_optics
from gazewire.compose.seeing_calibrator import SeeingCalibrator, Uncalibrated
from gazewire.compose.seeing_parts import seeing_parts, synthetic_parts
from gazewire.compose.service_layouts import recordings_laid_out
from gazewire.compose.spec import NO_SOURCE, SYNTHETIC, VIDEO4LINUX
from gazewire.compose.surface_locator import camera_surfaces, synthetic_surfaces
from gazewire.compose.synthetic_scene import SyntheticScene
from gazewire.errors import UnreadableSourceError
from gazewire.model import EyeId
from gazewire.optics import Camera, nominal_camera
from gazewire.recording import LayoutChoice
from gazewire.service import Camera as ServiceCamera
from gazewire.service import (
    Exposure,
    EyeLauncher,
    EyeParts,
    EyeStart,
    InProcessEyes,
    NoArgs,
    NoCamera,
    PluginType,
    ServiceParts,
    SpawnedEyes,
    SurfaceLocator,
)
from gazewire.sim import Attention

__all__ = ["eye_parts", "service_parts"]


# What is asked of cameras; they give what is next to it.
_EYE = VideoShape(width=400, height=400, rate_hz=120.0)
_SCENE = VideoShape(width=SCENE_SIZE_PX[0], height=SCENE_SIZE_PX[1], rate_hz=30.0)


def eye_parts(spec: str, eye_id: EyeId, *, seed: int, rate_hz: int) -> EyeParts:
    """Make what an eye is made of.

    Args:
        spec: ``synthetic``, ``none``, the path of a video or recording, or the path of a camera
            after ``v4l2:``.
        eye_id: which eye.
        seed: who the synthetic wearer is.
        rate_hz: exposures a second of the synthetic wearer, a divisor of 200.

    Raises:
        SourceError: there is no such source, or not at this rate.
    """
    if spec == SYNTHETIC:
        if rate_hz < 1 or 200 % rate_hz:
            raise UnreadableSourceError(
                spec, f"the rate of eye frames divides 200; {rate_hz} does not"
            )
        return synthetic_parts(seed, eye_id, rate_hz)
    camera = _camera(spec, "eye1" if eye_id else "eye0")
    return seeing_parts(camera, eye_id, eye_optics(spec, eye_id, seed))


def service_parts(
    eyes: Mapping[EyeId, str],
    scene: str = NO_SOURCE,
    *,
    seed: int,
    rate_hz: int,
    spawn: bool,
    scene_camera: ServiceCamera | None = None,
    attention: Attention | None = None,
    layout: LayoutChoice = LayoutChoice.CORE,
) -> ServiceParts:
    """Make what is put into a service.

    Args:
        eyes: what each eye sees, as for `eye_parts`.
        scene: what the scene camera sees, in the same words.
        seed: who the synthetic wearer is.
        rate_hz: exposures a second of the synthetic wearer's eyes, a divisor of 200.
        spawn: a process for each eye; otherwise they are tasks of the service.
        scene_camera: who else opens that camera, and hands its images on; None opens it here.
        attention: what the synthetic wearer is asked to look at, for whoever shows a part of the
            wearer; None where nobody does but the service.
        layout: of recordings.

    Raises:
        SourceError: there is no such source, or not at this rate.
    """
    for eye_id, spec in eyes.items():
        # To complain now, and not when the eye is asked for.
        eye_parts(spec, eye_id, seed=seed, rate_hz=rate_hz)

    def command(start: EyeStart) -> list[str]:
        return _command(start, eyes[start.eye_id], seed, rate_hz)

    def parts(eye_id: EyeId) -> EyeParts:
        return eye_parts(eyes[eye_id], eye_id, seed=seed, rate_hz=rate_hz)

    launcher: EyeLauncher = SpawnedEyes(command) if spawn else InProcessEyes(parts)
    attention = attention or Attention()
    plugins: list[PluginType[NoArgs]] = [*_first_calibration(eyes)]
    if scene == SYNTHETIC:
        plugins.append(experimenter(seed, attention))
    optics = scene_optics(scene, eyes)
    return ServiceParts(
        launcher=launcher,
        mapper=Uncalibrated,
        fixations=lambda args: fixation_detector(args, lambda: optics or nominal_camera(1280, 720)),
        blinks=blink_detector,
        calibrator=SeeingCalibrator(optics),
        scene=scene_camera or _scene_camera(scene, seed, attention),
        surfaces=_surfaces(scene, seed, optics),
        open_recording=recordings_laid_out(layout, _recorded_optics(eyes, optics, seed)),
        plugins=tuple(plugins),
    )


def _first_calibration(eyes: Mapping[EyeId, str]) -> tuple[PluginType[NoArgs], ...]:
    rehearsing = frozenset(eye for eye, spec in eyes.items() if spec == SYNTHETIC)
    return (first_calibration(rehearsing, "NeonGazer3D"),) if rehearsing else ()


def _recorded_optics(
    eyes: Mapping[EyeId, str], scene: Camera | None, seed: int
) -> Callable[[str, int, int], Camera | None]:
    of_eyes = {f"eye{eye_id}": eye_optics(spec, eye_id, seed) for eye_id, spec in eyes.items()}

    def camera(name: str, width: int, height: int) -> Camera | None:
        if name in of_eyes:
            return of_eyes[name](width, height)
        is_it = scene is not None and (scene.width, scene.height) == (width, height)
        return scene if is_it else None

    return camera


def _surfaces(scene: str, seed: int, optics: Camera | None) -> SurfaceLocator | None:
    if scene == SYNTHETIC:
        return synthetic_surfaces(seed)
    if optics is None or scene == NO_SOURCE:
        return None

    def camera(exposure: Exposure) -> Camera:
        if (exposure.width, exposure.height) == (optics.width, optics.height):
            return optics
        return nominal_camera(exposure.width, exposure.height)

    return camera_surfaces(camera)


def _scene_camera(spec: str, seed: int, attention: Attention) -> ServiceCamera:
    return SyntheticScene(seed, attention) if spec == SYNTHETIC else _camera(spec, "world")


def _camera(spec: str, place: Place) -> ServiceCamera:
    if spec == NO_SOURCE:
        return NoCamera()
    if spec.startswith(VIDEO4LINUX):
        wanted = _SCENE if place == "world" else _EYE
        return VideoCamera(Path(spec.removeprefix(VIDEO4LINUX)), place, wanted)
    return open_footage(Path(spec), place)


def _command(start: EyeStart, spec: str, seed: int, rate_hz: int) -> list[str]:
    clock = start.clock
    options: dict[str, object] = {
        "--id": start.eye_id,
        "--bus": ",".join([start.bus.pub, start.bus.sub, start.bus.push]),
        "--source": spec,
        "--seed": seed,
        "--eye-rate": rate_hz,
        "--anchor-ns": clock.unix_ns() - clock.mono_ns(),
        "--core-zero-ns": start.timebase.zero_unix_ns,
        "--capacity": start.capacity,
        "--bus-level": start.bus_level,
    }
    words = [str(word) for option in options.items() for word in option]
    return [sys.executable, "-m", "gazewire", "eye", *words]
