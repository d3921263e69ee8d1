"""One event for several devices at the same instant, whatever their clocks say.

Usage: ``python several_devices.py ADDRESS[:PORT] ...``

All are asked at the same time. Each converts the instant to the clock of its own device.
"""

import asyncio
import sys
import time
from contextlib import AsyncExitStack

from gazewire.client.device import Device
from gazewire.client.discovery import find_device


async def record(device: Device) -> str:
    await device.clock_offset()  # so that there is nothing to wait for later
    return await device.recording_start()


async def mark(device: Device, name: str, our_unix_ns: int) -> None:
    event = await device.send_event(name, await device.to_device_ns(our_unix_ns))
    print(f"{device.status.phone.device_name}: {event.name} at {event.timestamp}")


async def run(places: tuple[str, ...]) -> None:
    found = await asyncio.gather(*map(find_device, places))
    async with AsyncExitStack() as stack:
        devices = [
            await stack.enter_async_context(Device.from_discovered_device(info)) for info in found
        ]
        await asyncio.gather(*map(record, devices))
        now_ns = time.time_ns()
        await asyncio.gather(*(mark(device, "all together", now_ns) for device in devices))
        await asyncio.gather(*(device.recording_stop_and_save() for device in devices))
    print(f"{len(devices)} recordings saved")


def main(*places: str) -> None:
    asyncio.run(run(places or ("127.0.0.1:8080",)))


if __name__ == "__main__":
    main(*sys.argv[1:])
