"""Receives a gaze stream with gazewire: every packet through all that a client needs.

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

from gazewire.model import GazeDatum
from gazewire.wire.payload import parse_gaze
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
        self.queue: asyncio.Queue[GazeDatum] = asyncio.Queue()

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
            timestamp_unix_ns = self.clock.unix_ns(each.timestamp)
            if timestamp_unix_ns is not None:
                self.queue.put_nowait(parse_gaze(each.payload, timestamp_unix_ns).datum)

    def decode(self, data: bytes) -> GazeDatum:
        packet = RtpPacket.parse(data)
        timestamp_unix_ns = self.clock.unix_ns(packet.timestamp)
        assert timestamp_unix_ns is not None
        return parse_gaze(packet.payload, timestamp_unix_ns).datum


def put(digest: hashlib._Hash, datum: GazeDatum) -> None:
    eye = datum.eye_state_right
    last = eye.optical_axis[2] if eye is not None else 0.0
    # The rival knows the time to some hundred nanoseconds only.
    at_us = round(datum.timestamp_unix_ns / 1e4)
    digest.update(struct.pack("!ddd?q", datum.x_px, datum.y_px, last, datum.worn, at_us))


async def main(mode: str, source: Path) -> None:
    receiver, digest, batch_ns, items = Receiver(), hashlib.sha256(), [], 0
    for report, packets in batches_of(source):
        begin_ns = time.perf_counter_ns()
        receiver.receive_rtcp(report)
        if mode == "codec":
            gaze = [receiver.decode(data) for data in packets]
        else:
            for data in packets:
                receiver.receive_rtp(data)
            gaze = [await receiver.queue.get() for _ in packets]
        batch_ns.append(time.perf_counter_ns() - begin_ns)
        items = len(gaze)
        for datum in gaze:
            put(digest, datum)
    print(json.dumps({"batch_ns": batch_ns, "items": items, "digest": digest.hexdigest()}))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
