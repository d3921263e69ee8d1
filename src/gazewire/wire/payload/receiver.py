"""What the receiving halves of all payload formats have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from gazewire.wire.rtcp import StreamReceiver
from gazewire.wire.rtp import ReorderWindow, RtpPacket

__all__ = ["PacketReceiver", "PayloadReceiver"]

T = TypeVar("T")


class PayloadReceiver(Protocol[T]):
    """Makes records of the datagrams of one stream, within one session.

    What a peer sends never raises here: what cannot be read is counted and thrown away, and the
    stream goes on.
    """

    @property
    def stream(self) -> StreamReceiver:
        """Counts, orders and dates the packets; takes the stream's RTCP.

        RTP goes through the receiver, not directly to this.
        """
        ...

    def receive(self, datagrams: Iterable[bytes], now_ns: int) -> list[T]:
        """Take what the socket holds.

        Args:
            datagrams: RTP packets in the order of their arrival.
            now_ns: when they came, on any clock of the caller that does not run backwards.

        Returns:
            The records whose turn has come, in order.
        """
        ...

    def release(self, now_ns: int) -> list[T]:
        """Give up on what was waited for too long; returns what waited behind it.

        Call it when `stream.window.next_release_ns` is reached.
        """
        ...

    def flush(self) -> list[T]:
        """Give up on all that is missing, at the end of the stream; returns all that was held."""
        ...


class PacketReceiver(ABC, Generic[T]):
    """A `PayloadReceiver` that lacks only the knowledge of what packets hold.

    Args:
        payload_type: seven bits; what the SDP calls this stream's packets.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        stream: counts, orders and dates the packets; takes the stream's RTCP. RTP goes through
            this object, not directly to it.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        self.stream = StreamReceiver(payload_type=payload_type, clock_hz=clock_hz, window=window)

    def receive(self, datagrams: Iterable[bytes], now_ns: int) -> list[T]:
        """Take what the socket holds.

        Args:
            datagrams: RTP packets in the order of their arrival.
            now_ns: when they came, on any clock of the caller that does not run backwards.

        Returns:
            The records whose turn has come, in order.
        """
        return [
            record for data in datagrams for record in self._read(self.stream.receive(data, now_ns))
        ]

    def release(self, now_ns: int) -> list[T]:
        """Give up on what was waited for too long; returns what waited behind it.

        Call it when `stream.window.next_release_ns` is reached.
        """
        return self._read(self.stream.release(now_ns))

    def flush(self) -> list[T]:
        """Give up on all that is missing, at the end of the stream; returns all that was held."""
        return self._read(self.stream.flush())

    @abstractmethod
    def _read(self, packets: Iterable[RtpPacket]) -> list[T]:
        """Make records of packets whose turn has come."""
