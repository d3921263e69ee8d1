"""Receives and decodes a scene video with the official client; notes when each picture is there.

Usage: latency_official.py PORT PICTURES
"""

import asyncio
import json
import sys
import time

from pupil_labs.realtime_api import receive_video_frames


async def main(port: int, pictures: int) -> None:
    decoded = []
    async for frame in receive_video_frames(f"rtsp://127.0.0.1:{port}/?camera=world"):
        decoded.append((round(frame.timestamp_unix_seconds * 1e9), time.time_ns()))
        if len(decoded) == pictures:
            break
    print(json.dumps({"decoded": decoded}))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
