"""RTP payloads to pictures (RFC 6184, packetization-mode 1)."""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.wire.payload.h264.nal import IMPORTANCE_MASK, TYPE_MASK, NalType, nal_type
from gazewire.wire.rtp import RtpPacket
from gazewire.wire.rtp.sequence import MAX_DROPOUT, MAX_MISORDER

__all__ = ["CodedPicture", "Depacketizer"]

# A plain number, because on Python 3.11 each look at a member of an enumeration costs as much as
# copying a packet.
_FU_A = int(NalType.FU_A)
_FU_START = 0x80
_FU_END = 0x40
_FU_EDGES = _FU_START | _FU_END
_FU_HEADER_BYTES = 2
# More than can be numbered cannot be put in order. It bounds what a peer that sends fragments of a
# byte or two makes us keep.
_MAX_FRAGMENTS = 1 << 16
_STAP_LENGTH_BYTES = 2


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One picture as it came over RTP; an access unit whose time is still in ticks.

    Attributes:
        rtp_timestamp: unsigned 32-bit, the same in all packets of the picture.
        nal_units: in decoding order, parameter sets included where they were sent.
        is_keyframe: decoding can begin here (the picture is an IDR picture).
    """

    rtp_timestamp: int
    nal_units: tuple[bytes, ...]
    is_keyframe: bool


class Depacketizer:
    """Puts pictures together from packets that come in order.

    A picture is complete at its marker; where a sender sets none, when the timestamp changes.
    After a loss nothing is handed out until the next IDR picture that is whole: a decoder would
    paint what it does not have. The same holds at the beginning, where we may have joined in the
    middle of a stream.

    What is not a picture by itself (parameter sets sent alone, even with a marker, as phones do)
    stays and becomes the head of the next picture.

    Args:
        max_picture_bytes: a longer picture is given up. The default is a 1600 x 1200 picture
            coded worse than not at all.
        max_nal_units: a picture of more units is given up.

    Attributes:
        waiting_for_keyframe: nothing will be handed out before an IDR picture.
        lost_packets: sequence numbers that did not come.
        dropped_pictures: pictures not handed out since the first key frame, whole or in part.
        malformed_packets: packets that cannot be right or make a picture too long; each spoils
            its picture.
    """

    def __init__(
        self, *, max_picture_bytes: int = 4 * 1024 * 1024, max_nal_units: int = 1024
    ) -> None:
        self.waiting_for_keyframe = True
        self.lost_packets = 0
        self.dropped_pictures = 0
        self.malformed_packets = 0
        self._max_picture_bytes = max_picture_bytes
        self._max_nal_units = max_nal_units
        self._joined = False
        self._next_sequence: int | None = None
        self._timestamp: int | None = None
        self._units: list[bytes] = []
        self._has_slice = False
        # The NAL unit that comes in fragments; empty where none does.
        self._fragments: list[bytes] = []
        self._fragment_bytes = 0
        self._pending_bytes = 0
        self._spoiled = False

    def push(self, packet: RtpPacket) -> tuple[CodedPicture, ...]:
        """Take one packet.

        Returns:
            The pictures that are complete now. Mostly none ("not yet"), at a marker one, and two
            where a sender forgot a marker and the next picture is one packet long.
        """
        return self.push_payload(
            packet.payload, 0, packet.sequence, packet.timestamp, marker=packet.marker
        )

    def push_payload(
        self, data: bytes, offset: int, sequence: int, timestamp: int, *, marker: bool
    ) -> tuple[CodedPicture, ...]:
        """Take one packet that was read in parts; the same as `push` without an `RtpPacket`.

        Args:
            data: holds the payload; what is needed of it is copied.
            offset: where in `data` the payload begins. It goes to the end.
            sequence: sixteen bits.
            timestamp: thirty-two bits.
            marker: the last packet of a picture.

        Returns:
            As `push`.
        """
        follows = sequence == self._next_sequence
        if not follows:
            if self._is_old(sequence):
                return ()
            self._note_gap(sequence)
        self._next_sequence = (sequence + 1) & 0xFFFF

        completed: tuple[CodedPicture, ...] = ()
        if timestamp != self._timestamp:
            completed = self._finish()
            self._timestamp = timestamp
        if not self._spoiled and not self._take(data, offset):
            # After a gap, or where we joined, the middle of a fragmented unit is no fault.
            self.malformed_packets += follows
            self._spoil()
        if marker:
            completed += self._finish()
        return completed

    def _is_old(self, sequence: int) -> bool:
        # A duplicate, or too late for the re-order window: it must not look like 65 535 losses.
        if self._next_sequence is None:
            return False
        return 0 < (self._next_sequence - sequence) & 0xFFFF <= MAX_MISORDER

    def _note_gap(self, sequence: int) -> None:
        if self._next_sequence is None:
            return
        gap = (sequence - self._next_sequence) & 0xFFFF
        if gap < MAX_DROPOUT:
            self.lost_packets += gap
        if self._units or self._fragments:
            self._spoil()
        self.waiting_for_keyframe = True

    def _take(self, data: bytes, offset: int) -> bool:
        """Take the NAL units out of one payload; False if it cannot be right."""
        if len(data) <= offset:
            return False
        type_ = data[offset] & TYPE_MASK
        if type_ == _FU_A:
            return self._take_fragment(data, offset)
        if self._fragments:
            # The end of a fragmented unit is missing although no number is.
            return False
        if 0 < type_ < NalType.STAP_A:
            return self._add(data[offset:])
        if type_ == NalType.STAP_A:
            return self._take_aggregate(data[offset:])
        # §5.2: 0, 30 and 31 are reserved and ignored. The others belong to the interleaved mode,
        # which nobody agreed on.
        return type_ in (0, 30, 31)

    def _take_fragment(self, data: bytes, offset: int) -> bool:
        start = offset + _FU_HEADER_BYTES
        if len(data) <= start:
            return False
        fragments = self._fragments
        edges = data[offset + 1] & _FU_EDGES
        if (edges & _FU_START != 0) == bool(fragments):
            # Begun twice, or never.
            return False
        if not fragments:
            # §5.8: the two bytes before a fragment hold the header of the whole unit.
            fragments.append(
                bytes((data[offset] & IMPORTANCE_MASK | data[offset + 1] & TYPE_MASK,))
            )
        fragments.append(data[start:])
        self._fragment_bytes += len(data) - start
        if edges & _FU_END:
            unit = b"".join(fragments)
            self._forget_fragments()
            return self._add(unit)
        return (
            self._pending_bytes + self._fragment_bytes <= self._max_picture_bytes
            and len(fragments) <= _MAX_FRAGMENTS
        )

    def _take_aggregate(self, payload: bytes) -> bool:
        offset = 1
        while offset < len(payload):
            start = offset + _STAP_LENGTH_BYTES
            offset = start + int.from_bytes(payload[offset:start])
            if offset > len(payload) or not self._add(payload[start:offset]):
                return False
        return True

    def _add(self, unit: bytes) -> bool:
        """Add a whole NAL unit to the picture; False if it cannot be one, or is one too many."""
        if not unit or not 0 < unit[0] & TYPE_MASK < NalType.STAP_A:
            return False
        self._units.append(unit)
        self._pending_bytes += len(unit)
        self._has_slice = self._has_slice or _is_slice(unit)
        return (
            self._pending_bytes <= self._max_picture_bytes
            and len(self._units) <= self._max_nal_units
        )

    def _spoil(self) -> None:
        self._spoiled = True
        self.waiting_for_keyframe = True
        self._units = []
        self._forget_fragments()
        self._pending_bytes = 0
        self._has_slice = False

    def _forget_fragments(self) -> None:
        self._fragments = []
        self._fragment_bytes = 0

    def _finish(self) -> tuple[CodedPicture, ...]:
        """Close the pending picture, and hand it out if a decoder can use it."""
        if self._fragments:
            self._spoil()
        if self._spoiled:
            self._spoiled = False
            self._drop()
            return ()
        if not self._has_slice:
            return ()
        assert self._timestamp is not None
        units = tuple(self._units)
        self._units = []
        self._pending_bytes = 0
        self._has_slice = False
        is_keyframe = any(nal_type(unit) == NalType.IDR for unit in units)
        if self.waiting_for_keyframe:
            if not (is_keyframe and _begins_at_first_macroblock(units)):
                self._drop()
                return ()
            self.waiting_for_keyframe = False
            self._joined = True
        return (CodedPicture(self._timestamp, units, is_keyframe),)

    def _drop(self) -> None:
        if self._joined:
            self.dropped_pictures += 1


def _begins_at_first_macroblock(units: tuple[bytes, ...]) -> bool:
    """Whether the first slice of a picture is there; `units` hold at least one slice."""
    # first_mb_in_slice is an exponential Golomb code whose 0 is a single 1 bit (ITU-T H.264
    # §7.3.3). A gap before it may have swallowed the slices above.
    first = next(unit for unit in units if _is_slice(unit))
    return len(first) > 1 and first[1] & 0x80 != 0


def _is_slice(unit: bytes) -> bool:
    return NalType.SLICE <= nal_type(unit) <= NalType.IDR
