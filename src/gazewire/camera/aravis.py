"""Cameras of GigE Vision and USB3 Vision by Aravis, a free library that needs no maker's software.

It is reached by its GObject bindings, which no wheel brings. On Debian and Ubuntu:

    apt install gir1.2-aravis-0.8 python3-gi

are for the system's Python; `tools/link-gi` lets an environment of the same Python see them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gazewire.camera.camera_settings import CameraSettings
from gazewire.camera.camera_source import Shot
from gazewire.camera.standard_camera import StandardCamera
from gazewire.errors import MissingLibraryError, UnreadableSourceError
from gazewire.time import Clock

try:
    import gi

    gi.require_version("Aravis", "0.8")
    from gi.repository import Aravis, GLib
except (ImportError, ValueError) as missing:
    raise MissingLibraryError(
        "Aravis",
        "on Debian, apt install gir1.2-aravis-0.8 python3-gi, and see "
        "docs/how-to/many-cameras.md for how an environment sees them",
    ) from missing

__all__ = ["AravisCamera", "open_aravis"]

# Any: what is found at run time has no types.
_Device = Any
_Buffer = Any
_Node = Any

_WAIT_US = 500_000
_BUFFERS = 16
# Three images of a megapixel: what comes while the program is not running must not be lost.
_SOCKET_BYTES = 4 << 20
# What the library gives as the step of a number that has none.
_NO_STEP = 1e-300


def open_aravis(camera: str, address: str, settings: CameraSettings, clock: Clock) -> AravisCamera:
    """Open a camera.

    Args:
        camera: what frames say they come from.
        address: of the camera in the network, or its id as the library has it; empty: whichever
            is found first, for which every network is asked.
        settings: wanted.
        clock: the program's.

    Raises:
        UnreadableSourceError: there is no such camera, it is in use, or cannot be set so.
    """
    source = f"aravis:{address}"
    try:
        device = Aravis.Camera.new(address or None)
    except GLib.Error as error:
        raise UnreadableSourceError(
            source, f"there is no camera {source}: {error.message}"
        ) from error
    try:
        return AravisCamera(camera, device, settings, clock)
    except (UnreadableSourceError, GLib.Error, ValueError) as error:
        said = error.message if isinstance(error, GLib.Error) else str(error)
        raise UnreadableSourceError(source, f"{source} cannot be used: {said}") from error


class AravisCamera(StandardCamera):
    """An open camera; see `CameraSource` and `SoftwareTriggered`.

    Instants and losses are as those of `PylonCamera`. A camera that answers no more is told some
    five seconds later, and closing it then takes as long: so often the library asks it again.
    """

    def __init__(
        self, camera: str, device: _Device, settings: CameraSettings, clock: Clock
    ) -> None:
        self._own_features = _AravisFeatures(camera, device)
        super().__init__(camera, self._own_features, settings, clock, is_gige=device.is_gv_device())
        self._is_lost = threading.Event()
        # Called in a thread of the library's, at the latest when it asks the camera next.
        is_lost = self._is_lost
        device.get_device().connect("control-lost", lambda *_: is_lost.set())
        self._stream = _started_stream(device)

    def take(self) -> Shot | None:
        """Wait for the next image."""
        if self._stream is None:
            raise UnreadableSourceError(self._camera, f"{self._camera} is closed")
        if self._is_lost.is_set():
            raise UnreadableSourceError(self._camera, f"{self._camera} was unplugged, or taken")
        buffer = self._stream.timeout_pop_buffer(_WAIT_US)
        if buffer is None:
            return None
        try:
            return self._shot(buffer)
        finally:
            self._stream.push_buffer(buffer)

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        if not self._is_lost.is_set():
            with suppress(GLib.Error):
                self._own_features.device.stop_acquisition()
        # Nobody else holds them: the stream ends its thread, and the device gives up control.
        del stream
        self._own_features.device = None

    def _shot(self, buffer: _Buffer) -> Shot | None:
        arrived_ns = self._clock.unix_ns()
        self._count_lost(buffer.get_frame_id())
        status = buffer.get_status()
        if status != Aravis.BufferStatus.SUCCESS:
            is_of_buffer = status == Aravis.BufferStatus.SIZE_MISMATCH
            self._images.damaged("buffer" if is_of_buffer else "transport")
            return None
        pixels = self._convert(buffer.get_data(), buffer.get_image_padding().x_padding)
        return self._shot_of(pixels, arrived_ns, buffer.get_timestamp() or None)

    def _count_underruns(self) -> int:
        return int(self._stream.get_info_uint64_by_name("n_underruns"))


def _started_stream(device: _Device) -> _Device:
    """Make the stream of images, with its buffers, and start the camera."""
    is_gige = device.is_gv_device()
    if is_gige:
        # A packet socket sees every packet of the machine, needs a privilege, and loses images of
        # a camera on the same machine.
        device.gv_set_stream_options(Aravis.GvStreamOption.PACKET_SOCKET_DISABLED)
    stream = device.create_stream(None, None)
    if is_gige:
        stream.set_property("socket-buffer", Aravis.GvStreamSocketBuffer.FIXED)
        stream.set_property("socket-buffer-size", _SOCKET_BYTES)
    size = device.get_payload()
    for _ in range(_BUFFERS):
        stream.push_buffer(Aravis.Buffer.new_allocate(size))
    device.start_acquisition()
    return stream


class _AravisFeatures:
    """See `Features`.

    Attributes:
        device: None when it is closed.
    """

    def __init__(self, camera: str, device: _Device) -> None:
        self.device = device
        self._camera = camera

    def is_readable(self, name: str) -> bool:
        return self._may(name, Aravis.GcAccessMode.WO)

    def is_writable(self, name: str) -> bool:
        return self._may(name, Aravis.GcAccessMode.RO)

    def number(self, name: str) -> float:
        with self._told():
            if self._is_float(name):
                return float(self.device.get_float(name))
            return int(self.device.get_integer(name))

    def bounds(self, name: str) -> tuple[float, float, float]:
        with self._told():
            if self._is_float(name):
                least, most = self.device.get_float_bounds(name)
                step = self.device.get_float_increment(name)
                return least, most, step if step > _NO_STEP else 0.0
            least, most = self.device.get_integer_bounds(name)
            return least, most, float(self.device.get_integer_increment(name))

    def set_number(self, name: str, value: float) -> None:
        with self._told():
            if self._is_float(name):
                self.device.set_float(name, float(value))
            else:
                self.device.set_integer(name, round(value))

    def word(self, name: str) -> str:
        with self._told():
            return str(self.device.get_string(name))

    def words(self, name: str) -> tuple[str, ...]:
        with self._told():
            return tuple(self.device.dup_available_enumerations_as_strings(name))

    def set_word(self, name: str, entry: str) -> None:
        with self._told():
            self.device.set_string(name, entry)

    def set_flag(self, name: str, value: bool) -> None:
        with self._told():
            self.device.set_boolean(name, value)

    def execute(self, name: str) -> None:
        with self._told():
            self.device.execute_command(name)

    def _may(self, name: str, forbidden: _Node) -> bool:
        with self._told():
            if not self.device.is_feature_available(name):
                return False
            node = self.device.get_device().get_feature(name)
            return bool(node.get_actual_access_mode() != forbidden)

    def _is_float(self, name: str) -> bool:
        return isinstance(self.device.get_device().get_feature(name), Aravis.GcFloat)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the library raises into our error."""
        if self.device is None:
            raise UnreadableSourceError(self._camera, f"{self._camera} is closed")
        try:
            yield
        except GLib.Error as error:
            raise UnreadableSourceError(
                self._camera, f"{self._camera} does not do it: {error.message}"
            ) from error
