"""Receives a video stream with gazewire up to the coded pictures that a decoder takes.

*datagram* hands each datagram over alone, *picture* those of a picture together.

Usage: video_gazewire.py datagram|picture INPUT
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
import sys
import time
from pathlib import Path

from gazewire.flow import Topic
from gazewire.model import AccessUnit
from gazewire.wire.payload.h264 import VideoReceiver, join_annex_b


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


def arrivals_of(packets: list[bytes], mode: str) -> list[list[bytes]]:
    """What is read from the socket at a time."""
    arrivals: list[list[bytes]] = [[]]
    for data in packets:
        arrivals[-1].append(data)
        has_marker = data[1] & 0x80
        if has_marker or mode == "datagram":
            arrivals.append([])
    return [arrival for arrival in arrivals if arrival]


async def main(mode: str, source: Path) -> None:
    receiver = VideoReceiver(payload_type=96, clock_hz=90_000)
    topic = Topic[AccessUnit]("world")
    received = topic.subscribe(capacity=100)
    digest, batch_ns = hashlib.sha256(), []
    batches = batches_of(source)
    for report, packets in batches:
        arrivals = arrivals_of(packets, mode)
        begin_ns = time.process_time_ns()
        receiver.stream.receive_rtcp(report, time.monotonic_ns())
        count = 0
        for datagrams in arrivals:
            for unit in receiver.receive(datagrams, time.monotonic_ns()):
                topic.publish(unit)
                count += 1
        pictures = []
        async for unit in received:
            # What a decoder takes.
            pictures.append((unit.timestamp_unix_ns, join_annex_b(unit.nal_units)))
            if len(pictures) == count:
                break
        batch_ns.append(time.process_time_ns() - begin_ns)
        for timestamp_unix_ns, data in pictures:
            # The rival knows the time to some hundred nanoseconds only.
            digest.update(struct.pack("!q", round(timestamp_unix_ns / 1e4)) + data)
    items = sum(len(packets) for _, packets in batches) // len(batches)
    print(json.dumps({"batch_ns": batch_ns, "items": items, "digest": digest.hexdigest()}))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
