"""The whole status of a device."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gazewire.client.models.component import (
    Component,
    ComponentRaw,
    ConnectionType,
    Hardware,
    Phone,
    Recording,
    Sensor,
    SensorName,
    parse_component,
)

__all__ = ["Status"]

logger = logging.getLogger("gazewire.client.status")

# A device has six sensors, each to be had in two ways.
_MOST_SENSORS = 64


@dataclass
class Status:
    """What a device has said of itself.

    Attributes:
        phone: the companion device.
        hardware: the glasses; all ``unknown`` where none are attached.
        sensors: connected ones first, then by way and name. Sound, which no device lists, stands
            beside the scene camera that carries it.
        recording: the last that was heard of a recording; None where there was none.
    """

    phone: Phone
    hardware: Hardware
    sensors: list[Sensor]
    recording: Recording | None

    @classmethod
    def from_dict(cls, status_json_result: list[ComponentRaw]) -> Status:
        """Read the result of a status request, as it was decoded from JSON.

        Components that are not known, or lack something, are left out and logged.

        Raises:
            ValueError: there is no `Phone` among the components.
        """
        components = []
        for raw in status_json_result:
            try:
                components.append(parse_component(raw))
            except ValueError as error:
                logger.warning("left a component out of the status: %s", error)
        return cls.from_components(components)

    @classmethod
    def from_components(cls, components: Iterable[Component]) -> Status:
        """Put a status together; of two components about the same thing, the later counts.

        Raises:
            ValueError: there is no `Phone` among the components.
        """
        components = tuple(components)
        phones = [part for part in components if isinstance(part, Phone)]
        if not phones:
            raise ValueError("a status needs a Phone, and none came")
        status = cls(phones[-1], Hardware(), [], None)
        for component in components:
            status.update(component)
        return status

    def update(self, component: Component) -> None:
        """Take a component in; events and devices of the network are no part of the status.

        A sensor that was not there before becomes part of it.
        """
        match component:
            case Phone():
                self.phone = component
            case Hardware():
                self.hardware = component
            case Recording():
                self.recording = component
            case Sensor():
                self._take(component)
                if (component.sensor, component.conn_type) == _SCENE:
                    self._take(component._replace(sensor=SensorName.AUDIO.value))
                self.sensors.sort(key=_order)

    def _take(self, sensor: Sensor) -> None:
        for index, known in enumerate(self.sensors):
            if (known.sensor, known.conn_type) == (sensor.sensor, sensor.conn_type):
                self.sensors[index] = sensor
                return
        if len(self.sensors) < _MOST_SENSORS:
            self.sensors.append(sensor)

    def matching_sensors(self, name: SensorName, connection: ConnectionType) -> Iterator[Sensor]:
        """Go through the sensors of a name and a way, either of which can be ``ANY``."""
        for sensor in self.sensors:
            # The value of ANY is None.
            if name.value in (None, sensor.sensor) and connection.value in (None, sensor.conn_type):
                yield sensor

    def direct_world_sensor(self) -> Sensor | None:
        """The scene camera. That of Pupil Invisible can be detached.

        As with all sensors here, one that the device has not told of is not connected.
        """
        return self._direct(SensorName.WORLD)

    def direct_gaze_sensor(self) -> Sensor | None:
        """Gaze."""
        return self._direct(SensorName.GAZE)

    def direct_imu_sensor(self) -> Sensor | None:
        """The inertial sensor; Neon only."""
        return self._direct(SensorName.IMU)

    def direct_eyes_sensor(self) -> Sensor | None:
        """The eye cameras; Neon only."""
        return self._direct(SensorName.EYES)

    def direct_eye_events_sensor(self) -> Sensor | None:
        """Fixations, saccades and blinks; Neon only, from version 2.9 of the app on."""
        return self._direct(SensorName.EYE_EVENTS)

    def direct_audio_sensor(self) -> Sensor | None:
        """Sound, which comes with the pictures of the scene camera."""
        return self._direct(SensorName.AUDIO)

    def _direct(self, name: SensorName) -> Sensor:
        absent = Sensor(sensor=str(name.value), conn_type=ConnectionType.DIRECT.value)
        return next(self.matching_sensors(name, ConnectionType.DIRECT), absent)


_SCENE = (SensorName.WORLD.value, ConnectionType.DIRECT.value)


def _order(sensor: Sensor) -> tuple[bool, str, str]:
    return not sensor.connected, sensor.conn_type, sensor.sensor
