"""One RTP stream, made once and handed to any number of receivers.

Packets are numbered and serialised a single time; every receiver gets the same bytes. A receiver
that joins is told the time first: it gets a sender report at once, and media only after that report
has had time to arrive, because clients discard what they cannot date (reports and media travel on
different sockets). Of a stream with key frames it gets nothing before the next one.

A receiver that cannot keep up loses what it has no room for, and nobody else notices: it is not
waited for, and key frames are made for those who begin, not for those who fell behind; these take
the next one that comes anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from gazewire.time import Clock
from gazewire.wire.rtcp import SenderReporter
from gazewire.wire.rtp import RtpSender

__all__ = ["JoinableStream", "RtpReceiver", "RtpStream"]

_REPORT_LEAD_NS = 5_000_000

# What is small and due now waits no longer than this for what is large and due now.
_TURN_NS = 1_000_000

# Clients that come in quick succession share a key frame: it is several times as large as another
# picture, and everybody gets it.
_KEYFRAME_INTERVAL_NS = 200_000_000


class RtpReceiver(Protocol):
    """One client's end of one stream. Neither method blocks or raises."""

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        """Send packets in this order; False where some, or all, had to be dropped."""

    def send_rtcp(self, packet: bytes) -> None:
        """Send one compound packet."""


class JoinableStream(Protocol):
    """A stream from the side of those who receive it."""

    @property
    def ssrc(self) -> int:
        """The synchronisation source identifier of every packet."""

    @property
    def next_sequence(self) -> int:
        """The sequence number of the next packet, for ``RTP-Info``."""

    def join(self, receiver: RtpReceiver) -> None:
        """Send to this receiver from now on, the time first."""

    def leave(self, receiver: RtpReceiver) -> None:
        """Send nothing more to this receiver. Harmless when repeated."""


class _Membership:
    """What a stream remembers of one receiver.

    Attributes:
        receiver: who it is; None when it has left.
        ready_unix_ns: when it knows the time.
        synchronised: it has everything since a picture where decoding could begin.
        has_fallen_behind: it was, and has lost something since.
    """

    __slots__ = ("has_fallen_behind", "ready_unix_ns", "receiver", "synchronised")

    def __init__(self, receiver: RtpReceiver, ready_unix_ns: int) -> None:
        self.receiver: RtpReceiver | None = receiver
        self.ready_unix_ns = ready_unix_ns
        self.synchronised = False
        self.has_fallen_behind = False


