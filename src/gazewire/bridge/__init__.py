"""Joins the two languages of eye tracking: a device of one is served as a device of the other.

::

    async with serve_device_on_bus(found, parts, ServiceConfig(), clock) as bridge:
        print(bridge.service.remote_url)

    async with open_core_glasses("127.0.0.1", 50020) as glasses:
        async with serve_device(DeviceConfig(), glasses, clock) as device:
            print(device.http_url)
"""

from gazewire.bridge.core_glasses import CoreGlasses, open_core_glasses
from gazewire.bridge.device_on_bus import DeviceOnBus, serve_device_on_bus
from gazewire.bridge.device_parts import MeasuringParts

__all__ = [
    "CoreGlasses",
    "DeviceOnBus",
    "MeasuringParts",
    "open_core_glasses",
    "serve_device_on_bus",
]
