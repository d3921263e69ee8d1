"""Cameras of Basler, and those that its libraries emulate, by pypylon.

With the environment variable ``PYLON_CAMEMU=8`` the libraries have eight cameras more, drawn,
with the serial numbers ``0815-0000`` to ``0815-0007``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gazewire.camera.camera_settings import CameraSettings
from gazewire.camera.camera_source import Shot
from gazewire.camera.standard_camera import StandardCamera
from gazewire.errors import MissingExtraError, UnreadableSourceError
from gazewire.time import Clock

try:
    from pypylon import genicam, pylon
except ImportError as missing:
    raise MissingExtraError("basler") from missing

__all__ = ["PylonCamera", "open_pylon"]

# Any: the library says nothing about its types.
_Device = Any
_Node = Any

_WAIT_MS = 500
_BUFFERS = 16
_NS_PER_S = 1_000_000_000
# The driver's word for an image of which packets are missing.
_INCOMPLETE = 0xE1000014
_EMULATED = "0815-"
_UNDERRUNS = "Statistic_Buffer_Underrun_Count"


def open_pylon(camera: str, serial: str, settings: CameraSettings, clock: Clock) -> PylonCamera:
    """Open a camera by its serial number; an empty one is whichever camera comes first.

    Args:
        camera: what frames say they come from.
        serial: of the camera.
        settings: wanted.
        clock: the program's.

    Raises:
        UnreadableSourceError: there is no such camera, it is in use, or cannot be set so.
    """
    source = f"pylon:{serial}"
    factory = pylon.TlFactory.GetInstance()
    devices = _devices(factory, serial)
    found = [device for device in devices if serial in ("", device.GetSerialNumber())]
    if not found:
        there = ", ".join(device.GetSerialNumber() for device in devices) or "none"
        raise UnreadableSourceError(source, f"there is no camera {source}; there are: {there}")
    try:
        device = pylon.InstantCamera(factory.CreateDevice(found[0]))
        device.Open()
    except genicam.GenericException as error:
        raise UnreadableSourceError(source, f"{source} cannot be used: {_said(error)}") from error
    try:
        return PylonCamera(camera, device, settings, clock)
    except (UnreadableSourceError, genicam.GenericException, ValueError) as error:
        device.Close()
        raise UnreadableSourceError(source, f"{source} cannot be used: {_said(error)}") from error


class PylonCamera(StandardCamera):
    """An open camera; see `CameraSource` and `SoftwareTriggered`.

    Where the camera stamps its images, instants are those, by `ExposureClock`; else an image's
    instant is when it came, less its exposure, and read-out and transport cannot be known. What is
    lost is told from the camera's numbers: as lost in the buffer where the driver had none left,
    and else in transport. Of damaged images, those that miss packets are lost in transport.
    """

    def __init__(
        self, camera: str, device: _Device, settings: CameraSettings, clock: Clock
    ) -> None:
        is_gige = device.GetDeviceInfo().GetDeviceClass() == "BaslerGigE"
        features = _PylonFeatures(camera, device)
        super().__init__(camera, features, settings, clock, is_gige=is_gige)
        self._device = device
        self._tick_hz = _tick_hz(device) if is_gige else _NS_PER_S
        device.MaxNumBuffer.Value = _BUFFERS
        device.StartGrabbing(pylon.GrabStrategy_OneByOne)
        self._results = device.GetGrabResultWaitObject()
        self._underruns = self._count_underruns()

    def fire(self) -> None:
        """Expose one image, as soon as the camera can."""
        with _told(self._camera):
            if self._device.CanWaitForFrameTriggerReady():
                # What comes earlier is lost.
                self._device.WaitForFrameTriggerReady(_WAIT_MS, pylon.TimeoutHandling_Return)
        super().fire()

    def take(self) -> Shot | None:
        """Wait for the next image."""
        with _told(self._camera):
            if self._device.IsCameraDeviceRemoved():
                raise UnreadableSourceError(self._camera, f"{self._camera} was unplugged")
            # To wait for a result by RetrieveResult is to wait for ever, now and then, where the
            # machine is busy and none comes.
            if not self._results.Wait(_WAIT_MS):
                return None
            result = self._device.RetrieveResult(_WAIT_MS, pylon.TimeoutHandling_Return)
            if not result.IsValid():
                return None
            try:
                return self._shot(result)
            finally:
                result.Release()

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""
        self._device.Close()

    def _shot(self, result: _Device) -> Shot | None:
        arrived_ns = self._clock.unix_ns()
        self._count_lost(result.BlockID)
        if not result.GrabSucceeded():
            is_incomplete = result.GetErrorCode() == _INCOMPLETE
            self._images.damaged("transport" if is_incomplete else "buffer")
            return None
        with memoryview(result.GetMemoryView()) as data:
            pixels = self._convert(data, result.PaddingX)
        stamp_ns = result.TimeStamp * _NS_PER_S // self._tick_hz
        return self._shot_of(pixels, arrived_ns, stamp_ns or None)

    def _count_underruns(self) -> int:
        node = self._device.GetStreamGrabberNodeMap().GetNode(_UNDERRUNS)
        return int(node.GetValue()) if genicam.IsReadable(node) else 0


class _PylonFeatures:
    """See `Features`."""

    def __init__(self, camera: str, device: _Device) -> None:
        self._camera = camera
        self._nodes = device.GetNodeMap()

    def is_readable(self, name: str) -> bool:
        return bool(genicam.IsReadable(self._nodes.GetNode(name)))

    def is_writable(self, name: str) -> bool:
        return bool(genicam.IsWritable(self._nodes.GetNode(name)))

    def number(self, name: str) -> float:
        with _told(self._camera):
            value: float = self._nodes.GetNode(name).GetValue()
            return value

    def bounds(self, name: str) -> tuple[float, float, float]:
        with _told(self._camera):
            node = self._nodes.GetNode(name)
            return node.GetMin(), node.GetMax(), _increment(node)

    def set_number(self, name: str, value: float) -> None:
        with _told(self._camera):
            node = self._nodes.GetNode(name)
            is_whole = isinstance(node.GetValue(), int)
            node.SetValue(round(value) if is_whole else float(value))

    def word(self, name: str) -> str:
        with _told(self._camera):
            return str(self._nodes.GetNode(name).GetValue())

    def words(self, name: str) -> tuple[str, ...]:
        with _told(self._camera):
            node = self._nodes.GetNode(name)
            return tuple(
                entry
                for entry in node.GetSymbolics()
                if genicam.IsAvailable(node.GetEntryByName(entry))
            )

    def set_word(self, name: str, entry: str) -> None:
        with _told(self._camera):
            self._nodes.GetNode(name).SetValue(entry)

    def set_flag(self, name: str, value: bool) -> None:
        with _told(self._camera):
            self._nodes.GetNode(name).SetValue(value)

    def execute(self, name: str) -> None:
        with _told(self._camera):
            self._nodes.GetNode(name).Execute()


def _devices(factory: _Device, serial: str) -> list[_Device]:
    if serial.startswith(_EMULATED):
        # Without asking on every network for the others, which takes a quarter of a second.
        only = pylon.DeviceInfo()
        only.SetDeviceClass("BaslerCamEmu")
        return list(factory.EnumerateDevices([only]))
    return list(factory.EnumerateDevices())


@contextmanager
def _told(camera: str) -> Iterator[None]:
    """Turn what the library raises into our error."""
    try:
        yield
    except genicam.GenericException as error:
        raise UnreadableSourceError(camera, f"{camera} does not do it: {_said(error)}") from error


def _said(error: Exception) -> str:
    """The sentence of the library; where it was raised in there helps nobody."""
    return (str(error).splitlines() or [type(error).__name__])[0].partition(" : ")[0]


def _increment(node: _Node) -> float:
    # A number with a point may have no step, or one of a list.
    if isinstance(node.GetValue(), int):
        return float(node.GetInc())
    return float(node.GetInc()) if node.HasInc() else 0.0


def _tick_hz(device: _Device) -> int:
    node = device.GetNodeMap().GetNode("GevTimestampTickFrequency")
    return int(node.GetValue()) if genicam.IsReadable(node) else _NS_PER_S
