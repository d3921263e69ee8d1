"""Puts packets back in order, without waiting longer than it may."""

from __future__ import annotations

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtp.packet import RtpPacket
from gazewire.wire.rtp.sequence import MAX_DROPOUT, MAX_MISORDER, signed_sequence_difference

__all__ = ["ReorderWindow"]

_NS_PER_MS = 1_000_000


class ReorderWindow:
    """Releases the packets of one stream in order of their sequence numbers.

    A packet that is next in line passes at once. One that is ahead of its turn is held until those
    before it have come, or until it has waited too long, or too many are held: then what is missing
    is given up. A sequence that begins anew is followed from its second packet on, as RFC 3550
    appendix A.1 has it.

    Time is any clock of the caller that does not run backwards. Call `release` when
    `next_release_ns` is reached; `push` does the same by the way.

    Args:
        max_packets: how many packets to hold at most.
        max_wait_ns: how long to hold one at most. The default outlasts the re-ordering of a
            wireless network and is short against the time that a picture is looked at.

    Attributes:
        lost: sequence numbers that were given up.
        reordered: packets that came behind a later one, and in time.
        late: packets thrown away because their turn was over.
        duplicates: packets thrown away because they had come before.
        strays: packets thrown away because their number was far from all others.
        restarts: how often the sequence began anew.
    """

    def __init__(self, *, max_packets: int = 128, max_wait_ns: int = 50 * _NS_PER_MS) -> None:
        if not 0 <= max_packets < MAX_DROPOUT:
            raise LocalProtocolError(f"a window holds 0 to {MAX_DROPOUT - 1} packets")
        self.lost = 0
        self.reordered = 0
        self.late = 0
        self.duplicates = 0
        self.strays = 0
        self.restarts = 0
        self._max_packets = max_packets
        self._max_wait_ns = max_wait_ns
        self._next: int | None = None
        # By sequence number; in the order of arrival, so the first has waited longest.
        self._held: dict[int, tuple[int, RtpPacket]] = {}
        # The latest of them, by number.
        self._highest = 0
        # Numbers not long passed that never came: tells late packets from duplicates.
        self._missing: set[int] = set()
        self._stray: RtpPacket | None = None

    @property
    def next_release_ns(self) -> int | None:
        """When the packet that has waited longest will be released, or None if none is held."""
        for arrival_ns, _ in self._held.values():
            return arrival_ns + self._max_wait_ns
        return None

    def passes(self, sequence: int) -> bool:
        """Let a packet pass by its number alone, where nothing stands in its way.

        That is so for nearly all packets, and cheaper than `push`.

        Returns:
            True: it was its turn, and nothing is held. False: nothing has changed, and the packet
            must be pushed.
        """
        if sequence != self._next or self._held or self._stray is not None:
            return False
        self._next = (sequence + 1) & 0xFFFF
        return True

    def push(self, packet: RtpPacket, now_ns: int) -> list[RtpPacket]:
        """Take one packet from the network.

        Returns:
            The packets whose turn has come, in order; often none or just this one.
        """
        if self.passes(packet.sequence):
            return [packet]
        if self._next is None:
            self._begin_at(packet.sequence)
        ahead = signed_sequence_difference(packet.sequence, self._next or 0)
        if not -MAX_MISORDER <= ahead < MAX_DROPOUT:
            return self._follow_restart(packet)
        if self._stray is not None:
            self._discard_stray()
        if ahead < 0:
            self._count_passed(packet.sequence)
            return self.release(now_ns)
        if ahead == 0:
            self.reordered += bool(self._held)
            self._next = (packet.sequence + 1) & 0xFFFF
            return [packet, *self._in_turn(), *self.release(now_ns)]
        if packet.sequence in self._held:
            self.duplicates += 1
        else:
            if self._held and signed_sequence_difference(packet.sequence, self._highest) < 0:
                self.reordered += 1
            else:
                self._highest = packet.sequence
            self._held[packet.sequence] = (now_ns, packet)
        released = []
        while len(self._held) > self._max_packets:
            released += self._give_up()
        return released + self.release(now_ns)

    def release(self, now_ns: int) -> list[RtpPacket]:
        """Give up on what was waited for too long.

        Returns:
            The packets whose turn has come by that, in order.
        """
        released: list[RtpPacket] = []
        while (release_ns := self.next_release_ns) is not None and release_ns <= now_ns:
            released += self._give_up()
        return released

    def flush(self) -> list[RtpPacket]:
        """Give up on all that is missing, at the end of a stream.

        Returns:
            All that was held, in order.
        """
        released: list[RtpPacket] = []
        while self._held:
            released += self._give_up()
        return released

    def begin_anew(self) -> None:
        """Follow another sequence from its next packet on: the source has changed, and says so.

        Nothing may be held: call `flush` first.

        Raises:
            LocalProtocolError: something is.
        """
        if self._held:
            raise LocalProtocolError("packets are held; flush the window first")
        self.restarts += 1
        self._next = None
        self._missing = set()
        self._stray = None

    def _begin_at(self, sequence: int) -> None:
        self._next = sequence
        # What comes late from before the beginning was not seen before.
        self._missing = {(sequence - back) & 0xFFFF for back in range(1, MAX_MISORDER + 1)}

    def _in_turn(self) -> list[RtpPacket]:
        assert self._next is not None
        released = []
        while (held := self._held.pop(self._next, None)) is not None:
            released.append(held[1])
            self._next = (self._next + 1) & 0xFFFF
        return released

    def _give_up(self) -> list[RtpPacket]:
        assert self._next is not None
        gap = min((sequence - self._next) & 0xFFFF for sequence in self._held)
        self.lost += gap
        first = self._next
        self._next = (first + gap) & 0xFFFF
        self._missing.update((first + n) & 0xFFFF for n in range(max(0, gap - MAX_MISORDER), gap))
        if len(self._missing) > 2 * MAX_MISORDER:
            self._missing = {
                sequence
                for sequence in self._missing
                if (self._next - sequence) & 0xFFFF <= MAX_MISORDER
            }
        return self._in_turn()

    def _count_passed(self, sequence: int) -> None:
        if sequence in self._missing:
            self._missing.discard(sequence)
            self.late += 1
        else:
            self.duplicates += 1

    def _follow_restart(self, packet: RtpPacket) -> list[RtpPacket]:
        # RFC 3550 appendix A.1: one packet far away is a stray, two in a row are a new sequence.
        stray, self._stray = self._stray, packet
        if stray is None:
            return []
        if signed_sequence_difference(packet.sequence, stray.sequence) != 1:
            self.strays += 1
            return []
        self._stray = None
        self.restarts += 1
        released = self.flush()
        self._begin_at(stray.sequence)
        self._next = (packet.sequence + 1) & 0xFFFF
        return [*released, stray, packet]

    def _discard_stray(self) -> None:
        self._stray = None
        self.strays += 1
