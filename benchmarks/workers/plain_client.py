"""Plays streams over UDP with blocking sockets: what the receiving workers share."""

from __future__ import annotations

import resource
import select
import socket
import sys

from gazewire.wire.rtsp import ClientConnection, ResponseReceived, Transport
from gazewire.wire.sdp import MediaDescription


def play(
    port: int, url: str, client_ports: tuple[int, int]
) -> tuple[socket.socket, MediaDescription]:
    """Go from DESCRIBE to PLAY.

    Args:
        port: of the server, on loopback.
        url: of the stream.
        client_ports: where RTP and RTCP shall go.

    Returns:
        The connection, as long as which the stream lasts, and how it was described.
    """
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    client = ClientConnection()

    def answer() -> ResponseReceived:
        for message in client.data_to_send():
            connection.sendall(message)
        while True:
            data = connection.recv(65_536)
            if not data:
                raise SystemExit(f"the server closed the connection to {url}")
            client.receive_data(data)
            for event in client.events():
                if isinstance(event, ResponseReceived):
                    if event.response.status != 200:
                        raise SystemExit(f"{url}: {event.response}")
                    return event

    client.describe(url)
    described = answer()
    base_url = described.base_url or url
    assert described.description is not None
    (media,) = described.description.media
    control = next(a.value for a in media.attributes if a.name == "control")
    track_url = control if "://" in str(control) else f"{base_url.rstrip('/')}/{control}"
    client.setup(str(track_url), Transport(client_port=client_ports))
    answer()
    client.play(base_url)
    answer()
    return connection, media


def udp_socket(buffer_bytes: int) -> socket.socket:
    """A bound UDP socket whose receive buffer is as large as the system grants."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, buffer_bytes)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def raise_descriptor_limit() -> None:
    """Let this process open as many files as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def is_told_to_end(*, within_s: float) -> bool:
    """Wait for a while; True as soon as the standard input ends or has a line."""
    readable, _, _ = select.select([sys.stdin], [], [], within_s)
    return bool(readable)


def lost_in_sockets(ports: list[int]) -> int:
    """How many datagrams the system threw away because nobody read fast enough."""
    wanted, lost = set(ports), 0
    with open("/proc/net/udp") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) in wanted:
                lost += int(fields[-1])
    return lost


# <asm-generic/socket.h>; not among Python's constants.
_SO_RCVBUFFORCE = 33
