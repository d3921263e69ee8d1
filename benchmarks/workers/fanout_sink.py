"""Clients that take everything and look at nothing: many at the least cost, with recvmmsg.

Each has a pair of sockets for each stream, because there are servers that send only once to clients
that share an address. It prints a line of JSON when all play, and
what it received when its standard input ends.

Usage: fanout_sink.py PORT CLIENTS URL...   (each URL has {port} in it)
"""

from __future__ import annotations

import ctypes
import json
import socket
import sys

from plain_client import (
    is_told_to_end,
    lost_in_sockets,
    play,
    raise_descriptor_limit,
    udp_socket,
)

BATCH = 256
BUFFER_BYTES = 4 << 20
PAUSE_S = 0.01
# Of each datagram only so much is copied; the rest is thrown away by the kernel.
KEPT_BYTES = 16


class _IoVector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class _Header(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vector", ctypes.POINTER(_IoVector)),
        ("vector_length", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class _Message(ctypes.Structure):
    _fields_ = [("header", _Header), ("received", ctypes.c_uint32)]


class Drain:
    """Empties sockets, many datagrams a call."""

    def __init__(self) -> None:
        self._recvmmsg = ctypes.CDLL(None, use_errno=True).recvmmsg
        self._buffer = ctypes.create_string_buffer(KEPT_BYTES)
        self._vector = _IoVector(ctypes.addressof(self._buffer), KEPT_BYTES)
        self._messages = (_Message * BATCH)()
        for message in self._messages:
            message.header.vector = ctypes.pointer(self._vector)
            message.header.vector_length = 1

    def empty(self, descriptor: int) -> int:
        """Throw away what a socket holds; return how many datagrams."""
        count = 0
        while True:
            got = self._recvmmsg(descriptor, self._messages, BATCH, socket.MSG_DONTWAIT, None)
            if got > 0:
                count += got
            if got < BATCH:
                return count


def main(port: int, clients: int, urls: list[str]) -> None:
    raise_descriptor_limit()
    drain, received = Drain(), 0
    connections, media, reports = [], [], []
    for _ in range(clients):
        for url in urls:
            rtp, rtcp = udp_socket(BUFFER_BYTES), udp_socket(BUFFER_BYTES)
            media.append(rtp)
            reports.append(rtcp)
            ports = (rtp.getsockname()[1], rtcp.getsockname()[1])
            connection, _ = play(port, url.format(port=port), ports)
            connections.append(connection)
        received += sum(drain.empty(sock.fileno()) for sock in media)
    print(json.dumps({"playing": len(connections)}), flush=True)
    descriptors = [sock.fileno() for sock in media]
    # Woken by the clock and not by each datagram, which would cost more than to take it. Reports
    # are few, and stay where they are.
    while not is_told_to_end(within_s=PAUSE_S):
        received += sum(map(drain.empty, descriptors))
    unread = lost_in_sockets([sock.getsockname()[1] for sock in media])
    print(json.dumps({"received": received, "unread": unread}))


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
