"""One RTP stream, made once and handed to any number of receivers.

Packets are numbered and serialised a single time; every receiver gets the same bytes. A receiver
that joins is told the time first: it gets a sender report at once, and media only after that report
has had time to arrive, because clients discard what they cannot date (reports and media travel on
different sockets). Of a stream with key frames it gets nothing before the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from gazewire.time import Clock
from gazewire.wire.rtcp import SenderReporter
from gazewire.wire.rtp import RtpSender

__all__ = ["JoinableStream", "RtpReceiver", "RtpStream"]

_REPORT_LEAD_NS = 5_000_000


class RtpReceiver(Protocol):
    """One client's end of one stream. Neither method blocks or raises."""

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        """Send packets in this order; False where they had to be dropped, all of them."""

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
    """What a stream remembers of one receiver."""

    __slots__ = ("ready_unix_ns", "synchronised")

    def __init__(self, ready_unix_ns: int) -> None:
        self.ready_unix_ns = ready_unix_ns
        self.synchronised = False


class RtpStream:
    """A stream and its receivers.

    Args:
        sender: numbers and serialises the packets.
        clock: the one that stamps the media; sender reports are read from it.
        cname: canonical name of the device (RFC 3550 §6.5.1).
        has_keyframes: receivers can begin only where `send` says ``is_keyframe``.

    Attributes:
        dropped: packets that a receiver could not take, summed over all receivers.
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

    @property
    def has_receivers(self) -> bool:
        """Somebody listens, and may be sent to."""
        return bool(self._members) and not self._holds

    @property
    def wants_keyframe(self) -> bool:
        """A receiver waits for a key frame to begin, or to begin again after a loss."""
        return self._has_keyframes and any(
            not member.synchronised for member in self._members.values()
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
        self._members[receiver] = _Membership(now_ns + _REPORT_LEAD_NS)

    def leave(self, receiver: RtpReceiver) -> None:
        """Send nothing more to this receiver. Harmless when repeated."""
        self._members.pop(receiver, None)

    def replace(self, receiver: RtpReceiver, successor: RtpReceiver) -> None:
        """Send to another receiver what this one would have got, the time first.

        Nothing is sent twice or left out. A receiver that has left has no successor.
        """
        member = self._members.pop(receiver, None)
        if member is not None:
            successor.send_rtcp(self._reporter.report(self._clock.unix_ns()))
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

    def restart(self, *, ssrc: int, first_sequence: int) -> None:
        """Begin anew, with other numbers, as a device that was off; receivers are forgotten."""
        self._members.clear()
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
        if not is_continued:
            self._is_skipping = self._holds > 0
        if self._is_skipping:
            return
        packets = self._sender.packets(payloads, timestamp_unix_ns, marker_on_last=marker_on_last)
        now_ns = self._clock.unix_ns()
        if self._reporter.due(now_ns):
            report = self._reporter.report(now_ns)
            for receiver in self._members:
                receiver.send_rtcp(report)
        for receiver, member in self._members.items():
            if not member.synchronised:
                may_begin = is_keyframe if self._has_keyframes else True
                if is_continued or not may_begin or now_ns < member.ready_unix_ns:
                    continue
            member.synchronised = receiver.send_rtp(packets)
            if not member.synchronised:
                self.dropped += len(packets)

    def close(self) -> None:
        """Say goodbye to all receivers (RFC 3550 §6.6)."""
        goodbye = self._reporter.goodbye()
        for receiver in self._members:
            receiver.send_rtcp(goodbye)
        self._members.clear()
