"""Receives the same gaze stream with the official client's own receive path.

Runs in the environment of the official client. Datagrams go in where its UDP socket would put them
(`RTPTransport.handle_rtp_data`), data come out of its own iterator.

Usage: gaze_official.py path|codec INPUT
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from aiortsp.rtsp.sdp import SDP
from aiortsp.transport.base import RTPTransport
from dpkt.rtp import RTP
from pupil_labs.realtime_api.streaming.base import RTSPData
from pupil_labs.realtime_api.streaming.gaze import EyestateGazeData, GazeData, RTSPGazeStreamer

DESCRIPTION = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=Unnamed
c=IN IP4 127.0.0.1
t=0 0
m=application 0 RTP/AVP 99
a=rtpmap:99 com.pupillabs.gaze1/90000
a=control:trackID=1
"""


class Transport(RTPTransport):
    running = True


def batches_of(source: Path) -> list[tuple[bytes, list[bytes]]]:
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


def put(digest, datum) -> None:
    # Both classes hold x, y, worn, the floats of the eyes if any, and the time, in this order.
    x, y, worn, *eyes, at_s = datum
    digest.update(struct.pack(f"!{2 + len(eyes)}d?q", x, y, *eyes, worn, round(at_s * 1e5)))


async def main(mode: str, source: Path) -> None:
    streamer = RTSPGazeStreamer("rtsp://127.0.0.1:8086/?camera=gaze")
    transport = Transport(None)
    session = SimpleNamespace(sdp=SDP(DESCRIPTION))
    reader = streamer.reader
    reader.on_ready(None, transport, session)
    received = streamer.receive()
    by_size = {9: GazeData, 65: EyestateGazeData}
    digest, batch_ns, items = hashlib.sha256(), [], 0
    for report, packets in batches_of(source):
        begin_ns = time.process_time_ns()
        transport.handle_rtcp_data(report)
        gaze = []
        if mode == "codec":
            for data in packets:
                packet = RTP(data)
                at_s = reader.absolute_timestamp_from_packet(packet)
                gaze.append(by_size[len(packet.data)].from_raw(RTSPData(packet.data, at_s)))
        else:
            for data in packets:
                transport.handle_rtp_data(data)
            async for datum in received:
                gaze.append(datum)
                if len(gaze) == len(packets):
                    break
        batch_ns.append(time.process_time_ns() - begin_ns)
        items = len(gaze)
        for datum in gaze:
            put(digest, datum)
    transport.close()
    print(json.dumps({"batch_ns": batch_ns, "items": items, "digest": digest.hexdigest()}))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
