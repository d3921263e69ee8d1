"""Receives the scene video, and notes when each picture is in the user's hands.

`async` reads it by its URL and takes the picture as it was decoded; `simple` by the blocking call,
`pixels` the same with its pixels in BGR.

Usage: client_scene.py async|simple|pixels PICTURES HTTP_PORT RTSP_PORT
"""

from __future__ import annotations

import asyncio
import sys
import time

from client_library import library, report

# The first ones come in a bunch.
WARM_UP = 30

Received = list[tuple[float, int]]


async def by_url(pictures: int, rtsp_port: int) -> Received:
    received: Received = []
    url = f"rtsp://127.0.0.1:{rtsp_port}/?camera=world"
    async for frame in library("streaming").receive_video_frames(url):
        received.append((frame.timestamp_unix_seconds, time.monotonic_ns()))
        if len(received) == WARM_UP + pictures:
            break
    return received


def by_calls(pictures: int, http_port: int, *, pixels: bool) -> Received:
    device = library("simple").Device("127.0.0.1", http_port)
    received: Received = []
    while len(received) < WARM_UP + pictures:
        frame = device.receive_scene_video_frame()
        if pixels:
            _ = frame.bgr_pixels
        received.append((frame.timestamp_unix_seconds, time.monotonic_ns()))
    return received


way, count, http, rtsp = sys.argv[1:]
if way == "async":
    frames = asyncio.run(by_url(int(count), int(rtsp)))
else:
    frames = by_calls(int(count), int(http), pixels=way == "pixels")
report(received=frames[WARM_UP:])
