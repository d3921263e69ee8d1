"""Where the stream of a sensor is to be had, if need be elsewhere than the device says."""

from __future__ import annotations

from collections.abc import Callable

from gazewire.client._engine.address import StreamAddress
from gazewire.client.models import Sensor

__all__ = ["SensorAddress"]


class SensorAddress:
    """The address that a device gives for a sensor, and the one that it was itself found at.

    The two differ where a phone is in two networks, or behind a router that translates addresses;
    then only one of them may lead to the stream.

    Args:
        found_at: tells host name or IP address at which the device answers.

    Attributes:
        stream: where to open the stream now.
    """

    def __init__(self, found_at: Callable[[], str]) -> None:
        self.stream = StreamAddress()
        self._found_at = found_at
        self._sensor: Sensor | None = None
        self._is_elsewhere = False
        self._is_proven = False

    def update(self, sensor: Sensor | None) -> None:
        """Take note of what the device says of the sensor; None where it says nothing."""
        if sensor is not None and (self._sensor is None or sensor.ip != self._sensor.ip):
            self._is_elsewhere = self._is_proven = False
        self._sensor = sensor or self._sensor
        self.stream.update(None if sensor is None else self._url(sensor))

    def prove(self) -> None:
        """Learn that the stream is to be had there: from now on, no other place is tried."""
        self._is_proven = True

    def try_other(self) -> None:
        """Learn that nobody answers there, and try the other address next."""
        if self._sensor is not None and self.stream.url is not None and not self._is_proven:
            self._is_elsewhere = not self._is_elsewhere
            self.stream.update(self._url(self._sensor))

    def _url(self, sensor: Sensor) -> str | None:
        if self._is_elsewhere:
            sensor = sensor._replace(ip=self._found_at())
        return sensor.url
