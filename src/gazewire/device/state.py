"""Everything the device says of itself: the one owner of its status."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from gazewire.flow import Topic
from gazewire.model import Component, Event, Hardware, NetworkDevice, Phone, Recording, Sensor
from gazewire.time import Clock

__all__ = ["DeviceState", "localised"]


class DeviceState:
    """The components of the status, and the stream of their changes.

    Addresses inside are those of the configuration; `localised` puts in the address that a
    particular client reached.

    Args:
        phone: the companion device.
        hardware: the glasses.
        sensors: every sensor there can be, connected or not, because clients learn of no others
            later.
        clock: measures how long a recording is.

    Attributes:
        changes: each component that changed, whole, and each event.
    """

    def __init__(
        self, *, phone: Phone, hardware: Hardware, sensors: Iterable[Sensor], clock: Clock
    ) -> None:
        self.changes = Topic[Component]("status changes")
        self._phone = phone
        self._hardware = hardware
        self._sensors = {(sensor.sensor, sensor.conn_type): sensor for sensor in sensors}
        self._clock = clock
        self._recording: Recording | None = None
        self._recording_start_ns = 0

    @property
    def phone(self) -> Phone:
        """The companion device."""
        return self._phone

    @property
    def hardware(self) -> Hardware:
        """The glasses."""
        return self._hardware

    @property
    def sensors(self) -> tuple[Sensor, ...]:
        """All sensors, the two ways to each side by side."""
        return tuple(self._sensors.values())

    @property
    def recording(self) -> Recording | None:
        """The recording that goes on, its duration measured now; None where none does."""
        if self._recording is None:
            return None
        duration_ns = self._clock.mono_ns() - self._recording_start_ns
        return msgspec.structs.replace(self._recording, rec_duration_ns=duration_ns)

    def snapshot(self) -> tuple[Component, ...]:
        """Every component, in the order in which a new listener is told."""
        parts: list[Component] = [self._phone, self._hardware, *self.sensors]
        if (recording := self.recording) is not None:
            parts.append(recording)
        return tuple(parts)

    def update(self, component: Component) -> None:
        """Take a component in and tell the listeners, unless nothing about it is new.

        A repeated sensor would make clients restart its stream. Events are always told.
        """
        match component:
            case Phone():
                is_new = component != self._phone
                self._phone = component
            case Hardware():
                is_new = component != self._hardware
                self._hardware = component
            case Sensor():
                key = (component.sensor, component.conn_type)
                is_new = component != self._sensors.get(key)
                self._sensors[key] = component
            case Recording():
                is_new = True
                self._recording = component if component.action == "START" else None
                self._recording_start_ns = self._clock.mono_ns() - component.rec_duration_ns
            case Event() | NetworkDevice():
                is_new = True
        if is_new:
            self.changes.publish(component)


def localised(component: Component, host: str) -> Component:
    """Put in the address that the asking client reached us by, where a component holds one."""
    if isinstance(component, Phone) or (isinstance(component, Sensor) and component.ip is not None):
        return msgspec.structs.replace(component, ip=host)
    return component
