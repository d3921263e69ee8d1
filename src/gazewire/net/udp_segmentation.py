"""The way out of a UDP socket on Linux, where one system call takes a whole run of packets.

Generic segmentation offload: the kernel is handed one piece of memory and a size, and cuts it into
datagrams as late as it can, in the network card where that knows how. What is sent is the same, at
a fraction of the cost.

Source: Linux, ``udp(7)``, ``UDP_SEGMENT``; since 4.18.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from collections.abc import Sequence

from gazewire.net.udp_output import Address, SocketOutput, UdpDestination, is_full

__all__ = ["SegmentingOutput", "can_segment"]

# <linux/udp.h>; not among Python's constants.
_UDP_SEGMENT = 103
_SEGMENT_BYTES = struct.Struct("=H")
# UDP_MAX_SEGMENTS of the kernels that allow the fewest.
_MAX_SEGMENTS = 64
# The largest IP packet has 65,535 bytes, headers included.
_MAX_RUN_BYTES = 65_000
# The way does not allow it: a card or tunnel without the means, packets longer than the link takes.
_NOT_HERE = frozenset((errno.EINVAL, errno.EIO, errno.EMSGSIZE))


def can_segment(sock: socket.socket) -> bool:
    """Whether the kernel cuts what this UDP socket sends."""
    if sys.platform != "linux":
        return False
    try:
        # Zero is what it is anyway: nothing is cut but what says so itself.
        sock.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, 0)
    except OSError:
        return False
    return True


class _Run:
    """Packets that go out together: of one size, except that the last may be shorter.

    Attributes:
        packets: one by one.
        data: in one piece.
        ancillary: what tells the kernel where to cut.
    """

    __slots__ = ("ancillary", "data", "packets")

    def __init__(self, packets: Sequence[bytes]) -> None:
        self.packets = packets
        self.data = b"".join(packets)
        size = _SEGMENT_BYTES.pack(len(packets[0]))
        self.ancillary = [(socket.IPPROTO_UDP, _UDP_SEGMENT, size)]


class SegmentingOutput:
    """Sends runs of packets of one size with one system call each.

    A stream hands the same packets to one destination after the other; they are put together once.

    Args:
        sock: bound, not blocking, one for which `can_segment` holds; closing it remains with the
            owner.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._one_by_one = SocketOutput(sock)
        self._packets: Sequence[bytes] = ()
        self._runs: list[_Run] = []

    def to(self, address: Address) -> UdpDestination:
        """Make a destination."""
        return _SegmentedDestination(self, address, self._one_by_one.to(address))

    def runs(self, packets: Sequence[bytes]) -> list[_Run]:
        """Put packets together."""
        if packets is not self._packets:
            self._packets, self._runs = packets, _together(packets)
        return self._runs


class _SegmentedDestination:
    def __init__(
        self, output: SegmentingOutput, address: Address, one_by_one: UdpDestination
    ) -> None:
        self._runs = output.runs
        self._sendmsg = output.sock.sendmsg
        self._address = address
        self._one_by_one = one_by_one
        self._is_allowed = True

    def send(self, packets: Sequence[bytes]) -> bool:
        if len(packets) == 1 or not self._is_allowed:
            return self._one_by_one.send(packets)
        return all(self._send_run(run) for run in self._runs(packets))

    def _send_run(self, run: _Run) -> bool:
        if len(run.packets) > 1 and self._is_allowed:
            try:
                self._sendmsg((run.data,), run.ancillary, 0, self._address)
                return True
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    return not is_full(error)
            # One by one, the kernel can do more for them; it is not tried again on this way.
            self._is_allowed = False
        return self._one_by_one.send(run.packets)


def _together(packets: Sequence[bytes]) -> list[_Run]:
    runs: list[_Run] = []
    run: list[bytes] = []
    for packet in packets:
        size = len(run[0]) if run else 0
        if run and (
            len(packet) > size
            or len(run[-1]) < size
            or len(run) == _MAX_SEGMENTS
            or (len(run) + 1) * size > _MAX_RUN_BYTES
        ):
            runs.append(_Run(run))
            run = []
        run.append(packet)
    runs.append(_Run(run))
    return runs
