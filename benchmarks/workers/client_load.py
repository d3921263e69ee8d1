"""Reads all streams of a device at full load, and tells what that costs in processor time.

`simple` reads each stream in a thread of its own by the blocking calls, `async` each in a task by
its URL. Pixels are left alone, or with `pixels` each scene picture is looked at.

Usage: client_load.py simple|async left|pixels SECONDS HTTP_PORT RTSP_PORT
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from client_library import library, report

# Until every stream runs, its clock is known and its key frame has come.
WARM_UP_S = 3.0


class Meter:
    """Counts what comes, and takes the time."""

    def __init__(self, *names: str) -> None:
        self.counts = dict.fromkeys(names, 0)

    def begin(self) -> None:
        self._counts = dict(self.counts)
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()

    def end(self) -> None:
        cpu_s = time.process_time() - self._cpu_s
        wall_s = time.perf_counter() - self._wall_s
        rates = {name: (self.counts[name] - self._counts[name]) / wall_s for name in self.counts}
        report(cpu=cpu_s / wall_s, rates_hz=rates)


def main_simple(seconds: float, http_port: int, *, pixels: bool) -> None:
    device = library("simple").Device("127.0.0.1", http_port)
    device.streaming_start(None)
    calls: dict[str, Callable[[], Any]] = {
        "world": device.receive_scene_video_frame,
        "eyes": device.receive_eyes_video_frame,
        "gaze": device.receive_gaze_datum,
        "imu": device.receive_imu_datum,
        "eye_events": device.receive_eye_events,
        "audio": device.receive_audio_frame,
    }
    meter = Meter(*calls)

    def read(name: str, receive: Callable[[], Any]) -> None:
        looks = pixels and name == "world"
        while True:
            item = receive()
            if looks:
                _ = item.bgr_pixels
            meter.counts[name] += 1

    for name, receive in calls.items():
        threading.Thread(target=read, args=(name, receive), daemon=True).start()
    time.sleep(WARM_UP_S)
    meter.begin()
    time.sleep(seconds)
    meter.end()


async def main_async(seconds: float, rtsp_port: int, *, pixels: bool) -> None:
    streaming = library("streaming")
    calls: dict[str, Callable[..., AsyncIterator[Any]]] = {
        "world": streaming.receive_video_frames,
        "eyes": streaming.receive_video_frames,
        "gaze": streaming.receive_gaze_data,
        "imu": streaming.receive_imu_data,
        "eye_events": streaming.receive_eye_events_data,
    }
    meter = Meter(*calls, "audio")

    async def read(name: str, items: AsyncIterator[Any]) -> None:
        looks = pixels and name == "world"
        async for item in items:
            if looks:
                item.bgr_buffer()
            meter.counts[name] += 1

    url = f"rtsp://127.0.0.1:{rtsp_port}/?camera="
    async with asyncio.TaskGroup() as tasks:
        for name, receive in calls.items():
            tasks.create_task(read(name, receive(url + name, run_loop=True)))
        sound = streaming.receive_audio_frames(f"{url}world&audioenable=on", run_loop=True)
        tasks.create_task(read("audio", sound))
        await asyncio.sleep(WARM_UP_S)
        meter.begin()
        await asyncio.sleep(seconds)
        meter.end()


api, look, seconds_, http, rtsp = sys.argv[1:]
if api == "simple":
    main_simple(float(seconds_), int(http), pixels=look == "pixels")
else:
    asyncio.run(main_async(float(seconds_), int(rtsp), pixels=look == "pixels"))
