"""Reads one item of each stream, and then no more: a reader that stalls.

`simple` uses the blocking calls, `iterate` our blocking iterators, which keep all items as long as
they can, `async` the streams by their URL. It tells its memory in megabytes, several times.

Usage: client_memory.py simple|iterate|async SECONDS HTTP_PORT RTSP_PORT
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from client_library import library, report

LOOKS = 20
SENSORS = ("world", "eyes", "gaze", "imu", "eye_events")


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def stall(seconds: float) -> None:
    memory_mb = []
    for _ in range(LOOKS):
        time.sleep(seconds / LOOKS)
        memory_mb.append(resident_mb())
    report(memory_mb=memory_mb)


def main_simple(seconds: float, http_port: int) -> None:
    device = library("simple").Device("127.0.0.1", http_port)
    for receive in (
        device.receive_scene_video_frame,
        device.receive_eyes_video_frame,
        device.receive_gaze_datum,
        device.receive_imu_datum,
        device.receive_eye_events,
        device.receive_audio_frame,
        device.receive_matched_scene_video_frame_and_gaze,
    ):
        receive()
    stall(seconds)


def main_iterate(seconds: float, http_port: int) -> None:
    device = library("simple").Device("127.0.0.1", http_port)
    iterators = [
        device.scene_video(),
        device.eyes_video(),
        device.gaze(),
        device.imu(),
        device.eye_events(),
        device.audio(),
        device.merged(*SENSORS),
    ]
    for iterator in iterators:
        next(iterator)
    stall(seconds)


async def main_async(seconds: float, rtsp_port: int) -> None:
    streaming = library("streaming")
    receive = {
        "world": streaming.receive_video_frames,
        "eyes": streaming.receive_video_frames,
        "gaze": streaming.receive_gaze_data,
        "imu": streaming.receive_imu_data,
        "eye_events": streaming.receive_eye_events_data,
    }
    url = f"rtsp://127.0.0.1:{rtsp_port}/?camera="
    streams = [receive[sensor](url + sensor, run_loop=True) for sensor in SENSORS]
    streams.append(streaming.receive_audio_frames(f"{url}world&audioenable=on", run_loop=True))
    await asyncio.gather(*(anext(stream) for stream in streams))
    # The reader stalls, the program does not.
    memory_mb = []
    for _ in range(LOOKS):
        await asyncio.sleep(seconds / LOOKS)
        memory_mb.append(resident_mb())
    report(memory_mb=memory_mb)


way, seconds_, http, rtsp = sys.argv[1:]
if way == "simple":
    main_simple(float(seconds_), int(http))
elif way == "iterate":
    main_iterate(float(seconds_), int(http))
else:
    asyncio.run(main_async(float(seconds_), int(rtsp)))
