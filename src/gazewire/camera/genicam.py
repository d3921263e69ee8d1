"""Cameras of any maker, by GenTL producers and harvesters.

The maker's software brings a producer, a file ``….cti``. Its folder stands in the environment
variable ``GENICAM_GENTL64_PATH``, or the file is named. The package ``genicam`` carries one whose
cameras are drawn, ``viky.cti``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gazewire.camera.camera_settings import CameraSettings
from gazewire.camera.camera_source import Shot
from gazewire.camera.gentl_producer import GentlProducer, find_producers
from gazewire.camera.standard_camera import StandardCamera
from gazewire.errors import MissingExtraError, UnreadableSourceError
from gazewire.time import Clock

try:
    from genicam import genapi, gentl
except ImportError as missing:
    raise MissingExtraError("genicam") from missing

__all__ = ["GenicamCamera", "open_genicam"]

# Any: the library says nothing about its types.
_Acquirer = Any
_Buffer = Any
_Node = Any

_ERRORS = (genapi.GenericException, gentl.GenericException)
_WAIT_NS = 500_000_000
_BUFFERS = 16
_NS_PER_S = 1_000_000_000
# While the library waits, no other thread of the program runs. So it is asked without waiting,
# thirty times in an image's interval, within what is neither idle nor late.
_ASK_EVERY_NS = (250_000, 2_000_000)
_ASKS_AN_INTERVAL = 30
_AT_ONCE_S = 1e-9
# Their numbers do not count images that a full buffer has kept from being taken.
_MAKERS_WITH_GAPS = ("FLIR", "Point Grey", "Teledyne")


def open_genicam(
    camera: str, serial: str, settings: CameraSettings, clock: Clock, *, cti: str = ""
) -> GenicamCamera:
    """Open a camera by its serial number or its id; an empty one is whichever comes first.

    Args:
        camera: what frames say they come from.
        serial: serial number, or id as the producer has it.
        settings: wanted.
        clock: the program's.
        cti: path of the producer; empty: see `find_producers`.

    Raises:
        UnreadableSourceError: there is no producer or no such camera, it is in use, or cannot be
            set so.
    """
    there: list[str] = []
    for path in find_producers(cti):
        producer = GentlProducer(path)
        devices = producer.devices()
        for place, device in enumerate(devices):
            if serial in ("", device["serial_number"], device["id_"]):
                return _opened(camera, producer, place, device, settings, clock)
        there += (device["serial_number"] or device["id_"] for device in devices)
        producer.close()
    raise UnreadableSourceError(
        f"genicam:{serial}",
        f"there is no camera genicam:{serial}; there are: {', '.join(there) or 'none'}",
    )


def _opened(
    camera: str,
    producer: GentlProducer,
    place: int,
    device: Mapping[str, str],
    settings: CameraSettings,
    clock: Clock,
) -> GenicamCamera:
    acquirer: _Acquirer = None
    try:
        acquirer = producer.open(place)
        return GenicamCamera(camera, producer, acquirer, device, settings, clock)
    except (UnreadableSourceError, ValueError, *_ERRORS) as error:
        if acquirer is not None:
            acquirer.destroy()
        producer.close()
        source = f"genicam:{device['serial_number'] or device['id_']}"
        raise UnreadableSourceError(source, f"{source} cannot be used: {_said(error)}") from error


class GenicamCamera(StandardCamera):
    """An open camera; see `CameraSource` and `SoftwareTriggered`.

    Instants and losses are as those of `PylonCamera`.
    """

    def __init__(
        self,
        camera: str,
        producer: GentlProducer,
        acquirer: _Acquirer,
        device: Mapping[str, str],
        settings: CameraSettings,
        clock: Clock,
    ) -> None:
        self._own_features = _GenicamFeatures(camera, acquirer.remote_device.node_map)
        super().__init__(
            camera,
            self._own_features,
            settings,
            clock,
            is_gige=device["tl_type"] == "GEV",
            gaps_are_told=not device["vendor"].startswith(_MAKERS_WITH_GAPS),
        )
        self._producer = producer
        self._acquirer = acquirer
        interval_ns = round(_NS_PER_S / self.shape.rate_hz / _ASKS_AN_INTERVAL)
        self._pause_s = min(max(interval_ns, _ASK_EVERY_NS[0]), _ASK_EVERY_NS[1]) / _NS_PER_S
        acquirer.timeout_period_on_update_event_data_call = 0
        acquirer.num_buffers = max(_BUFFERS, acquirer.min_num_buffers)
        acquirer.start()
        self._underruns = self._count_underruns()

    def take(self) -> Shot | None:
        """Wait for the next image."""
        if self._acquirer is None:
            raise UnreadableSourceError(self._camera, f"{self._camera} is closed")
        until_ns = self._clock.mono_ns() + _WAIT_NS
        with _told(self._camera):
            while (buffer := self._acquirer.try_fetch(timeout=_AT_ONCE_S)) is None:
                if self._clock.mono_ns() > until_ns:
                    # A producer may say nothing of a camera that is gone; the camera would answer.
                    self._own_features.ask()
                    return None
                time.sleep(self._pause_s)
            try:
                return self._shot(buffer)
            finally:
                buffer.queue()

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""
        acquirer, self._acquirer = self._acquirer, None
        if acquirer is None:
            return
        try:
            acquirer.destroy()
        finally:
            self._producer.close()

    def _shot(self, buffer: _Buffer) -> Shot | None:
        arrived_ns = self._clock.unix_ns()
        self._count_lost(buffer.module.frame_id)
        image = buffer.payload.components[0]
        if (image.width, image.height) != (self.shape.width, self.shape.height):
            self._images.damaged("buffer")
            return None
        pixels = self._convert(image.data, image.x_padding)
        return self._shot_of(pixels, arrived_ns, self._stamp_ns(buffer.module))

    def _stamp_ns(self, module: _Buffer) -> int | None:
        """The camera's stamp, in nanoseconds or in ticks, or none."""
        try:
            return int(module.timestamp_ns) or None
        except gentl.GenericException:
            pass
        try:
            tick_hz = int(self._acquirer.device.module.timestamp_frequency)
            return int(module.timestamp) * _NS_PER_S // tick_hz if tick_hz else None
        except gentl.GenericException:
            return None

    def _count_underruns(self) -> int:
        try:
            return int(self._acquirer.data_streams[0].module.num_underrun)
        except gentl.GenericException:
            return 0


