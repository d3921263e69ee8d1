"""What a device says of itself: battery, storage, sensors, its version, its errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gazewire.client.models import ConnectionType, Phone, Sensor, SensorName, Status
from gazewire.client.tools.diagnosis.finding import Finding, Verdict
from gazewire.client.tools.diagnosis.problem import (
    BATTERY_CRITICAL,
    BATTERY_LOW,
    DEVICE_ERROR,
    EYES_OFF,
    MEMORY_CRITICAL,
    MEMORY_LOW,
    SENSOR_ABSENT,
)

__all__ = ["check_battery", "check_errors", "check_memory", "check_sensors"]

_BYTES_PER_GB = 1_000_000_000


def check_battery(phone: Phone, device: str) -> Finding:
    """Whether the battery lasts."""
    percent = phone.battery_level
    match phone.battery_state:
        case "CRITICAL":
            return Finding.of("battery", BATTERY_CRITICAL, device=device, percent=percent)
        case "LOW":
            return Finding.of(
                "battery", BATTERY_LOW, device=device, verdict=Verdict.NOTE, percent=percent
            )
        case _:
            return Finding.well("battery", f"the battery is at {percent} %", device=device)


def check_memory(phone: Phone, device: str) -> Finding:
    """Whether there is room for recordings."""
    free_gb = phone.memory / _BYTES_PER_GB
    match phone.memory_state:
        case "CRITICAL":
            return Finding.of("memory", MEMORY_CRITICAL, device=device, free_gb=free_gb)
        case "LOW":
            return Finding.of(
                "memory", MEMORY_LOW, device=device, verdict=Verdict.NOTE, free_gb=free_gb
            )
        case _:
            return Finding.well("memory", f"{free_gb:.1f} GB are free", device=device)


def check_sensors(status: Status, device: str) -> Iterator[Finding]:
    """Whether the sensors that the device has are connected."""
    sensors = list(status.matching_sensors(SensorName.ANY, ConnectionType.DIRECT))
    # Sound is the client's own invention, and connected as the scene is.
    told = [sensor for sensor in sensors if sensor.sensor != SensorName.AUDIO.value]
    connected = [sensor.sensor for sensor in told if sensor.connected]
    for sensor in told:
        if not sensor.connected:
            yield _absent(sensor, device)
    if not told:
        yield Finding.of("sensors", SENSOR_ABSENT, device=device, sensor="gaze")
    elif connected:
        yield Finding.well("sensors", f"connected: {', '.join(connected)}", device=device)


def _absent(sensor: Sensor, device: str) -> Finding:
    if sensor.sensor == SensorName.EYES.value:
        return Finding.of("sensors", EYES_OFF, device=device)
    return Finding.of("sensors", SENSOR_ABSENT, device=device, sensor=sensor.sensor)


def check_errors(errors: Iterable[str], device: str) -> Iterator[Finding]:
    """Whether the device has reported errors."""
    for error in errors:
        yield Finding.of("errors", DEVICE_ERROR, device=device, reason=error)
