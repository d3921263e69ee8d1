"""What can stand between a stream and its receivers, and the stream that lets it.

A `TappedStream` is what sessions are given in place of an `RtpStream`. While no fault is in force
it only passes their joining and leaving on, and packets go from the stream to the receivers as if
it were not there. A fault brings a tap for each receiver; the taps of a receiver form a line, and
the stream sends into its beginning.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from gazewire.net import RtpReceiver, RtpStream

__all__ = ["Stage", "Tap", "TapMaker", "TappedStream"]


class Stage(enum.IntEnum):
    """Where in a line a tap stands, whenever it was put in: from the sensor to the network.

    So what two faults count can be added up: what is lost is not duplicated first.
    """

    PAYLOAD = 0
    NUMBERS = 1
    REPORTS = 2
    LOSS = 3
    COPIES = 4
    ORDER = 5
    TIME = 6


class Tap:
    """An `RtpReceiver` that passes everything on; what is derived from it does worse.

    Attributes:
        STAGE: where in the line it stands.
        onward: what comes next in the line; set by the line.
    """

    STAGE: ClassVar[Stage]
    onward: RtpReceiver

    def send_rtp(self, packets: Sequence[bytes]) -> bool:
        """Pass packets on; False where they could not be taken."""
        return self.onward.send_rtp(packets)

    def send_rtcp(self, packet: bytes) -> None:
        """Pass a report on."""
        self.onward.send_rtcp(packet)

    def release(self) -> None:
        """Pass on whatever is held back; the fault is over."""

    def drop(self) -> None:
        """Forget whatever is held back; the receiver has gone."""

    def ssrc(self, ssrc: int) -> int:
        """What becomes of the stream's synchronisation source."""
        return ssrc

    def sequence(self, sequence: int) -> int:
        """What becomes of a sequence number of the stream."""
        return sequence


TapMaker = Callable[[RtpStream], Tap]
"""Makes the tap of one receiver, fresh, when it joins or when the fault begins."""


class TappedStream:
    """A stream as sessions see it, with a line of taps to each receiver.

    Args:
        stream: what is tapped.

    Attributes:
        stream: the same.
    """

    def __init__(self, stream: RtpStream) -> None:
        self.stream = stream
        self._makers: list[TapMaker] = []
        self._lines: dict[RtpReceiver, _Line] = {}

    @property
    def ssrc(self) -> int:
        """What whoever joins now will see as the source of the packets."""
        ssrc = self.stream.ssrc
        for make in self._makers:
            ssrc = make(self.stream).ssrc(ssrc)
        return ssrc

    @property
    def next_sequence(self) -> int:
        """What whoever joins now will see as the next sequence number."""
        sequence = self.stream.next_sequence
        for make in self._makers:
            sequence = make(self.stream).sequence(sequence)
        return sequence

    def join(self, receiver: RtpReceiver) -> None:
        """Send to this receiver from now on, through all taps."""
        line = _Line(receiver)
        for make in self._makers:
            line.add(make, make(self.stream))
        self._lines[receiver] = line
        self.stream.join(line.head)

    def leave(self, receiver: RtpReceiver) -> None:
        """Send nothing more to this receiver. Harmless when repeated."""
        line = self._lines.pop(receiver, None)
        if line is not None:
            self.stream.leave(line.head)
            line.drop()

    @contextmanager
    def tapped(self, make: TapMaker) -> Iterator[None]:
        """Tap the stream while the context lasts, to those who receive it and those who will.

        Whoever receives it already is told the time anew at both ends, because a tap may change
        what it means.
        """
        self._makers.append(make)
        for line in self._lines.values():
            before = line.head
            line.add(make, make(self.stream))
            self.stream.replace(before, line.head)
        try:
            yield
        finally:
            self._makers.remove(make)
            for line in self._lines.values():
                before = line.head
                line.remove(make)
                self.stream.replace(before, line.head)


class _Line:
    """The taps on the way to one receiver, by whom made them."""

    def __init__(self, receiver: RtpReceiver) -> None:
        self.head: RtpReceiver = receiver
        self._receiver = receiver
        self._taps: dict[TapMaker, Tap] = {}

    def add(self, maker: TapMaker, tap: Tap) -> None:
        self._taps[maker] = tap
        self._link()

    def remove(self, maker: TapMaker) -> None:
        self._taps.pop(maker).release()
        self._link()

    def drop(self) -> None:
        for tap in self._taps.values():
            tap.drop()

    def _link(self) -> None:
        self.head = self._receiver
        # Of one stage, the latest stands nearest to the stream: as if each was put in before all.
        for tap in sorted(self._taps.values(), key=lambda tap: tap.STAGE, reverse=True):
            tap.onward = self.head
            self.head = tap
