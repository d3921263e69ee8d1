"""Joins the two languages of eye tracking: a device of one is served as a device of the other.

async with serve_device_on_bus(found, parts, ServiceConfig(), clock) as bridge:
print(bridge.service.remote_url)
"""

from gazewire.bridge.device_on_bus import DeviceOnBus, serve_device_on_bus
from gazewire.bridge.device_parts import MeasuringParts

__all__ = ["DeviceOnBus", "MeasuringParts", "serve_device_on_bus"]
