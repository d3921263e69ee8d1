"""Several things at once in one event loop: gaze, what the eyes do, and changes of the status.

Usage: ``python async_streams.py [ADDRESS [PORT]]``
"""

import asyncio
import sys

from gazewire.client.device import Device

COUNT = 400


async def watch_gaze(device: Device) -> None:
    async with device.gaze() as gaze:
        outside, number = 0, 0
        async for datum in gaze:
            number += 1
            outside += not (datum.x >= 0 and datum.y >= 0)
            if number == COUNT:
                break
    print(f"gaze: {COUNT}, {outside} of them left of the picture or above it")


async def watch_eye_events(device: Device) -> None:
    async for event in device.eye_events():
        print(f"eye event: {type(event).__name__}")


async def watch_status(device: Device) -> None:
    async for component in device.status_updates():
        print(f"status: {type(component).__name__}")


async def stream(address: str, port: int) -> None:
    async with Device(address, port) as device, asyncio.TaskGroup() as tasks:
        watching = [
            tasks.create_task(watch_eye_events(device)),
            tasks.create_task(watch_status(device)),
        ]
        await watch_gaze(device)
        for task in watching:
            task.cancel()


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    asyncio.run(stream(address, int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
