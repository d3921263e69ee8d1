"""Receives a video stream with gazewire up to the coded pictures that a decoder takes.

Usage: video_gazewire.py INPUT
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
import sys
import time
from pathlib import Path

from gazewire.wire.payload.h264 import Depacketizer, join_annex_b
from gazewire.wire.rtcp import ReceptionStatistics, SenderReport, WallClock, parse_compound
from gazewire.wire.rtp import ReorderWindow, RtpPacket


def batches_of(source: Path) -> list[tuple[bytes, list[bytes]]]:
    """Split the input, interleaved frames, at its sender reports."""
    data, offset, batches = source.read_bytes(), 0, []
    while offset < len(data):
        channel, size = struct.unpack_from("!xBH", data, offset)
        packet = data[offset + 4 : offset + 4 + size]
        offset += 4 + size
        if channel:
            batches.append((packet, []))
        else:
            batches[-1][1].append(packet)
    return batches


class Receiver:
    def __init__(self) -> None:
        self.clock = WallClock(90_000)
        self.window = ReorderWindow()
        self.statistics = ReceptionStatistics(90_000)
        self.depacketizer = Depacketizer()
        self.queue: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue()

    def receive_rtcp(self, data: bytes) -> None:
        for packet in parse_compound(data):
            if isinstance(packet, SenderReport):
                self.clock.add_report(packet)
                self.statistics.reported(packet, time.monotonic_ns())

    def receive_rtp(self, data: bytes) -> None:
        now_ns = time.monotonic_ns()
        packet = RtpPacket.parse(data)
        self.statistics.received(packet, now_ns)
        for each in self.window.push(packet, now_ns):
            for picture in self.depacketizer.push(each):
                timestamp_unix_ns = self.clock.unix_ns(picture.rtp_timestamp)
                assert timestamp_unix_ns is not None
                self.queue.put_nowait((timestamp_unix_ns, join_annex_b(picture.nal_units)))


async def main(source: Path) -> None:
    receiver, digest, batch_ns = Receiver(), hashlib.sha256(), []
    batches = batches_of(source)
    for report, packets in batches:
        begin_ns = time.perf_counter_ns()
        receiver.receive_rtcp(report)
        for data in packets:
            receiver.receive_rtp(data)
        pictures = []
        while not receiver.queue.empty():
            pictures.append(await receiver.queue.get())
        batch_ns.append(time.perf_counter_ns() - begin_ns)
        for timestamp_unix_ns, data in pictures:
            # The rival knows the time to some hundred nanoseconds only.
            digest.update(struct.pack("!q", round(timestamp_unix_ns / 1e4)) + data)
    items = sum(len(packets) for _, packets in batches) // len(batches)
    print(json.dumps({"batch_ns": batch_ns, "items": items, "digest": digest.hexdigest()}))


asyncio.run(main(Path(sys.argv[1])))
