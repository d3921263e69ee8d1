"""Who the device is, and how much room it has left."""

from __future__ import annotations

import asyncio
import hashlib
import platform
import shutil
from pathlib import Path

import msgspec

from gazewire.camera import GlassesInfo
from gazewire.device.config import DeviceConfig
from gazewire.device.product import SensorName
from gazewire.device.state import DeviceState
from gazewire.model import Hardware, Phone, ResourceState, Sensor
from gazewire.time import Clock

__all__ = ["device_state", "watch_storage"]

_STORAGE_INTERVAL_S = 60.0
# The phone warns at about these; a recording takes some 2 GB an hour.
_LOW_BYTES = 5 * 1024**3
_CRITICAL_BYTES = 1024**3


def device_state(
    config: DeviceConfig,
    info: GlassesInfo,
    *,
    rtsp_port: int,
    tunnel_port: int,
    echo_port: int,
    connected: frozenset[SensorName],
    clock: Clock,
) -> DeviceState:
    """Make the status of a device that has just come up.

    Args:
        config: how the device is set up.
        info: what its source is.
        rtsp_port: bound port of the streams.
        tunnel_port: bound port of the streams inside a websocket.
        echo_port: bound port of the time echo.
        connected: the sensors that can be streamed.
        clock: the device's.
    """
    product = config.product
    name = config.name or product.device_name
    memory = _free_bytes(config.record_dir)
    phone = Phone(
        battery_level=100,
        battery_state="OK",
        device_id=_device_id(name, rtsp_port),
        device_name=name,
        ip=config.host,
        memory=memory,
        memory_state=_memory_state(memory),
        time_echo_port=echo_port,
    )
    sensors = [
        Sensor(
            sensor=sensor,
            conn_type=conn_type,
            connected=sensor in connected,
            ip=config.host,
            port=port,
            params=f"camera={sensor}&audioenable={audio}",
            stream_error=False,
        )
        for sensor in product.sensors
        for conn_type, port, audio in (
            ("WEBSOCKET", tunnel_port, "off"),
            ("DIRECT", rtsp_port, "on"),
        )
    ]
    return DeviceState(
        phone=phone,
        hardware=_hardware(product.hardware, info),
        sensors=sensors,
        clock=clock,
    )


async def watch_storage(state: DeviceState, directory: Path) -> None:
    """Keep the phone's free space up to date, once a minute. Runs for ever."""
    while True:
        await asyncio.sleep(_STORAGE_INTERVAL_S)
        memory = _free_bytes(directory)
        state.update(
            msgspec.structs.replace(state.phone, memory=memory, memory_state=_memory_state(memory))
        )


def _hardware(hardware: Hardware, info: GlassesInfo) -> Hardware:
    if info.serial is None:
        return hardware
    if hardware.module_serial is None:
        return msgspec.structs.replace(hardware, glasses_serial=info.serial)
    return msgspec.structs.replace(hardware, module_serial=info.serial)


def _device_id(name: str, rtsp_port: int) -> str:
    """Make the same 16 digits each time for the same device on the same machine."""
    text = f"{platform.node()}/{name}/{rtsp_port}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _free_bytes(directory: Path) -> int:
    existing = directory.absolute()
    while not existing.exists():
        existing = existing.parent
    return shutil.disk_usage(existing).free


def _memory_state(free_bytes: int) -> ResourceState:
    if free_bytes < _CRITICAL_BYTES:
        return "CRITICAL"
    return "LOW" if free_bytes < _LOW_BYTES else "OK"
