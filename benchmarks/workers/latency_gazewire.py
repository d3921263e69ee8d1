"""Receives and decodes a scene video with gazewire's own parts; notes when each picture is there.

Blocking sockets, one thread: what a client cannot do without.

Usage: latency_gazewire.py PORT PICTURES
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time

from plain_client import play, udp_socket

from gazewire.media import H264Decoder
from gazewire.wire.payload.h264 import VideoReceiver
from gazewire.wire.sdp import H264Parameters

BUFFER_BYTES = 1 << 20


def read(sock: socket.socket) -> list[bytes]:
    """Empty a socket."""
    datagrams: list[bytes] = []
    try:
        while True:
            datagrams.append(sock.recv(2048))
    except BlockingIOError:
        return datagrams


def main(port: int, pictures: int) -> None:
    rtp, rtcp = udp_socket(BUFFER_BYTES), udp_socket(BUFFER_BYTES)
    ports = (rtp.getsockname()[1], rtcp.getsockname()[1])
    # The connection is kept: without it the stream would end.
    _connection, media = play(port, f"rtsp://127.0.0.1:{port}/?camera=world", ports)
    parameters = H264Parameters.parse(media.fmtp or "")
    sps, pps = parameters.parameter_sets
    decoder = H264Decoder(parameter_sets=(sps, pps))
    receiver = VideoReceiver(payload_type=96, clock_hz=90_000)
    decoded: list[tuple[int, int]] = []
    while len(decoded) < pictures:
        readable, _, _ = select.select([rtp, rtcp], [], [])
        now_ns = time.monotonic_ns()
        if rtcp in readable:
            for report in read(rtcp):
                receiver.stream.receive_rtcp(report, now_ns)
        if rtp in readable:
            for unit in receiver.receive(read(rtp), now_ns):
                for frame in decoder.decode(unit):
                    decoded.append((frame.timestamp_unix_ns, time.time_ns()))
    print(json.dumps({"decoded": decoded}))


main(int(sys.argv[1]), int(sys.argv[2]))
