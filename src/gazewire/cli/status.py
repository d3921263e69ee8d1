"""``gazewire status``: what a device says of itself."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
import typer

from gazewire.cli.device_option import DeviceOption
from gazewire.cli.running import run
from gazewire.cli.table import spell_table
from gazewire.client.device import Device
from gazewire.client.discovery import DiscoveredDeviceInfo
from gazewire.client.models import Hardware, Recording, Status
from gazewire.client.tools import choose_device, device_place

__all__ = ["status"]

_HEADINGS = ("SENSOR", "WAY", "CONNECTED", "URL")
_BYTES_PER_GB = 1_000_000_000
_UNKNOWN = frozenset({None, "", "unknown", "-1"})


def status(
    device: DeviceOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one line of JSON.")] = False,
) -> None:
    """Say how a device is: its phone, glasses, sensors and recording."""

    async def program(stop: asyncio.Event) -> None:
        found = await choose_device(device)
        async with Device.from_discovered_device(found) as asked:
            told = await asked.get_status()
        if as_json:
            typer.echo(msgspec.json.encode(_facts(found, told)).decode())
        else:
            typer.echo(_text(found, told))

    run(program)


def _facts(found: DiscoveredDeviceInfo, told: Status) -> dict[str, Any]:
    # Any: what the components hold, for JSON.
    return {
        "address": found.addresses[0],
        "port": found.port,
        "phone": told.phone._asdict(),
        "hardware": told.hardware._asdict(),
        "sensors": [sensor._asdict() | {"url": sensor.url} for sensor in told.sensors],
        "recording": None if told.recording is None else told.recording._asdict(),
    }


def _text(found: DiscoveredDeviceInfo, told: Status) -> str:
    phone = told.phone
    echo = phone.time_echo_port
    sensors = [
        (sensor.sensor, sensor.conn_type, "yes" if sensor.connected else "no", sensor.url or "")
        for sensor in told.sensors
    ]
    return (
        f"{phone.device_name} at {device_place(found)}, id {phone.device_id}\n"
        f"  battery    {phone.battery_level} % ({phone.battery_state})\n"
        f"  memory     {phone.memory / _BYTES_PER_GB:.1f} GB free ({phone.memory_state})\n"
        f"  glasses    {_glasses(told.hardware)}\n"
        f"  time echo  {'none' if echo is None else f'{phone.ip}:{echo}'}\n"
        f"  recording  {_recording(told.recording)}\n\n"
        f"{spell_table(_HEADINGS, sensors)}"
    )


def _glasses(hardware: Hardware) -> str:
    serials = (hardware.module_serial, hardware.glasses_serial)
    serial = next((serial for serial in serials if serial not in _UNKNOWN), None)
    if serial is None:
        return "none, or not known"
    product = "Pupil Invisible" if (hardware.version or "").startswith("1") else "Neon"
    return f"{product}, serial {serial}"


def _recording(recording: Recording | None) -> str:
    if recording is None:
        return "none"
    duration_s = recording.rec_duration_seconds
    error = f": {recording.message}" if recording.message else ""
    return f"{recording.action} {recording.id}, {duration_s:.1f} s{error}"
