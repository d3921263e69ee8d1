"""Asynchronous clients receive one data stream each, until enough has come or the test says so.

Each stream's URL may appear several times, for several clients at once. With each datum comes its
class, and the time at which it was handed out.
"""

import asyncio
import time
from typing import Any

from pupil_labs.realtime_api import (
    receive_eye_events_data,
    receive_gaze_data,
    receive_imu_data,
    receive_raw_rtsp_data,
)
from reporting import fields, report, say_receiving, when_told_to_finish

RECEIVE = {
    "gaze": receive_gaze_data,
    "imu": receive_imu_data,
    "eye_events": receive_eye_events_data,
    "raw": receive_raw_rtsp_data,
}
LIMIT_S = 30


async def receive(kind: str, url: str, count: int | None, told: asyncio.Event) -> list[Any]:
    received = []
    async for datum in RECEIVE[kind](url):
        if not received:
            say_receiving()
        plain = fields(datum)
        if kind == "raw":
            plain["raw"] = bytes(plain["raw"]).hex()
        received.append({"class": type(datum).__name__, "arrival_s": time.time()} | plain)
        if len(received) == count or told.is_set():
            break
    return received


async def receive_all(kind: str, urls: list[str], count: int | None) -> list[list[Any]]:
    told = asyncio.Event()
    if count is None:
        loop = asyncio.get_running_loop()
        when_told_to_finish(lambda: loop.call_soon_threadsafe(told.set))
    async with asyncio.timeout(LIMIT_S):
        return await asyncio.gather(*(receive(kind, url, count, told) for url in urls))


def main(kind: str, urls: list[str], count: int | None = None) -> list[list[Any]]:
    return asyncio.run(receive_all(kind, urls, count))


report(main)