class RtpStream:
    """A stream and its receivers.

    Args:
        sender: numbers and serialises the packets.
        clock: the one that stamps the media; sender reports are read from it.
        cname: canonical name of the device (RFC 3550 §6.5.1).
        has_keyframes: receivers can begin only where `send` says ``is_keyframe``.

    Attributes:
        dropped: packets handed to a receiver that had no room for all of them, summed over all
            receivers.
    """

    def __init__(self, sender: RtpSender, clock: Clock, *, cname: str, has_keyframes: bool) -> None:
        self.dropped = 0
        self._sender = sender
        self._reporter = SenderReporter(sender, cname)
        self._clock = clock
        self._cname = cname
        self._has_keyframes = has_keyframes
        self._members: dict[RtpReceiver, _Membership] = {}
        self._holds = 0
        self._is_skipping = False
        self._last_keyframe_ns: int | None = None

    @property
    def has_receivers(self) -> bool:
        """Somebody listens, and may be sent to."""
        return bool(self._members) and not self._holds

    @property
    def wants_keyframe(self) -> bool:
        """A receiver waits for a key frame to begin with, and may get one now."""
        if not self._has_keyframes:
            return False
        now_ns = self._clock.unix_ns()
        last_ns = self._last_keyframe_ns
        if last_ns is not None and now_ns - last_ns < _KEYFRAME_INTERVAL_NS:
            return False
        return any(
            not member.synchronised
            and not member.has_fallen_behind
            and now_ns >= member.ready_unix_ns
            for member in self._members.values()
        )

    @property
    def next_sequence(self) -> int:
        """The sequence number of the next packet, for ``RTP-Info``."""
        return self._sender.next_sequence

    @property
    def ssrc(self) -> int:
        """The synchronisation source identifier of every packet."""
        return self._sender.ssrc

    @property
    def clock_hz(self) -> int:
        """Ticks of its timestamps in a second."""
        return self._sender.clock.clock_hz

    def join(self, receiver: RtpReceiver) -> None:
        """Send to this receiver from now on, the time first."""
        now_ns = self._clock.unix_ns()
        receiver.send_rtcp(self._reporter.report(now_ns))
        self._members[receiver] = _Membership(receiver, now_ns + _REPORT_LEAD_NS)

    def leave(self, receiver: RtpReceiver) -> None:
        """Send nothing more to this receiver. Harmless when repeated."""
        member = self._members.pop(receiver, None)
        if member is not None:
            member.receiver = None

    def replace(self, receiver: RtpReceiver, successor: RtpReceiver) -> None:
        """Send to another receiver what this one would have got, the time first.

        Nothing is sent twice or left out. A receiver that has left has no successor.
        """
        member = self._members.pop(receiver, None)
        if member is not None:
            successor.send_rtcp(self._reporter.report(self._clock.unix_ns()))
            member.receiver = successor
            self._members[successor] = member

    @contextmanager
    def held(self) -> Iterator[None]:
        """Send nothing while the context lasts, and number nothing; receivers stay.

        An access unit that has begun is completed. Afterwards a stream with key frames goes on
        with one.
        """
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            for member in self._members.values():
                member.synchronised = False
                member.has_fallen_behind = False
            self._last_keyframe_ns = None

    def restart(self, *, ssrc: int, first_sequence: int) -> None:
        """Begin anew, with other numbers, as a device that was off; receivers are forgotten."""
        self._forget_all()
        self._sender = RtpSender(
            payload_type=self._sender.payload_type,
            clock_hz=self.clock_hz,
            ssrc=ssrc,
            first_sequence=first_sequence,
        )
        self._reporter = SenderReporter(self._sender, self._cname)

    def send(
        self,
        payloads: Sequence[bytes],
        timestamp_unix_ns: int,
        *,
        is_keyframe: bool = False,
        is_continued: bool = False,
        marker_on_last: bool = False,
    ) -> None:
        """Packetise and send to all who are ready.

        Args:
            payloads: one packet each, all of the same instant.
            timestamp_unix_ns: that instant.
            is_keyframe: receivers may begin here.
            is_continued: these payloads go on with the access unit of the call before, which only
                those receivers get who took its beginning.
            marker_on_last: the last packet ends an access unit.
        """
        packets, takers = self._begin(
            payloads,
            timestamp_unix_ns,
            is_keyframe=is_keyframe,
            is_continued=is_continued,
            marker_on_last=marker_on_last,
        )
        for member in takers:
            self._give(packets, member)

    async def send_in_turns(
        self,
        payloads: Sequence[bytes],
        timestamp_unix_ns: int,
        *,
        is_keyframe: bool = False,
        is_continued: bool = False,
        marker_on_last: bool = False,
    ) -> None:
        """Do what `send` does, and let others have the event loop after each millisecond of it.

        For what is large, and goes to many: other streams are late by no more than that. Of one
        stream, one such call at a time. Cancelled, it leaves some receivers without these packets.
        """
        packets, takers = self._begin(
            payloads,
            timestamp_unix_ns,
            is_keyframe=is_keyframe,
            is_continued=is_continued,
            marker_on_last=marker_on_last,
        )
        turn_ends_ns = self._clock.mono_ns() + _TURN_NS
        for member in takers:
            if self._clock.mono_ns() >= turn_ends_ns:
                await asyncio.sleep(0)
                turn_ends_ns = self._clock.mono_ns() + _TURN_NS
            self._give(packets, member)

    def close(self) -> None:
        """Say goodbye to all receivers (RFC 3550 §6.6)."""
        goodbye = self._reporter.goodbye()
        for receiver in self._members:
            receiver.send_rtcp(goodbye)
        self._forget_all()

    def _begin(
        self,
        payloads: Sequence[bytes],
        timestamp_unix_ns: int,
        *,
        is_keyframe: bool,
        is_continued: bool,
        marker_on_last: bool,
    ) -> tuple[list[bytes], list[_Membership]]:
        """Make the packets, and choose who gets them; reports go out on the way."""
        if not is_continued:
            self._is_skipping = self._holds > 0
        if self._is_skipping:
            return [], []
        packets = self._sender.packets(payloads, timestamp_unix_ns, marker_on_last=marker_on_last)
        now_ns = self._clock.unix_ns()
        if self._reporter.due(now_ns):
            report = self._reporter.report(now_ns)
            for receiver in self._members:
                receiver.send_rtcp(report)
        may_begin = not is_continued and (is_keyframe or not self._has_keyframes)
        takers = [
            member
            for member in self._members.values()
            if member.synchronised or (may_begin and now_ns >= member.ready_unix_ns)
        ]
        if is_keyframe and takers:
            self._last_keyframe_ns = now_ns
        return packets, takers

    def _give(self, packets: Sequence[bytes], member: _Membership) -> None:
        if member.receiver is None:
            return
        member.synchronised = member.receiver.send_rtp(packets)
        if not member.synchronised:
            member.has_fallen_behind = True
            self.dropped += len(packets)

    def _forget_all(self) -> None:
        for member in self._members.values():
            member.receiver = None
        self._members.clear()
