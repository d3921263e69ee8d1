"""AAC over RTP in the mode ``AAC-hbr`` (RFC 3640 §3.3.6), and the codec's configuration.

A payload begins with the length of the header section in bits, then sixteen bits for each access
unit: thirteen of size, three of index. The access units follow. What a codec calls an audio frame
is an access unit here, as in the RFC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.rtp import MAX_PAYLOAD_BYTES, RtpPacket

__all__ = [
    "SAMPLES_PER_ACCESS_UNIT",
    "AacAccessUnit",
    "AacDepacketizer",
    "AacPacketizer",
    "AudioConfig",
]

SAMPLES_PER_ACCESS_UNIT = 1024
"""AAC codes this many samples a channel at a time, and RTP's clock for audio counts samples."""

_SIZE_BITS, _INDEX_BITS = 13, 3
_AU_HEADER_BYTES = 2
_MAX_ACCESS_UNIT_BYTES = (1 << _SIZE_BITS) - 1
_MAX_INDEX_DELTA = (1 << _INDEX_BITS) - 1

# ISO/IEC 14496-3 table 1.18; index 15 means that the rate itself follows.
_SAMPLE_RATES_HZ = (
    96000,
    88200,
    64000,
    48000,
    44100,
    32000,
    24000,
    22050,
    16000,
    12000,
    11025,
    8000,
    7350,
)
_EXPLICIT_RATE = 15
_EXTENDED_TYPE = 31


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """What a decoder must know: ``config`` in the SDP (ISO/IEC 14496-3 §1.6.2.1).

    Attributes:
        object_type: 2 is AAC-LC, what these devices send.
        sample_rate_hz: samples a second.
        channels: channel configuration; 1 and 2 are mono and stereo.
    """

    object_type: int
    sample_rate_hz: int
    channels: int

    @classmethod
    def parse(cls, data: bytes) -> AudioConfig:
        """Read the configuration; what follows the channels is not needed and not read.

        Raises:
            RemoteProtocolError: cut off, or a sample rate of a reserved number.
        """
        bits = int.from_bytes(data)
        left = 8 * len(data)

        def take(count: int) -> int:
            nonlocal left
            left -= count
            if left < 0:
                raise RemoteProtocolError(f"an AAC configuration is cut off: {data.hex()}")
            return bits >> left & (1 << count) - 1

        object_type = take(5)
        if object_type == _EXTENDED_TYPE:
            object_type = 32 + take(6)
        rate_index = take(4)
        if rate_index == _EXPLICIT_RATE:
            sample_rate_hz = take(24)
        elif rate_index < len(_SAMPLE_RATES_HZ):
            sample_rate_hz = _SAMPLE_RATES_HZ[rate_index]
        else:
            raise RemoteProtocolError(f"an AAC sample rate of the reserved number {rate_index}")
        return cls(object_type, sample_rate_hz, take(4))

    def serialize(self) -> bytes:
        """Write the configuration, with the three zero bits that follow for plain AAC.

        Raises:
            LocalProtocolError: a field does not fit its place.
        """
        if not (
            0 <= self.object_type < 96
            and self.object_type != _EXTENDED_TYPE
            and 0 <= self.sample_rate_hz < 1 << 24
            and 0 <= self.channels < 16
        ):
            raise LocalProtocolError(f"not an AAC configuration: {self}")
        if self.object_type < _EXTENDED_TYPE:
            text = f"{self.object_type:05b}"
        else:
            text = f"{_EXTENDED_TYPE:05b}{self.object_type - 32:06b}"
        if self.sample_rate_hz in _SAMPLE_RATES_HZ:
            text += f"{_SAMPLE_RATES_HZ.index(self.sample_rate_hz):04b}"
        else:
            text += f"{_EXPLICIT_RATE:04b}{self.sample_rate_hz:024b}"
        # frameLengthFlag, dependsOnCoreCoder, extensionFlag: 1024 samples, nothing more.
        text += f"{self.channels:04b}000"
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8)


class AacPacketizer:
    """Puts access units into payloads.

    Args:
        max_payload_bytes: the longest payload to make.
    """

    def __init__(self, max_payload_bytes: int = MAX_PAYLOAD_BYTES) -> None:
        if max_payload_bytes < 5:
            raise LocalProtocolError(f"an AAC payload has at least 5 bytes: {max_payload_bytes}")
        self._max_payload_bytes = max_payload_bytes

    def packetize(self, access_units: Sequence[bytes]) -> list[bytes]:
        """Pack what belongs to one RTP timestamp.

        Args:
            access_units: one; or several that follow each other and fit into one payload, whose
                timestamp is that of the first.

        Returns:
            One payload, or the fragments of the one access unit that does not fit. All get the
            same RTP timestamp, and the last one the marker (§3.2.1, §3.2.3).

        Raises:
            LocalProtocolError: an access unit is too long for the format, or several do not fit.
        """
        if not access_units:
            raise LocalProtocolError("a payload without an access unit")
        for unit in access_units:
            if not 0 < len(unit) <= _MAX_ACCESS_UNIT_BYTES:
                raise LocalProtocolError(
                    f"an AAC access unit has 1 to {_MAX_ACCESS_UNIT_BYTES} bytes: {len(unit)}"
                )
        headers = b"".join(
            (len(unit) << _INDEX_BITS).to_bytes(_AU_HEADER_BYTES) for unit in access_units
        )
        section = (8 * len(headers)).to_bytes(2) + headers
        room = self._max_payload_bytes - len(section)
        if sum(map(len, access_units)) <= room:
            return [b"".join((section, *access_units))]
        if len(access_units) > 1:
            raise LocalProtocolError(
                f"{len(access_units)} AAC access units do not fit {self._max_payload_bytes} bytes"
            )
        # §3.2.3: each fragment is preceded by the header of the whole access unit.
        unit = access_units[0]
        return [section + unit[start : start + room] for start in range(0, len(unit), room)]


