from __future__ import annotations

import select
import socket
import sys
from collections.abc import Callable, Iterator

import pytest

from gazewire.net.udp_coalescing import datagram_reader
from gazewire.net.udp_segmentation import SegmentingOutput, can_segment

LIMIT_S = 5


class Pair:
    """A reader, and a socket that sends to it."""

    def __init__(self, receiver: socket.socket, sender: socket.socket) -> None:
        self.receiver = receiver
        self.sender = sender
        self.read: Callable[[], list[bytes]] = datagram_reader(receiver)

    def readable(self) -> None:
        assert select.select([self.receiver], [], [], LIMIT_S)[0], "nothing came"

    def rest(self) -> list[bytes]:
        """Read all that is there."""
        datagrams: list[bytes] = []
        try:
            while True:
                datagrams += self.read()
        except BlockingIOError:
            return datagrams

    def take(self, count: int) -> list[bytes]:
        datagrams: list[bytes] = []
        while len(datagrams) < count:
            self.readable()
            datagrams += self.rest()
        return datagrams


@pytest.fixture
def pair() -> Iterator[Pair]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        for sock in (receiver, sender):
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
        sender.connect(receiver.getsockname())
        receiver.connect(sender.getsockname())
        yield Pair(receiver, sender)


def datagrams_of(*sizes: int) -> list[bytes]:
    return [bytes([number % 251]) * size for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    "sizes", [(21,), (21,) * 40, (1272,) * 30 + (70,), (1272, 70, 1272, 80), tuple(range(1, 60))]
)
def test_datagrams_come_one_by_one_as_they_were_sent(pair: Pair, sizes: tuple[int, ...]) -> None:
    datagrams = datagrams_of(*sizes)
    for datagram in datagrams:
        pair.sender.send(datagram)
    assert pair.take(len(datagrams)) == datagrams


@pytest.mark.parametrize("sizes", [(1272,) * 30 + (70,), (21,) * 64])
def test_runs_are_cut_where_they_were_put_together(pair: Pair, sizes: tuple[int, ...]) -> None:
    if not can_segment(pair.sender):
        pytest.skip("this kernel does not cut datagrams")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        datagrams = datagrams_of(*sizes)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.setblocking(False)
            several = Pair(receiver, sender)
            assert SegmentingOutput(sender).to(receiver.getsockname()).send(datagrams)
            assert several.take(len(datagrams)) == datagrams


def test_nothing_there_is_told_as_sockets_do(pair: Pair) -> None:
    with pytest.raises(BlockingIOError):
        pair.read()


def come_alone(pair: Pair, count: int) -> None:
    for _ in range(count):
        pair.sender.send(b"alone")
        assert pair.take(1) == [b"alone"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux puts datagrams together")
def test_where_datagrams_come_alone_they_are_read_the_cheap_way(pair: Pair) -> None:
    come_alone(pair, 300)
    assert pair.receiver.getsockopt(socket.IPPROTO_UDP, 104) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux puts datagrams together")
def test_runs_that_come_after_many_alone_are_cut_all_the_same(pair: Pair) -> None:
    """Whether they are there when the reader changes its way, or come later."""
    if not can_segment(pair.sender):
        pytest.skip("this kernel does not cut datagrams")
    for alone in (254, 255, 256, 300):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        ):
            receiver.bind(("127.0.0.1", 0))
            for sock in (receiver, sender):
                sock.setblocking(False)
            several = Pair(receiver, sender)
            destination = SegmentingOutput(sender).to(receiver.getsockname())
            for _ in range(alone):
                assert destination.send([b"alone"])
                several.readable()
                assert several.read() == [b"alone"]
            run = datagrams_of(*[21] * 50)
            assert destination.send(run)
            assert several.take(50) == run
            assert destination.send(run)
            assert several.take(50) == run
