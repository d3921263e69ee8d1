"""The client finds devices by itself."""

import asyncio
from typing import Any

from pupil_labs.realtime_api.discovery import Network
from pupil_labs.realtime_api.simple import discover_one_device
from reporting import fields, report

LIMIT_S = 15


async def discover(count: int) -> list[dict[str, Any]]:
    async with Network() as network, asyncio.timeout(LIMIT_S):
        return [fields(await network.wait_for_new_device(LIMIT_S)) for _ in range(count)]


def main(count: int) -> Any:
    if count > 1:
        return asyncio.run(discover(count))
    device = discover_one_device(LIMIT_S)
    if device is None:
        return None
    try:
        datum = device.receive_gaze_datum(10)
        return {
            "port": device.port,
            "address": device.address,
            "full_name": device.full_name,
            "dns_name": device.dns_name,
            "phone_name": device.phone_name,
            "gaze": None if datum is None else fields(datum),
        }
    finally:
        device.close()


report(main)
