"""The packets of one session of one stream, on their way to records."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from gazewire.client._engine.policy import StreamPolicy
from gazewire.time import Clock
from gazewire.wire.payload import PayloadReceiver
from gazewire.wire.rtcp import SourceDescription, serialize_compound
from gazewire.wire.rtp import HEADER_BYTES

__all__ = ["Reception"]

T = TypeVar("T")

_NS_PER_S = 1_000_000_000

# RFC 3550 §5.1: where a header tells its source.
_SSRC = slice(8, 12)

# What a kept packet takes beside its bytes.
_BYTES_TO_KEEP_ONE = 128


class Reception(Generic[T]):
    """Takes packets from the network and hands on what they hold.

    Packets of a source that has not yet reported its time are kept until it does, so that nothing
    is lost and nothing is dated by guess. Use it on one event loop's thread; `close` it.

    Args:
        receiver: reads the packets.
        deliver: takes the records, never an empty list.
        awake: called when packets of use come, for the first time and after `is_quiet` was set.
        clock: of the arrival times.
        policy: how much is kept for how long.
        needs_clock: packets have to wait for their sender report.

    Attributes:
        receiver: as given.
        packets: RTP packets that came.
        undated: packets given up because their sender report did not come.
        items: records handed on.
        is_quiet: whoever wants to be told when packets of use come again sets it.
        last_data_ns: when packets of use came last, on the clock's monotonic reading; None before.
    """

    def __init__(
        self,
        receiver: PayloadReceiver[T],
        deliver: Callable[[list[T]], None],
        awake: Callable[[], None],
        clock: Clock,
        policy: StreamPolicy,
        *,
        needs_clock: bool,
    ) -> None:
        self.receiver = receiver
        self.packets = 0
        self.undated = 0
        self.items = 0
        self.is_quiet = True
        self.last_data_ns: int | None = None
        self._deliver = deliver
        self._awake = awake
        self._clock = clock
        self._policy = policy
        self._needs_clock = needs_clock
        # The source that is known to have reported, as its packets spell it.
        self._dated_source = b""
        self._held: deque[tuple[int, bytes]] = deque()
        self._held_bytes = 0
        self._release: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def held(self) -> int:
        """Packets that wait for their sender report."""
        return len(self._held)

    def receive_rtp(self, datagrams: list[bytes], now_ns: int) -> None:
        """Take RTP packets that were there together."""
        if self._closed:
            return
        self.packets += len(datagrams)
        # Nearly always all are of the source that the last one is of.
        if self._needs_clock and datagrams[-1][_SSRC] != self._dated_source:
            datagrams = self._without_undated(datagrams, now_ns)
            if not datagrams:
                return
        self._note_data(now_ns)
        self._hand_on(self.receiver.receive(datagrams, now_ns))
        self._release_later(now_ns)

    def receive_rtcp(self, datagrams: list[bytes], now_ns: int) -> None:
        """Take compound RTCP packets."""
        if self._closed:
            return
        for datagram in datagrams:
            self.receiver.stream.receive_rtcp(datagram, now_ns)
        if self._held:
            self._read_held(now_ns)

    def report(self, ssrc: int, cname: str) -> bytes:
        """Write a receiver report of what came since the last one (RFC 3550 §6.4.2)."""
        report = self.receiver.stream.statistics.report(ssrc, self._clock.mono_ns())
        return serialize_compound((report, SourceDescription.of_cname(ssrc, cname)))

    def close(self) -> None:
        """Hand on what is there, and take no more. Harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        if self._release is not None:
            self._release.cancel()
        self.undated += len(self._held)
        self._held.clear()
        self._hand_on(self.receiver.flush())

    def _note_data(self, now_ns: int) -> None:
        self.last_data_ns = now_ns
        if self.is_quiet:
            self.is_quiet = False
            self._awake()

    def _hand_on(self, items: list[T]) -> None:
        if items:
            self.items += len(items)
            self._deliver(items)

    def _is_dated(self, datagram: bytes) -> bool:
        """Whether there is no use in keeping a packet: it can be dated, or never will be."""
        source = datagram[_SSRC]
        if source == self._dated_source or len(datagram) < HEADER_BYTES:
            return True
        stream = self.receiver.stream
        if stream.unix_ns(int.from_bytes(source), 0) is None:
            return False
        self._dated_source = source
        return True

    def _without_undated(self, datagrams: Iterable[bytes], now_ns: int) -> list[bytes]:
        dated = []
        for datagram in datagrams:
            if self._is_dated(datagram):
                dated.append(datagram)
            else:
                self._held.append((now_ns, datagram))
                self._held_bytes += len(datagram) + _BYTES_TO_KEEP_ONE
        oldest_ns = now_ns - round(self._policy.held_s * _NS_PER_S)
        while self._held and (
            self._held[0][0] < oldest_ns or self._held_bytes > self._policy.held_bytes
        ):
            _, given_up = self._held.popleft()
            self._held_bytes -= len(given_up) + _BYTES_TO_KEEP_ONE
            self.undated += 1
        return dated

    def _read_held(self, now_ns: int) -> None:
        """Read those of the kept packets whose report has come."""
        held, self._held, self._held_bytes = self._held, deque(), 0
        items: list[T] = []
        has_dated = False
        for arrival_ns, datagram in held:
            if self._is_dated(datagram):
                has_dated = True
                items += self.receiver.receive((datagram,), arrival_ns)
            else:
                self._held.append((arrival_ns, datagram))
                self._held_bytes += len(datagram) + _BYTES_TO_KEEP_ONE
        if has_dated:
            self._note_data(now_ns)
            self._hand_on(items)
            self._release_later(now_ns)

    def _release_later(self, now_ns: int) -> None:
        if self._release is not None or self._closed:
            return
        release_ns = self.receiver.stream.window.next_release_ns
        if release_ns is not None:
            delay_s = max(0, release_ns - now_ns) / _NS_PER_S
            self._release = asyncio.get_running_loop().call_later(delay_s, self._released)

    def _released(self) -> None:
        self._release = None
        now_ns = self._clock.mono_ns()
        self._hand_on(self.receiver.release(now_ns))
        self._release_later(now_ns)
