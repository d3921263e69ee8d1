"""Receives the same video stream with the official client's own receive path, without decoding.

Runs in the environment of the official client. Datagrams go in where its UDP socket would put them
(`RTPTransport.handle_rtp_data`); its iterator, its NAL extraction and libav's parser make of them
what `RTSPVideoFrameStreamer.receive` hands to the decoder. That parser gives out a picture when the
next one begins, so the last packet of the input belongs to a picture that is not counted.

Usage: video_official.py INPUT
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

import av
from aiortsp.rtsp.sdp import SDP
from aiortsp.transport.base import RTPTransport
from pupil_labs.realtime_api.streaming.base import RTSPRawStreamer
from pupil_labs.realtime_api.streaming.nal_unit import extract_payload_from_nal_unit

DESCRIPTION = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=Unnamed
c=IN IP4 127.0.0.1
t=0 0
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
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


async def main(source: Path) -> None:
    streamer = RTSPRawStreamer("rtsp://127.0.0.1:8086/?camera=world", media_type="video")
    transport = Transport(None)
    streamer.reader.on_ready(None, transport, SimpleNamespace(sdp=SDP(DESCRIPTION)))
    received = streamer.receive()
    codec = av.CodecContext.create("h264", "r")
    digest, batch_ns, at_s = hashlib.sha256(), [], None
    batches = batches_of(source)
    for report, packets in batches:
        begin_ns = time.process_time_ns()
        transport.handle_rtcp_data(report)
        for data in packets:
            transport.handle_rtp_data(data)
        pictures, count = [], 0
        async for data in received:
            for packet in codec.parse(extract_payload_from_nal_unit(data.raw)):
                pictures.append((at_s, packet))
            at_s = data.timestamp_unix_seconds
            count += 1
            if count == len(packets):
                break
        batch_ns.append(time.process_time_ns() - begin_ns)
        for picture_at_s, picture in pictures:
            digest.update(struct.pack("!q", round(picture_at_s * 1e5)) + bytes(picture))
    for packet in codec.parse(b""):
        digest.update(struct.pack("!q", round(at_s * 1e5)) + bytes(packet))
    transport.close()
    items = sum(len(packets) for _, packets in batches) // len(batches)
    print(json.dumps({"batch_ns": batch_ns, "items": items, "digest": digest.hexdigest()}))


asyncio.run(main(Path(sys.argv[1])))
