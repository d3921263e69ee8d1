"""Who the device is."""

from __future__ import annotations

import hashlib
import platform

import msgspec

from gazewire.camera import GlassesInfo
from gazewire.device.config import DeviceConfig
from gazewire.device.product import SensorName
from gazewire.device.resources import Resources
from gazewire.device.state import DeviceState
from gazewire.model import Hardware, Phone, Sensor
from gazewire.time import Clock

__all__ = ["device_state"]


def device_state(
    config: DeviceConfig,
    info: GlassesInfo,
    *,
    rtsp_port: int,
    tunnel_port: int,
    echo_port: int | None,
    connected: frozenset[SensorName],
    clock: Clock,
) -> DeviceState:
    """Make the status of a device that has just come up.

    Args:
        config: how the device is set up.
        info: what its source is.
        rtsp_port: bound port of the streams.
        tunnel_port: bound port of the streams inside a websocket.
        echo_port: bound port of the time echo, or None.
        connected: the sensors that can be streamed.
        clock: the device's.
    """
    product = config.product
    name = config.name or product.device_name
    resources = Resources.measure(config.record_dir, config.refuse)
    phone = Phone(
        battery_level=resources.battery_level,
        battery_state=resources.battery_state,
        device_id=_device_id(name, rtsp_port),
        device_name=name,
        ip=config.host,
        memory=resources.memory,
        memory_state=resources.memory_state,
        time_echo_port=echo_port,
    )
    sensors = [
        Sensor(
            sensor=sensor,
            conn_type=conn_type,
            connected=sensor in connected,
            ip=config.host,
            port=port,
            params=f"camera={sensor}"
            if config.older_app
            else f"camera={sensor}&audioenable={audio}",
            stream_error=None if config.older_app else False,
        )
        for sensor in product.sensors
        if not (config.older_app and sensor == "eye_events")
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
