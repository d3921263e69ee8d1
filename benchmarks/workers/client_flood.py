"""Reads gaze as fast as it can, and tells what a sample costs in processor time.

`each` goes through the async iterator; `batches` takes arrays, which the official client has not.
For every so many samples it writes a byte to the file descriptor CREDITS, so that the sender goes
on.

Usage: client_flood.py each|batches SAMPLES CREDIT CREDITS RTSP_PORT
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator

from client_library import library, report

WARM_UP = 0.1
NS_PER_SAMPLE = 5_000_000


class Meter:
    """Takes the time from the end of the warming up on."""

    def __init__(self, samples: int) -> None:
        self._warm_up = round(samples * WARM_UP)
        self._samples = samples
        self._begun: tuple[int, int] | None = None

    def count(self, received: int, last_s: float, first_s: float) -> bool:
        """Note how many have been read; True when they were all, or the last one was."""
        if self._begun is None and received >= self._warm_up:
            self._begun = received, time.process_time_ns()
        sent = round((last_s - first_s) * 1e9 / NS_PER_SAMPLE) + 1
        if sent < self._samples:
            return False
        assert self._begun is not None
        begun, begun_ns = self._begun
        cpu_ns = (time.process_time_ns() - begun_ns) / (received - begun)
        report(cpu_ns=cpu_ns, lost=sent - received)
        return True


async def each(url: str, samples: int, credit: int, credits: int) -> None:
    meter, received, first_s = Meter(samples), 0, 0.0
    async for datum in library("streaming").receive_gaze_data(url):
        received += 1
        if received % credit == 0:
            os.write(credits, b".")
            first_s = first_s or datum.timestamp_unix_seconds - (credit - 1) * NS_PER_SAMPLE / 1e9
            if meter.count(received, datum.timestamp_unix_seconds, first_s):
                return


async def batches(url: str, samples: int, credit: int, credits: int) -> None:
    meter, received, first_s, written = Meter(samples), 0, 0.0, 0
    arrays: AsyncIterator = library("streaming").receive_gaze_batches(url)
    async for array in arrays:
        received += len(array)
        first_s = first_s or int(array["timestamp_unix_ns"][0]) / 1e9
        owed = received // credit - written
        if owed:
            os.write(credits, b"." * owed)
            written += owed
            if meter.count(received, int(array["timestamp_unix_ns"][-1]) / 1e9, first_s):
                return


way, samples_, credit_, credits_, port = sys.argv[1:]
read = each if way == "each" else batches
address = f"rtsp://127.0.0.1:{port}/?camera=gaze"
asyncio.run(read(address, int(samples_), int(credit_), int(credits_)))