class _GenicamFeatures:
    """See `Features`."""

    def __init__(self, camera: str, nodes: _Node) -> None:
        self._camera = camera
        self._nodes = nodes

    def ask(self) -> None:
        """Ask the camera itself for something that everyone has."""
        with _told(self._camera):
            width = self._nodes.get_node("Width")
            width.node.invalidate_node()
            _ = width.value

    def is_readable(self, name: str) -> bool:
        return self._nodes.has_node(name) and bool(genapi.is_readable(self._nodes.get_node(name)))

    def is_writable(self, name: str) -> bool:
        return self._nodes.has_node(name) and bool(genapi.is_writable(self._nodes.get_node(name)))

    def number(self, name: str) -> float:
        with _told(self._camera):
            value: float = self._nodes.get_node(name).value
            return value

    def bounds(self, name: str) -> tuple[float, float, float]:
        with _told(self._camera):
            node = self._nodes.get_node(name)
            has_step = isinstance(node.value, int) or node.has_inc()
            return node.min, node.max, float(node.inc) if has_step else 0.0

    def set_number(self, name: str, value: float) -> None:
        with _told(self._camera):
            node = self._nodes.get_node(name)
            node.value = round(value) if isinstance(node.value, int) else float(value)

    def word(self, name: str) -> str:
        with _told(self._camera):
            return str(self._nodes.get_node(name).value)

    def words(self, name: str) -> tuple[str, ...]:
        with _told(self._camera):
            entries = self._nodes.get_node(name).entries
            return tuple(entry.symbolic for entry in entries if genapi.is_available(entry))

    def set_word(self, name: str, entry: str) -> None:
        with _told(self._camera):
            self._nodes.get_node(name).value = entry

    def set_flag(self, name: str, value: bool) -> None:
        with _told(self._camera):
            self._nodes.get_node(name).value = value

    def execute(self, name: str) -> None:
        with _told(self._camera):
            self._nodes.get_node(name).execute()


@contextmanager
def _told(camera: str) -> Iterator[None]:
    """Turn what the library raises into our error."""
    try:
        yield
    except _ERRORS as error:
        raise UnreadableSourceError(camera, f"{camera} does not do it: {_said(error)}") from error


def _said(error: Exception) -> str:
    """The sentence of the library; where it was raised in there helps nobody."""
    return (str(error).splitlines() or [type(error).__name__])[0].partition(" : ")[0]
