"""The asynchronous client follows the status while another of its kind records and marks."""

import asyncio
from typing import Any

from pupil_labs.realtime_api import Device
from reporting import fields, report

LIMIT_S = 10
RECORDINGS_CHANGES = 2  # STOP, then SAVE or DISCARD


def component(value: Any) -> dict[str, Any]:
    return {"model": type(value).__name__} | fields(value)


async def follow(port: int) -> dict[str, Any]:
    updates: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    changes: list[dict[str, Any]] = []

    async def read(device: Device) -> None:
        async for update in device.status_updates():
            updates.put_nowait(component(update))

    async def wait_for(model: str) -> None:
        async with asyncio.timeout(LIMIT_S):
            while True:
                changes.append(await updates.get())
                if changes[-1]["model"] == model:
                    return

    async with Device("127.0.0.1", port) as device, Device("127.0.0.1", port) as other:
        status = await device.get_status()
        # The client adds an audio sensor of its own.
        sensors = [sensor for sensor in status.sensors if sensor.sensor != "audio"]

        reading = asyncio.create_task(read(device))
        async with asyncio.timeout(LIMIT_S):
            snapshot = [await updates.get() for _ in range(2 + len(sensors))]

        event = await other.send_event("mark", 1_700_000_000_000_000_001)
        await wait_for("Event")
        recording_id = await other.recording_start()
        await wait_for("Recording")
        while_recording = await other.get_status()
        await other.recording_stop_and_save()
        for _ in range(RECORDINGS_CHANGES):
            await wait_for("Recording")
        await other.recording_start()
        await wait_for("Recording")
        await other.recording_cancel()
        for _ in range(RECORDINGS_CHANGES):
            await wait_for("Recording")
        afterwards = await other.get_status()
        reading.cancel()

    return {
        "phone": component(status.phone),
        "hardware": component(status.hardware),
        "sensors": [component(sensor) for sensor in sensors],
        "snapshot": snapshot,
        "changes": changes,
        "event_timestamp": event.timestamp,
        "recording_id": recording_id,
        "recording_meanwhile": component(while_recording.recording),
        "recording_afterwards": afterwards.recording,
    }


report(lambda port: asyncio.run(follow(port)))
