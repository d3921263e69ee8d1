"""Events of a device are annotations of the bus, and the other way round."""

from __future__ import annotations

import logging
from collections import deque

from gazewire.client import Device, DeviceError
from gazewire.client.models import Event
from gazewire.errors import RemoteProtocolError
from gazewire.model import Annotation
from gazewire.service import RunningService
from gazewire.wire.ipc import (
    ANNOTATION_TOPIC,
    Message,
    annotation_map,
    encode_map,
    parse_annotation,
)

__all__ = ["Marks"]

_LOG = logging.getLogger(__name__)

_ANNOTATIONS_WAITING = 1000
# What is on its way back to us.
_REMEMBERED = 100
# By so much, at most, an instant has changed that was Core seconds in between.
_ROUNDING_NS = 1_000


class Marks:
    """Hands marks on, each of them once.

    Args:
        device: that has events.
        service: on whose bus annotations are.
    """

    def __init__(self, device: Device, service: RunningService) -> None:
        self._device = device
        self._service = service
        self._passed = deque[tuple[str, int]](maxlen=_REMEMBERED)

    async def follow_bus(self) -> None:
        """Let each annotation be an event of the device, at its own instant; for ever."""
        timebase = self._service.timebase
        async with self._service.subscribe([ANNOTATION_TOPIC], _ANNOTATIONS_WAITING) as messages:
            async for message in messages:
                try:
                    mark = parse_annotation(message.map(), timebase)
                except RemoteProtocolError as error:
                    _LOG.warning("an annotation is not handed on: %s", error)
                    continue
                if self._is_new(mark.label, mark.timestamp_unix_ns):
                    await self._send(mark)

    async def follow_device(self) -> None:
        """Let each event of the device be an annotation; for ever."""
        async for component in self._device.status_updates():
            if not isinstance(component, Event):
                continue
            label, instant_ns = component.name or "", component.timestamp
            if self._is_new(label, instant_ns):
                mark = Annotation(label=label, timestamp_unix_ns=instant_ns)
                told = encode_map(annotation_map(mark, self._service.timebase))
                self._service.outlet.publish(Message(ANNOTATION_TOPIC, told))

    async def _send(self, mark: Annotation) -> None:
        try:
            await self._device.send_event(mark.label, mark.timestamp_unix_ns)
        except DeviceError as error:
            _LOG.error("the device did not take the event %.80r: %s", mark.label, error)

    def _is_new(self, label: str, instant_ns: int) -> bool:
        for passed_label, passed_ns in self._passed:
            if passed_label == label and abs(passed_ns - instant_ns) <= _ROUNDING_NS:
                return False
        self._passed.append((label, instant_ns))
        return True
