"""Clients that take everything and look at nothing: many at the least cost, with recvmmsg.

All of them share one pair of sockets for each stream. It prints a line of JSON when all play, and
what it received when its standard input ends.

Usage: fanout_sink.py PORT CLIENTS URL...   (each URL has {port} in it)
"""

from __future__ import annotations

import ctypes
import json
import socket
import sys

from plain_client import is_told_to_end, lost_in_sockets, play, udp_socket

BATCH = 1024
BUFFER_BYTES = 64 << 20
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
    """Empties sockets, a thousand datagrams a call."""

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
    pairs = {url: (udp_socket(BUFFER_BYTES), udp_socket(1 << 20)) for url in urls}
    descriptors = [sock.fileno() for pair in pairs.values() for sock in pair]
    drain, received = Drain(), 0
    connections = []
    for _ in range(clients):
        for url, (rtp, rtcp) in pairs.items():
            ports = (rtp.getsockname()[1], rtcp.getsockname()[1])
            connections.append(play(port, url.format(port=port), ports))
        received += sum(map(drain.empty, descriptors))
    print(json.dumps({"playing": len(connections)}), flush=True)
    # Woken by the clock and not by each datagram, which would cost more than to take it.
    while not is_told_to_end(within_s=PAUSE_S):
        received += sum(map(drain.empty, descriptors))
    unread = lost_in_sockets([rtp.getsockname()[1] for rtp, _ in pairs.values()])
    print(json.dumps({"received": received, "unread": unread}))


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
