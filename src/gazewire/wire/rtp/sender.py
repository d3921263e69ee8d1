"""The sending side of one RTP stream: numbers, times and counts its packets."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtp.packet import MAX_PAYLOAD_BYTES
from gazewire.wire.rtp.ticks import TickClock

__all__ = ["DEFAULT_FIRST_TICKS", "RtpSender"]

DEFAULT_FIRST_TICKS = 90_000 * 600
"""Wire timestamp of the first instant, ten minutes at 90 kHz: see `RtpSender`."""

_HEADER = struct.Struct("!BBHII")
_VERSION_2 = 0x80
_MARKER = 0x80


class RtpSender:
    """Makes the packets of one stream, ready for the network.

    RFC 3550 §5.1 advises a random first timestamp. Clients of this API do not handle its wrap and
    then place samples 13 hours off, so ours begins small: the first instant that is asked for gets
    the wire timestamp `first_ticks_near`, and the wrap lies 13 hours away. It does not begin at
    zero, because a first sender report is stamped *now* and the first picture was exposed earlier.

    Nothing here is random; who wants a random SSRC or first sequence number passes it in.

    Attributes:
        payload_type: seven bits.
        ssrc: thirty-two bits.
        clock: the clock of the stream.
        packet_count: packets made so far (RFC 3550 §6.4.1), not wrapped.
        octet_count: payload octets so far, headers not counted (RFC 3550 §6.4.1), not wrapped.
    """

    def __init__(
        self,
        *,
        payload_type: int,
        clock_hz: int,
        ssrc: int,
        first_sequence: int = 0,
        first_ticks_near: int = DEFAULT_FIRST_TICKS,
    ) -> None:
        if not 0 <= payload_type <= 0x7F:
            raise LocalProtocolError(f"RTP payload type has 7 bits: {payload_type}")
        if not 0 <= ssrc <= 0xFFFF_FFFF:
            raise LocalProtocolError(f"SSRC has 32 bits: {ssrc}")
        self.payload_type = payload_type
        self.ssrc = ssrc
        self.clock = TickClock(clock_hz)
        self.packet_count = 0
        self.octet_count = 0
        self._sequence = first_sequence & 0xFFFF
        self._first_ticks = first_ticks_near
        self._offset_ticks: int | None = None

    @property
    def next_sequence(self) -> int:
        """Sequence number that the next packet will carry."""
        return self._sequence

    def timestamp(self, timestamp_unix_ns: int) -> int:
        """The wire timestamp of an instant: the nearest tick, 32 bits.

        The first call of all, here or by `packets`, fixes the offset between ticks of the Unix
        epoch and ticks on the wire.
        """
        ticks = self.clock.ticks(timestamp_unix_ns)
        if self._offset_ticks is None:
            self._offset_ticks = self._first_ticks - ticks
        return (ticks + self._offset_ticks) & 0xFFFF_FFFF

    def packets(
        self, payloads: Sequence[bytes], timestamp_unix_ns: int, *, marker_on_last: bool
    ) -> list[bytes]:
        """Wrap the payloads of one instant in numbered packets.

        Args:
            payloads: in order; each at most `MAX_PAYLOAD_BYTES` long.
            timestamp_unix_ns: exposure of what they carry.
            marker_on_last: set the marker bit of the last packet (the end of a picture).

        Returns:
            One packet for each payload, serialised. The counters have moved on by as much.

        Raises:
            LocalProtocolError: a payload is too long; then no counter has moved.
        """
        octets = 0
        for payload in payloads:
            if len(payload) > MAX_PAYLOAD_BYTES:
                raise LocalProtocolError(
                    f"an RTP payload has at most {MAX_PAYLOAD_BYTES} bytes: {len(payload)}"
                )
            octets += len(payload)
        timestamp = self.timestamp(timestamp_unix_ns)
        last = len(payloads) - 1 if marker_on_last else -1
        packets = [
            _HEADER.pack(
                _VERSION_2,
                self.payload_type | _MARKER if index == last else self.payload_type,
                (self._sequence + index) & 0xFFFF,
                timestamp,
                self.ssrc,
            )
            + payload
            for index, payload in enumerate(payloads)
        ]
        self._sequence = (self._sequence + len(packets)) & 0xFFFF
        self.packet_count += len(packets)
        self.octet_count += octets
        return packets
