"""What an RTSP session stands on: bytes come in, answers and media go out.

The session does not know whether that is a TCP connection (`TcpLink`, here) or a websocket
(`gazewire.net.tunnel`). A link never waits to send: answers are always taken, media only while not
too much waits for the client already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from gazewire.net.backlog import Backlog
from gazewire.wire.rtsp import frame_header

__all__ = ["RtspLink", "TcpLink"]

_READ_BYTES = 64 * 1024

# Answers that may wait on top of the media, before the client's next request is read.
_ANSWERS_BYTES = 64 * 1024


class RtspLink(Protocol):
    """One client's connection, whatever it is made of."""

    @property
    def local_host(self) -> str:
        """Address of ours that the client reached."""

    @property
    def peer_host(self) -> str:
        """Address of the client."""

    async def receive(self) -> bytes:
        """Wait for what the client says next, cut anywhere; empty when it will say no more.

        Raises:
            OSError: the connection broke.
        """

    def send(self, answer: bytes) -> None:
        """Queue one complete response."""

    def send_packets(self, channel: int, packets: Sequence[bytes]) -> bool:
        """Queue interleaved packets (RFC 2326 §10.12); False where all of them were dropped.

        Args:
            channel: the one of them all.
            packets: RTP or RTCP.
        """

    async def drain(self) -> None:
        """Wait while more answers are queued than the client seems to read.

        Media does not count: a client too slow for it still gets its answers, and goes on.

        Raises:
            OSError: the connection broke.
        """


class TcpLink:
    """A link that is a TCP connection.

    Args:
        reader: its incoming bytes.
        writer: its outgoing bytes; closing it remains with the owner.
        backlog: says how much may wait in our memory for the client before media is dropped.

    Attributes:
        local_host: address of ours that the client reached.
        peer_host: address of the client.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, backlog: Backlog
    ) -> None:
        self.local_host: str = writer.get_extra_info("sockname")[0]
        self.peer_host: str = writer.get_extra_info("peername")[0]
        self._reader = reader
        self._writer = writer
        self._transport = writer.transport
        self._backlog = backlog
        self._has_share = False
        # Media alone seldom gets beyond the upper one, and never stays there.
        self._transport.set_write_buffer_limits(
            high=backlog.each_bytes + _ANSWERS_BYTES, low=backlog.each_bytes
        )

    async def receive(self) -> bytes:
        """Wait for bytes; empty at the end of the stream."""
        return await self._reader.read(_READ_BYTES)

    def send(self, answer: bytes) -> None:
        """Queue one complete response."""
        self._writer.write(answer)

    def send_packets(self, channel: int, packets: Sequence[bytes]) -> bool:
        """Queue packets, each behind its header; False where the client is too far behind."""
        transport = self._transport
        if not self._has_share:
            self._has_share = True
            self._backlog.enter()
        if transport.is_closing() or transport.get_write_buffer_size() > self._backlog.share_bytes:
            return False
        parts: list[bytes] = []
        for packet in packets:
            parts += (frame_header(channel, len(packet)), packet)
        transport.write(b"".join(parts))
        return True

    async def drain(self) -> None:
        """Wait while much more is queued than media alone can make it."""
        await self._writer.drain()

    def close(self) -> None:
        """Give the share of the backlog back; nothing may be sent afterwards."""
        if self._has_share:
            self._has_share = False
            self._backlog.leave()
