"""Pictures to RTP payloads (RFC 6184, packetization-mode 1)."""

from __future__ import annotations

from collections.abc import Iterable

from gazewire.errors import LocalProtocolError
from gazewire.wire.payload.h264.nal import IMPORTANCE_MASK, TYPE_MASK, NalType
from gazewire.wire.rtp import MAX_PAYLOAD_BYTES

__all__ = ["Packetizer"]

_FU_START = 0x80
_FU_END = 0x40
_STAP_LENGTH_BYTES = 2


class Packetizer:
    """Cuts the NAL units of a picture into payloads.

    A NAL unit that fits goes out unchanged (§5.6), a longer one as FU-A fragments (§5.8).

    Args:
        max_payload_bytes: the longest payload to make.
        aggregate: put neighbouring NAL units that fit together into one STAP-A (§5.7.1). Off
            unless asked for: the official client hands a STAP-A to its decoder as it is, and the
            monitor page in the browser cannot read one.
    """

    def __init__(
        self, max_payload_bytes: int = MAX_PAYLOAD_BYTES, *, aggregate: bool = False
    ) -> None:
        if max_payload_bytes < 3:
            raise LocalProtocolError(f"a fragment has at least 3 bytes: {max_payload_bytes}")
        self._max_payload_bytes = max_payload_bytes
        self._aggregate = aggregate

    def packetize(self, nal_units: Iterable[bytes]) -> list[bytes]:
        """Cut one picture.

        Args:
            nal_units: in decoding order, parameter sets included where they should be sent.

        Returns:
            The payloads in order; all get the same RTP timestamp, and the last one the marker.

        Raises:
            LocalProtocolError: a NAL unit is empty, or of a type that RTP uses for itself.
        """
        payloads: list[bytes] = []
        # Only ever more than one long where NAL units may be aggregated.
        together: list[bytes] = []
        together_bytes = 1
        for unit in nal_units:
            if not unit or not 0 < unit[0] & TYPE_MASK < NalType.STAP_A:
                raise LocalProtocolError(f"not a NAL unit to send: {unit[:1].hex() or 'empty'}")
            together_bytes += _STAP_LENGTH_BYTES + len(unit)
            if together and not (self._aggregate and together_bytes <= self._max_payload_bytes):
                payloads.append(_single_or_aggregate(together))
                together, together_bytes = [], 1 + _STAP_LENGTH_BYTES + len(unit)
            if len(unit) > self._max_payload_bytes:
                payloads += self._fragments(unit)
                together_bytes = 1
            else:
                together.append(unit)
        if together:
            payloads.append(_single_or_aggregate(together))
        return payloads

    def _fragments(self, unit: bytes) -> list[bytes]:
        indicator = unit[0] & IMPORTANCE_MASK | NalType.FU_A
        type_ = unit[0] & TYPE_MASK
        body = memoryview(unit)[1:]
        size = self._max_payload_bytes - 2
        middle = bytes((indicator, type_))
        fragments = [
            b"".join((middle, body[start : start + size])) for start in range(0, len(body), size)
        ]
        # §5.8: the NAL unit is longer than one payload, so the first is never also the last.
        fragments[0] = bytes((indicator, type_ | _FU_START)) + fragments[0][2:]
        fragments[-1] = bytes((indicator, type_ | _FU_END)) + fragments[-1][2:]
        return fragments


def _single_or_aggregate(units: list[bytes]) -> bytes:
    if len(units) == 1:
        return bytes(units[0])
    # §5.7: F is set if any of them has it, NRI is the highest of all.
    forbidden = max(unit[0] & 0x80 for unit in units)
    importance = max(unit[0] & 0x60 for unit in units)
    parts = [bytes((forbidden | importance | NalType.STAP_A,))]
    for unit in units:
        parts += (len(unit).to_bytes(_STAP_LENGTH_BYTES), unit)
    return b"".join(parts)
