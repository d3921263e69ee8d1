"""Cameras of Basler, and those that its libraries emulate, by pypylon.

With the environment variable ``PYLON_CAMEMU=8`` the libraries have eight cameras more, drawn,
with the serial numbers ``0815-0000`` to ``0815-0007``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gazewire.camera.camera_source import DropCause, Shot
from gazewire.camera.source import VideoShape
from gazewire.errors import MissingExtraError, UnreadableSourceError
from gazewire.model import Frame, PixelFormat
from gazewire.time import Clock

try:
    from pypylon import genicam, pylon
except ImportError as missing:
    raise MissingExtraError("basler") from missing

__all__ = ["PylonCamera", "PylonSettings", "open_pylon"]

# Any: the library says nothing about its types.
_Device = Any

_WAIT_MS = 500
_NS_PER_US = 1000
_NS_PER_S = 1_000_000_000
# Each maker's name of a pixel format, and ours.
_FORMATS: dict[PixelFormat, tuple[str, ...]] = {
    "gray": ("Mono8",),
    "bgr24": ("BGR8", "BGR8Packed"),
}
# Block IDs of GigE Vision 1 count to 65535 and on from 1; those of others do not come round.
_GIGE_WRAP = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class PylonSettings:
    """What is set in a camera before it begins.

    Attributes:
        width: pixels in a row; None leaves it as it is, as everywhere here.
        height: rows.
        rate_hz: images a second.
        exposure_us: how long an image is exposed.
        gain_db: gain.
        pixel_format: gray or colour.
    """

    width: int | None = None
    height: int | None = None
    rate_hz: float | None = None
    exposure_us: float | None = None
    gain_db: float | None = None
    pixel_format: PixelFormat = "gray"


def open_pylon(camera: str, serial: str, settings: PylonSettings, clock: Clock) -> PylonCamera:
    """Open a camera by its serial number; an empty one is whichever camera comes first.

    Raises:
        UnreadableSourceError: there is no such camera, it is in use, or cannot be set so.
    """
    factory = pylon.TlFactory.GetInstance()
    devices = factory.EnumerateDevices()
    found = [device for device in devices if serial in ("", device.GetSerialNumber())]
    if not found:
        there = ", ".join(device.GetSerialNumber() for device in devices) or "none"
        raise UnreadableSourceError(
            f"pylon:{serial}", f"there is no camera pylon:{serial}; there are: {there}"
        )
    try:
        device = pylon.InstantCamera(factory.CreateDevice(found[0]))
        device.Open()
        return PylonCamera(camera, device, settings, clock)
    except (genicam.GenericException, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableSourceError(
            f"pylon:{serial}", f"pylon:{serial} cannot be used: {reason}"
        ) from error


class PylonCamera:
    """An open camera; see `CameraSource`.

    The instant of an image is when it came, less its exposure: the middle of read-out and transport
    cannot be known here, so that it is late by these, and the uncertainty told is one frame
    interval. Lost images are told from the camera's own numbers; damaged ones are counted as lost
    in the buffer.
    """

    def __init__(self, camera: str, device: _Device, settings: PylonSettings, clock: Clock) -> None:
        self._camera = camera
        self._device = device
        self._clock = clock
        self._pixel_format = settings.pixel_format
        self._is_gige = device.GetDeviceInfo().GetDeviceClass() == "BaslerGigE"
        self._set_up(settings)
        rate_hz = _value(device, "ResultingFrameRateAbs", "ResultingFrameRate")
        self.shape = VideoShape(
            width=device.Width.Value,
            height=device.Height.Value,
            rate_hz=settings.rate_hz or rate_hz or 30.0,
        )
        exposure_us = _value(device, "ExposureTime", "ExposureTimeAbs") or 0.0
        self._exposure_ns = round(exposure_us * _NS_PER_US)
        self._last_id: int | None = None
        self._index = -1
        self._damaged = 0
        device.MaxNumBuffer.Value = 16
        device.StartGrabbing(pylon.GrabStrategy_OneByOne)

    def take(self) -> Shot | None:
        """Wait for the next image."""
        try:
            result = self._device.RetrieveResult(_WAIT_MS, pylon.TimeoutHandling_Return)
            if not result.IsValid():
                if self._device.IsCameraDeviceRemoved():
                    raise self._gone("it was unplugged")
                return None
            try:
                return self._shot(result)
            finally:
                result.Release()
        except genicam.GenericException as error:
            raise self._gone(str(error).splitlines()[0]) from error

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""
        self._device.Close()

    def _shot(self, result: _Device) -> Shot | None:
        arrived_ns = self._clock.unix_ns()
        steps = self._steps(result.BlockID)
        self._index += steps
        if not result.GrabSucceeded():
            self._damaged += 1
            return None
        drops: dict[DropCause, int] = {}
        if steps > 1:
            drops["transport"] = steps - 1
        if self._damaged:
            drops["buffer"] = self._damaged
            self._damaged = 0
        frame = Frame(
            camera=self._camera,
            index=self._index,
            timestamp_unix_ns=arrived_ns - self._exposure_ns,
            width=self.shape.width,
            height=self.shape.height,
            pixel_format=self._pixel_format,
            # A copy: the buffer goes back to the driver.
            data=bytes(result.Buffer),
        )
        return Shot(frame, drops, uncertainty_ns=round(_NS_PER_S / self.shape.rate_hz))

    def _steps(self, block_id: int) -> int:
        """How many images the camera has numbered since the one before, this one included."""
        last, self._last_id = self._last_id, block_id
        if last is None:
            return 1
        steps = block_id - last
        if steps <= 0 and self._is_gige:
            steps += _GIGE_WRAP
        return max(1, steps)

    def _set_up(self, settings: PylonSettings) -> None:
        _choose(self._device, "PixelFormat", *_formats(settings.pixel_format))
        if settings.width is not None:
            self._device.Width.Value = settings.width
        if settings.height is not None:
            self._device.Height.Value = settings.height
        if settings.exposure_us is not None:
            _set(self._device, settings.exposure_us, "ExposureTime", "ExposureTimeAbs")
        if settings.gain_db is not None:
            _set(self._device, settings.gain_db, "Gain")
        if settings.rate_hz is not None:
            _set(self._device, True, "AcquisitionFrameRateEnable")
            _set(self._device, settings.rate_hz, "AcquisitionFrameRate", "AcquisitionFrameRateAbs")

    def _gone(self, reason: str) -> UnreadableSourceError:
        return UnreadableSourceError(self._camera, f"{self._camera} is gone: {reason}")


def _formats(pixel_format: PixelFormat) -> tuple[str, ...]:
    if pixel_format not in _FORMATS:
        raise ValueError(f"no camera of this make gives {pixel_format}")
    return _FORMATS[pixel_format]


def _nodes(device: _Device, names: tuple[str, ...]) -> list[_Device]:
    """Those of the settings that this camera has; makers and models spell them differently."""
    nodes = [device.GetNodeMap().GetNode(name) for name in names]
    return [node for node in nodes if node is not None and genicam.IsReadable(node)]


def _value(device: _Device, *names: str) -> float | None:
    for node in _nodes(device, names):
        return float(node.GetValue())
    return None


def _set(device: _Device, value: float, *names: str) -> None:
    for node in _nodes(device, names):
        node.SetValue(value)
        return


def _choose(device: _Device, name: str, *entries: str) -> None:
    node = getattr(device, name)
    for entry in entries:
        if entry in node.Symbolics:
            node.Value = entry
            return
    raise ValueError(f"it has no {name} {' or '.join(entries)}")
