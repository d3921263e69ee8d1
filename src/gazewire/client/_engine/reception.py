"""The packets of one session of one stream, on their way to records."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from gazewire.client._engine.policy import StreamPolicy
from gazewire.time import Clock
from gazewire.wire.payload import PayloadReceiver
from gazewire.wire.rtcp import SourceDescription, serialize_compound

__all__ = ["Reception"]

T = TypeVar("T")

_NS_PER_S = 1_000_000_000


class Reception(Generic[T]):
    """Takes packets from the network and hands on what they hold.

    Packets that came before the first sender report are kept until it comes, so that nothing is
    lost and nothing is dated by guess. Use it on one event loop's thread; `close` it.

    Args:
        receiver: reads the packets.
        deliver: takes the records, never an empty list.
        clock: of the arrival times.
        policy: how much is kept for how long.
        needs_clock: packets have to wait for the first sender report.

    Attributes:
        receiver: as given.
        packets: RTP packets that came.
        undated: packets given up because no sender report came.
        items: records handed on.
        last_packet_ns: when RTP or RTCP came last, on the clock's monotonic reading; None before.
        last_data_ns: when RTP came last, the same.
    """

    def __init__(
        self,
        receiver: PayloadReceiver[T],
        deliver: Callable[[list[T]], None],
        clock: Clock,
        policy: StreamPolicy,
        *,
        needs_clock: bool,
    ) -> None:
        self.receiver = receiver
        self.packets = 0
        self.undated = 0
        self.items = 0
        self.last_packet_ns: int | None = None
        self.last_data_ns: int | None = None
        self._deliver = deliver
        self._clock = clock
        self._policy = policy
        self._is_dated = not needs_clock
        self._held: deque[tuple[int, bytes]] = deque()
        self._held_bytes = 0
        self._release: asyncio.TimerHandle | None = None
        self._closed = False

    def receive_rtp(self, datagrams: list[bytes], now_ns: int) -> None:
        """Take RTP packets that were there together."""
        if self._closed:
            return
        self.packets += len(datagrams)
        self.last_packet_ns = self.last_data_ns = now_ns
        if not self._is_dated:
            self._hold(datagrams, now_ns)
            return
        self._hand_on(self.receiver.receive(datagrams, now_ns))
        if self._release is None:
            self._release_later(now_ns)

    def receive_rtcp(self, datagrams: list[bytes], now_ns: int) -> None:
        """Take compound RTCP packets."""
        if self._closed:
            return
        self.last_packet_ns = now_ns
        for datagram in datagrams:
            self.receiver.stream.receive_rtcp(datagram, now_ns)
        if not self._is_dated and self.receiver.stream.clock.is_set:
            self._is_dated = True
            held, self._held, self._held_bytes = self._held, deque(), 0
            for arrival_ns, datagram in held:
                self._hand_on(self.receiver.receive((datagram,), arrival_ns))

    def report(self, ssrc: int, cname: str) -> bytes:
        """Write a receiver report of what came since the last one (RFC 3550 §6.4.2)."""
        report = self.receiver.stream.statistics.report(ssrc, self._clock.mono_ns())
        return serialize_compound((report, SourceDescription.of_cname(ssrc, cname)))

    def close(self) -> None:
        """Hand on what is there, and take no more. Harmless when repeated."""
        if not self._closed:
            self._closed = True
            if self._release is not None:
                self._release.cancel()
            self.undated += len(self._held)
            self._held.clear()
            self._hand_on(self.receiver.flush())

    def _hand_on(self, items: list[T]) -> None:
        if items:
            self.items += len(items)
            self._deliver(items)

    def _hold(self, datagrams: list[bytes], now_ns: int) -> None:
        for datagram in datagrams:
            self._held.append((now_ns, datagram))
            self._held_bytes += len(datagram)
        oldest_ns = now_ns - round(self._policy.held_s * _NS_PER_S)
        while self._held and (
            self._held[0][0] < oldest_ns or self._held_bytes > self._policy.held_bytes
        ):
            _, given_up = self._held.popleft()
            self._held_bytes -= len(given_up)
            self.undated += 1

    def _release_later(self, now_ns: int) -> None:
        release_ns = self.receiver.stream.window.next_release_ns
        if release_ns is not None:
            delay_s = max(0, release_ns - now_ns) / _NS_PER_S
            self._release = asyncio.get_running_loop().call_later(delay_s, self._released)

    def _released(self) -> None:
        now_ns = self._clock.mono_ns()
        self._hand_on(self.receiver.release(now_ns))
        self._release = None
        self._release_later(now_ns)
