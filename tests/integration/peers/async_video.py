"""Asynchronous clients receive and decode one video stream each.

The luma of each picture goes to a raw file, so that the test can hold it against the source.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

from pupil_labs.realtime_api import receive_video_frames
from reporting import report

LIMIT_S = 40


async def receive(url: str, count: int, luma_path: str | None) -> dict[str, Any]:
    timestamps_s: list[float] = []
    keyframes: list[int] = []
    width = height = 0
    # The loop has nothing else to do than to receive these pictures.
    with Path(luma_path or os.devnull).open("wb") as luma:  # noqa: ASYNC230
        async for frame in receive_video_frames(url):
            width, height = frame.av_frame.width, frame.av_frame.height
            if frame.av_frame.key_frame:
                keyframes.append(len(timestamps_s))
            timestamps_s.append(frame.timestamp_unix_seconds)
            if luma_path:
                luma.write(frame.to_ndarray(format="gray").tobytes())
            if len(timestamps_s) == count:
                break
    return {
        "timestamps_s": timestamps_s,
        "keyframes": keyframes,
        "width": width,
        "height": height,
    }


async def receive_all(urls: list[str], count: int, luma_path: str | None) -> list[dict[str, Any]]:
    async with asyncio.timeout(LIMIT_S):
        return await asyncio.gather(*(receive(url, count, luma_path) for url in urls))


def main(urls: list[str], count: int, luma_path: str | None = None) -> list[dict[str, Any]]:
    return asyncio.run(receive_all(urls, count, luma_path))


report(main)
