"""The receiving half of a stream of eye events: datagrams in, events in order out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gazewire.errors import RemoteProtocolError
from gazewire.model import EyeEvent
from gazewire.wire.payload.eye_events import Keepalive, UnknownEyeEvent, parse_eye_event
from gazewire.wire.payload.receiver import PacketReceiver
from gazewire.wire.rtp import ReorderWindow, RtpPacket

__all__ = ["EyeEventReceiver", "ReceivedEyeEvent"]


@dataclass(frozen=True, slots=True)
class ReceivedEyeEvent:
    """An eye event as it came.

    Attributes:
        event: what happened, with instants of its own; of a type that is newer than we are, the
            raw bytes.
        rtp_unix_ns: the instant of the packet's RTP timestamp, None where no sender report has told
            it yet. On real devices it does not agree with the instants of the event.
    """

    event: EyeEvent | UnknownEyeEvent
    rtp_unix_ns: int | None


class EyeEventReceiver(PacketReceiver[ReceivedEyeEvent]):
    """Reads the packets of one stream of eye events, within one session.

    An event brings its own instants, so none has to wait for a sender report. What a peer sends
    never raises here: what cannot be read is counted and thrown away, and the stream goes on.

    Args:
        payload_type: seven bits; what the SDP calls eye events.
        clock_hz: the clock of the stream, from the SDP too.
        window: puts the packets in order; one with the usual limits where none is given.

    Attributes:
        stream: counts, orders and dates the packets; takes the stream's RTCP. RTP goes through
            this object, not directly to it.
        malformed: payloads shorter than their type needs.
        keepalives: packets that said only that the device is there; they are not given out.
        unknown: events of a type we do not know; they are given out with their raw bytes.
        last_unknown: the last of them, or None.
    """

    def __init__(
        self, *, payload_type: int, clock_hz: int, window: ReorderWindow | None = None
    ) -> None:
        super().__init__(payload_type=payload_type, clock_hz=clock_hz, window=window)
        self.malformed = 0
        self.keepalives = 0
        self.unknown = 0
        self.last_unknown: UnknownEyeEvent | None = None

    def _read(self, packets: Iterable[RtpPacket]) -> list[ReceivedEyeEvent]:
        events = []
        for packet in packets:
            try:
                event = parse_eye_event(packet.payload)
            except RemoteProtocolError:
                self.malformed += 1
                continue
            if isinstance(event, Keepalive):
                self.keepalives += 1
                continue
            if isinstance(event, UnknownEyeEvent):
                self.unknown += 1
                self.last_unknown = event
            events.append(
                ReceivedEyeEvent(event, self.stream.unix_ns(packet.ssrc, packet.timestamp))
            )
        return events