@dataclass(frozen=True, slots=True)
class AacAccessUnit:
    """One coded stretch of sound.

    Attributes:
        rtp_timestamp: of its first sample, unsigned 32-bit.
        data: for the decoder.
    """

    rtp_timestamp: int
    data: bytes


class AacDepacketizer:
    """Takes access units out of packets that come in order.

    Attributes:
        malformed: packets thrown away because they cannot be right.
        dropped: fragmented access units thrown away because a part was lost.
    """

    def __init__(self) -> None:
        self.malformed = 0
        self.dropped = 0
        self._fragments: list[bytes] = []
        self._missing_bytes = 0
        self._fragment_timestamp: int | None = None
        self._dropped_timestamp: int | None = None
        self._next_sequence = 0

    def push(self, packet: RtpPacket) -> tuple[AacAccessUnit, ...]:
        """Take one packet.

        Returns:
            The access units that are complete now; none while one is coming in fragments.
        """
        if self._fragments and (
            packet.sequence != self._next_sequence or packet.timestamp != self._fragment_timestamp
        ):
            self._drop()
        self._next_sequence = (packet.sequence + 1) & 0xFFFF
        if packet.timestamp != self._dropped_timestamp:
            self._dropped_timestamp = None
        try:
            headers, data = _parse_headers(packet.payload)
            if len(headers) == 1 and headers[0][0] > len(data):
                return self._push_fragment(packet, headers[0][0], data)
            return _split(packet.timestamp, headers, data)
        except RemoteProtocolError:
            self.malformed += 1
            return ()

    def _push_fragment(
        self, packet: RtpPacket, size: int, data: bytes
    ) -> tuple[AacAccessUnit, ...]:
        if not data:
            raise RemoteProtocolError("a fragment of an AAC access unit is empty")
        if packet.timestamp == self._dropped_timestamp:
            return ()
        if not self._fragments:
            self._missing_bytes = size
            self._fragment_timestamp = packet.timestamp
        self._fragments.append(data)
        self._missing_bytes -= len(data)
        if self._missing_bytes > 0:
            if packet.marker:
                # The last fragment came, so one of the first was lost before we joined.
                self._drop()
            return ()
        unit = AacAccessUnit(packet.timestamp, b"".join(self._fragments))
        self._fragments = []
        if self._missing_bytes < 0:
            raise RemoteProtocolError("the fragments of an AAC access unit exceed its size")
        return (unit,)

    def _drop(self) -> None:
        self._fragments = []
        self._dropped_timestamp = self._fragment_timestamp
        self.dropped += 1


def _parse_headers(payload: bytes) -> tuple[list[tuple[int, int]], bytes]:
    """Read the header section.

    Returns:
        (size, index or index difference) of each access unit, and the data after the section.
    """
    bits = int.from_bytes(payload[:2])
    count, rest = divmod(bits, 8 * _AU_HEADER_BYTES)
    end = 2 + count * _AU_HEADER_BYTES
    if count == 0 or rest or len(payload) < end:
        raise RemoteProtocolError(
            f"AAC headers of {bits} bits in a payload of {len(payload)} bytes"
        )
    headers = []
    for offset in range(2, end, _AU_HEADER_BYTES):
        header = int.from_bytes(payload[offset : offset + _AU_HEADER_BYTES])
        headers.append((header >> _INDEX_BITS, header & _MAX_INDEX_DELTA))
    return headers, payload[end:]


def _split(
    timestamp: int, headers: list[tuple[int, int]], data: bytes
) -> tuple[AacAccessUnit, ...]:
    units = []
    offset = 0
    position = 0
    for number, (size, delta) in enumerate(headers):
        if offset + size > len(data):
            raise RemoteProtocolError(f"an AAC access unit of {size} bytes is cut off")
        # §3.2.1.1: consecutive access units have the difference 0; more skips that many.
        position += 1 + delta if number else 0
        at = (timestamp + position * SAMPLES_PER_ACCESS_UNIT) & 0xFFFF_FFFF
        units.append(AacAccessUnit(at, data[offset : offset + size]))
        offset += size
    return tuple(units)
