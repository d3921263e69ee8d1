"""When one stream reports, and what."""

from __future__ import annotations

from gazewire.time import ntp_from_unix_ns
from gazewire.wire.rtcp.compound import serialize_compound
from gazewire.wire.rtcp.packet import Goodbye, RtcpPacket, SenderReport, SourceDescription
from gazewire.wire.rtp import RtpSender

__all__ = ["SenderReporter"]

_NS_PER_S = 1_000_000_000


class SenderReporter:
    """Makes the sender reports of one stream.

    Clients of this API throw data away until they have seen a report, so the first one is due
    before the first packet. After that one is due each second: more often than the five seconds of
    RFC 3550 §6.2, because one lost report costs a client that just joined a whole interval.

    NTP and RTP time of a report name the same instant exactly. It is the last tick not after *now*
    that falls on a whole nanosecond (every ninth tick at 90 kHz): only then does a receiver that
    computes in nanoseconds get the rounded instant of *every* tick right, and not merely within
    one nanosecond.

    Args:
        sender: the stream; its counters are read at each report.
        cname: canonical name of the device, for descriptions.
        interval_ns: time between reports.
        with_description: add the canonical name to each report. RFC 3550 §6.1 asks for it, real
            devices send the report alone.
    """

    def __init__(
        self,
        sender: RtpSender,
        cname: str,
        *,
        interval_ns: int = _NS_PER_S,
        with_description: bool = False,
    ) -> None:
        self.interval_ns = interval_ns
        self._sender = sender
        self._description = SourceDescription.of_cname(sender.ssrc, cname)
        self._with_description = with_description
        self._last_unix_ns: int | None = None

    def due(self, now_unix_ns: int) -> bool:
        """Whether a report should go out: none has yet, or the last is an interval old."""
        return self._last_unix_ns is None or now_unix_ns - self._last_unix_ns >= self.interval_ns

    def report(self, now_unix_ns: int) -> bytes:
        """Make a report of this instant; the next is due one interval later.

        Returns:
            A whole RTCP datagram: 28 bytes, more with a description.
        """
        self._last_unix_ns = now_unix_ns
        packets: list[RtcpPacket] = [self._sender_report(now_unix_ns)]
        if self._with_description:
            packets.append(self._description)
        return serialize_compound(packets)

    def goodbye(self) -> bytes:
        """Make the last datagram of the stream.

        Returns:
            The instant of the last report with the final counts, the name and a goodbye; empty
            where no report was ever made, because who never spoke does not take leave
            (RFC 3550 §6.3.7).
        """
        if self._last_unix_ns is None:
            return b""
        # RFC 3550 §6.1: a compound packet begins with a report and holds the name.
        return serialize_compound(
            (
                self._sender_report(self._last_unix_ns),
                self._description,
                Goodbye((self._sender.ssrc,)),
            )
        )

    def _sender_report(self, now_unix_ns: int) -> SenderReport:
        step_ns = self._sender.clock.step_ns
        instant_unix_ns = now_unix_ns // step_ns * step_ns
        ntp_seconds, ntp_fraction = ntp_from_unix_ns(instant_unix_ns)
        return SenderReport(
            ssrc=self._sender.ssrc,
            ntp_seconds=ntp_seconds,
            ntp_fraction=ntp_fraction,
            rtp_timestamp=self._sender.timestamp(instant_unix_ns),
            packet_count=self._sender.packet_count & 0xFFFF_FFFF,
            octet_count=self._sender.octet_count & 0xFFFF_FFFF,
        )
