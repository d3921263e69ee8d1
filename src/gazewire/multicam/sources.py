"""From what a configuration says a camera is, to the camera."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from gazewire.camera import (
    CameraSettings,
    CameraSource,
    CaptureCamera,
    MovingPattern,
    VideoCamera,
    VideoShape,
)
from gazewire.errors import NetworkError, UnreadableSourceError
from gazewire.multicam.config import CameraConfig
from gazewire.time import Clock, TimeBase

__all__ = ["open_source"]

_WIDTH = 640
_HEIGHT = 480


def open_source(config: CameraConfig, clock: Clock) -> CameraSource:
    """Open the camera that a configuration names; what it needs is imported only now.

    Raises:
        SourceError: it cannot be opened.
        MissingExtraError: a package is not installed.
        MissingLibraryError: a library of the system is not installed.
    """
    kind, _, rest = config.source.partition(":")
    is_colour = config.pixel_format == "Colour"
    shape = VideoShape(
        width=config.width or _WIDTH, height=config.height or _HEIGHT, rate_hz=config.fps
    )
    match kind:
        case "synthetic":
            return MovingPattern(
                config.id, shape, clock, seed=config.seed or 0, is_colour=is_colour
            )
        case "pylon":
            from gazewire.camera.pylon import open_pylon

            return open_pylon(config.id, rest or config.serial, _settings(config), clock)
        case "genicam" | "gentl":
            from gazewire.camera.genicam import open_genicam

            serial = rest or config.serial
            return open_genicam(config.id, serial, _settings(config), clock, cti=config.cti)
        case "v4l2":
            return _open_v4l2(config, Path(rest), shape, clock)
        case "aravis":
            from gazewire.camera.aravis import open_aravis

            return open_aravis(config.id, rest or config.serial, _settings(config), clock)
        case "hmd":
            return _open_hmd(config, rest, clock)
        case _:
            return _open_footage(config, clock, is_colour=is_colour)


def _settings(config: CameraConfig) -> CameraSettings:
    return CameraSettings(
        width=config.width,
        height=config.height,
        left_px=config.left_px,
        top_px=config.top_px,
        rate_hz=config.fps,
        exposure_us=config.exposure_us,
        gain_db=config.gain_db,
        pixel_format="bgr24" if config.pixel_format == "Colour" else "gray",
        trigger=config.trigger,
        lines=config.gpio,
    )


def _open_v4l2(config: CameraConfig, path: Path, shape: VideoShape, clock: Clock) -> CameraSource:
    from gazewire.camera.uvc import open_uvc
    from gazewire.camera.v4l2_controls import open_v4l2_controls

    capture = open_uvc(path, width=shape.width, height=shape.height, rate_hz=config.fps)
    camera = CaptureCamera(config.id, capture, clock, open_v4l2_controls(path))
    if config.exposure_us is not None:
        try:
            camera.set_control("exposure_us", config.exposure_us)
        except ValueError as error:
            camera.close()
            raise UnreadableSourceError(config.source, f"{path}: {error}") from error
    return camera


def _open_hmd(config: CameraConfig, address: str, clock: Clock) -> CameraSource:
    from gazewire.camera.hmd_stream import HmdStreamCamera
    from gazewire.net.bus_client import BlockingBusSubscriber

    with ExitStack() as stack:
        try:
            bus = stack.enter_context(BlockingBusSubscriber(address, [config.topic]))
        except NetworkError as error:
            raise UnreadableSourceError(config.source, f"{config.source}: {error}") from error
        camera = HmdStreamCamera(
            config.id,
            config.topic,
            bus.receive,
            stack.pop_all().close,
            TimeBase.from_boot(clock),
            clock,
        )
    return camera


def _open_footage(config: CameraConfig, clock: Clock, *, is_colour: bool) -> CameraSource:
    path = Path(config.source)
    if path.is_dir():
        from gazewire.camera.image_folder import ImageFolder

        return VideoCamera(
            config.id, ImageFolder(path, rate_hz=config.fps, is_colour=is_colour), clock
        )
    from gazewire.media import VideoFile

    return VideoCamera(config.id, VideoFile(path), clock)
