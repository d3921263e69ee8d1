"""Clients whose packets are dated by the kernel: how late does each arrive?

A packet's lateness is the instant at which the kernel received it (SO_TIMESTAMPNS) less the instant
that its RTP timestamp stands for: when it was due. Of a video picture, its last packet counts.

Each client has a pair of sockets for each stream. The worker prints a line of JSON when all play,
measures from the first line on its standard input to the end of it, and prints its result.

Usage: fanout_sampler.py PORT CLIENTS URL...   (each URL has {port} in it)
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

from plain_client import is_told_to_end, lost_in_sockets, play, udp_socket

from gazewire.wire.rtcp import SenderReport, WallClock, parse_compound

SO_TIMESTAMPNS = 35
BUFFER_BYTES = 4 << 20
PAUSE_S = 0.005
ANCILLARY_BYTES = socket.CMSG_SPACE(16)
TIMESPEC = struct.Struct("@qq")
CLOCK_HZ = 90_000
MARKER = 0x80


@dataclass
class Stream:
    """One stream of one client."""

    sensor: str
    rtp: socket.socket
    rtcp: socket.socket
    clock: WallClock = field(default_factory=lambda: WallClock(CLOCK_HZ))
    arrivals: list[tuple[int, bytes]] = field(default_factory=list)


def open_stream(port: int, url: str) -> tuple[Stream, socket.socket]:
    rtp, rtcp = udp_socket(BUFFER_BYTES), udp_socket(BUFFER_BYTES)
    rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    connection, _ = play(port, url.format(port=port), (rtp.getsockname()[1], rtcp.getsockname()[1]))
    return Stream(url.rpartition("=")[2], rtp, rtcp), connection


def empty(stream: Stream) -> None:
    try:
        while True:
            data, ancillary, _, _ = stream.rtp.recvmsg(2048, ANCILLARY_BYTES)
            seconds, nanoseconds = TIMESPEC.unpack(ancillary[0][2])
            stream.arrivals.append((seconds * 1_000_000_000 + nanoseconds, data[:12]))
    except BlockingIOError:
        pass


def empty_reports(stream: Stream) -> None:
    try:
        while True:
            for packet in parse_compound(stream.rtcp.recv(2048)):
                if isinstance(packet, SenderReport):
                    stream.clock.add_report(packet)
    except BlockingIOError:
        pass


def read(streams: list[Stream]) -> None:
    for stream in streams:
        empty(stream)
        empty_reports(stream)


def lateness_of(stream: Stream, begin_ns: int) -> tuple[list[float], int]:
    """Lateness in ms of what came since, and how many numbers are missing in between."""
    late_ms: list[float] = []
    missing, expected = 0, -1
    is_video = any(data[1] & MARKER for _, data in stream.arrivals)
    for received_ns, data in stream.arrivals:
        if received_ns < begin_ns:
            continue
        sequence, timestamp = struct.unpack_from("!HI", data, 2)
        if expected >= 0:
            missing += (sequence - expected) & 0xFFFF
        expected = (sequence + 1) & 0xFFFF
        due_ns = stream.clock.unix_ns(timestamp)
        assert due_ns is not None, "no sender report has come"
        if data[1] & MARKER or not is_video:
            late_ms.append((received_ns - due_ns) / 1e6)
    return late_ms, missing


def main(port: int, clients: int, urls: list[str]) -> None:
    streams: list[Stream] = []
    connections: list[socket.socket] = []
    for _ in range(clients):
        for url in urls:
            stream, connection = open_stream(port, url)
            streams.append(stream)
            connections.append(connection)
    print(json.dumps({"playing": len(streams)}), flush=True)
    # Woken by the clock and not by each packet, which the kernel dates anyhow.
    while not is_told_to_end(within_s=PAUSE_S):
        read(streams)
    begin_ns = time.time_ns()
    sys.stdin.readline()
    while not is_told_to_end(within_s=PAUSE_S):
        read(streams)
    read(streams)
    late_ms: dict[str, list[float]] = {}
    missing = 0
    for stream in streams:
        late, gone = lateness_of(stream, begin_ns)
        late_ms.setdefault(stream.sensor, []).extend(late)
        missing += gone
    unread = lost_in_sockets([stream.rtp.getsockname()[1] for stream in streams])
    print(json.dumps({"late_ms": late_ms, "missing": missing, "unread": unread}))


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
