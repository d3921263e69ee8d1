"""Receives a gaze stream with gazewire.

Statistics, order and time are in both modes: the receiver does not come without. *codec* hands it a
batch at once, as what reads a capture does. *path* hands it each datagram alone, as they come from
a live network, and reads the records from the queue that all streams of gazewire are read from.

Usage: gaze_gazewire.py path|codec INPUT
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
from gazewire.model import GazeDatum
from gazewire.wire.payload import GazeReceiver


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


def put(digest: hashlib._Hash, datum: GazeDatum) -> None:
    values = [datum.x_px, datum.y_px]
    for eye in (datum.eye_state_left, datum.eye_state_right):
        if eye is not None:
            values += (eye.pupil_diameter_mm, *eye.eyeball_center_mm, *eye.optical_axis)
    # The rival knows the time to some hundred nanoseconds only.
    at_10us = round(datum.timestamp_unix_ns / 1e4)
    digest.update(struct.pack(f"!{len(values)}d?q", *values, datum.worn, at_10us))


async def main(mode: str, source: Path) -> None:
    receiver = GazeReceiver(payload_type=99, clock_hz=90_000)
    topic = Topic[GazeDatum]("gaze")
    received = topic.subscribe(capacity=1000)
    digest, batch_ns, items = hashlib.sha256(), [], 0
    for report, packets in batches_of(source):
        begin_ns = time.process_time_ns()
        receiver.stream.receive_rtcp(report, time.monotonic_ns())
        if mode == "codec":
            gaze = receiver.receive(packets, time.monotonic_ns())
        else:
            for data in packets:
                for datum in receiver.receive((data,), time.monotonic_ns()):
                    topic.publish(datum)
            gaze = []
            async for datum in received:
                gaze.append(datum)
                if len(gaze) == len(packets):
                    break
        batch_ns.append(time.process_time_ns() - begin_ns)
        items = len(gaze)
        for datum in gaze:
            put(digest, datum)
    print(json.dumps({"batch_ns": batch_ns, "items": items, "digest": digest.hexdigest()}))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
