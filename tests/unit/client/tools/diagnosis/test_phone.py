from __future__ import annotations

import pytest

from gazewire.client.models import Hardware, Phone, Sensor, Status
from gazewire.client.tools.diagnosis import Verdict
from gazewire.client.tools.diagnosis.phone import (
    check_battery,
    check_errors,
    check_memory,
    check_sensors,
)

PLACE = "10.0.0.2:8080"
PHONE = Phone(80, "OK", "d55a33b5ab845785", "lab", "10.0.0.2", 50_000_000_000, "OK", 12321)


def status(*sensors: Sensor) -> Status:
    return Status.from_components([PHONE, Hardware(version="2.0"), *sensors])


def sensor(name: str, *, connected: bool = True, way: str = "DIRECT") -> Sensor:
    return Sensor(name, way, connected=connected, ip="10.0.0.2", port=8086)


@pytest.mark.parametrize(
    ("state", "verdict", "problem"),
    [
        ("OK", Verdict.WELL, None),
        ("LOW", Verdict.NOTE, "low"),
        ("CRITICAL", Verdict.WRONG, "critical"),
        ("SOLAR", Verdict.WELL, None),
    ],
)
def test_only_what_is_critical_is_wrong(state, verdict: Verdict, problem: str | None) -> None:
    battery = check_battery(PHONE._replace(battery_state=state, battery_level=3), PLACE)
    memory = check_memory(PHONE._replace(memory_state=state, memory=1_250_000_000), PLACE)
    assert battery.verdict is memory.verdict is verdict
    assert battery.problem == (problem and f"battery-{problem}")
    assert memory.problem == (problem and f"memory-{problem}")
    assert "3 %" in battery.says
    assert "1.2 GB" in memory.says


def test_sensors_that_are_connected_are_named() -> None:
    [finding] = check_sensors(status(sensor("gaze"), sensor("world")), PLACE)
    assert finding.verdict is Verdict.WELL
    assert finding.says == "connected: gaze, world"


def test_each_sensor_that_is_not_connected_is_wrong() -> None:
    findings = list(
        check_sensors(
            status(
                sensor("gaze"),
                sensor("world", connected=False),
                sensor("eyes", connected=False),
                sensor("imu", connected=False, way="WEBSOCKET"),
            ),
            PLACE,
        )
    )
    assert [finding.problem for finding in findings] == ["eyes-off", "sensor-absent", None]
    assert "world" in findings[1].says


def test_a_device_without_any_sensor_lacks_its_glasses() -> None:
    [finding] = check_sensors(status(), PLACE)
    assert finding.problem == "sensor-absent"


def test_what_a_device_reports_is_passed_on() -> None:
    [finding] = check_errors(["Recording Watchdog failure"], PLACE)
    assert finding.problem == "device-error"
    assert "Recording Watchdog failure" in finding.says
