"""Asynchronous clients receive and decode the sound of one URL each.

The samples go to a raw file of little-endian floats, one file for each client.
"""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from pupil_labs.realtime_api import receive_audio_frames
from reporting import report

LIMIT_S = 30


async def receive(url: str, count: int, samples_path: str) -> dict[str, Any]:
    timestamps_s: list[float] = []
    samples: list[Any] = []
    facts: dict[str, Any] = {}
    async for frame in receive_audio_frames(url):
        timestamps_s.append(frame.timestamp_unix_seconds)
        samples.append(frame.to_ndarray()[0])
        resampled = [part.shape for part in frame.to_resampled_ndarray()]
        facts = {
            "format": frame.av_frame.format.name,
            "rate_hz": frame.av_frame.sample_rate,
            "layout": frame.av_frame.layout.name,
            "samples": frame.av_frame.samples,
            "resampled": resampled,
        }
        if len(timestamps_s) == count:
            break
    if samples:
        np.concatenate(samples).astype("<f4").tofile(Path(samples_path))
    return facts | {"timestamps_s": timestamps_s}


async def receive_all(urls: list[str], count: int, samples_paths: list[str]) -> list[Any]:
    async with asyncio.timeout(LIMIT_S):
        return await asyncio.gather(
            *(receive(url, count, path) for url, path in zip(urls, samples_paths, strict=True))
        )


def main(urls: list[str], count: int, samples_paths: list[str]) -> list[Any]:
    return asyncio.run(receive_all(urls, count, samples_paths))


report(main)
