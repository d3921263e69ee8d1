import errno
import socket
import sys
from collections.abc import Iterator

import pytest

from gazewire.net.udp_segmentation import SegmentingOutput, can_segment

TIME_LIMIT_S = 5


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(TIME_LIMIT_S)
        yield sock


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        if not can_segment(sock):
            pytest.skip("this kernel does not cut datagrams")
        yield sock


def packets_of(*sizes: int) -> list[bytes]:
    return [bytes([number % 256]) * size for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    "packets",
    [
        packets_of(50),
        packets_of(50, 50),
        packets_of(1272, 1272, 1272, 70),
        packets_of(70, 1272, 1272),
        packets_of(1272, 70, 1272, 70, 80),
        packets_of(*range(1, 30)),
        packets_of(*[20] * 200),
        packets_of(*[1272] * 120),
        packets_of(*[1272] * 64, 3),
    ],
    ids=lambda packets: f"{len(packets)} from {len(packets[0])} to {len(packets[-1])} bytes",
)
def test_what_arrives_is_what_a_plain_socket_would_have_sent(
    sender: socket.socket, receiver: socket.socket, packets: list[bytes]
) -> None:
    destination = SegmentingOutput(sender).to(receiver.getsockname())
    assert destination.send(packets)
    assert [receiver.recv(2048) for _ in packets] == packets


def test_packets_for_many_are_put_together_once(sender: socket.socket) -> None:
    output = SegmentingOutput(sender)
    packets = packets_of(1272, 1272)
    assert output.runs(packets) is output.runs(packets)
    assert output.runs(packets) is not output.runs(list(packets))


def test_packets_too_long_for_the_way_arrive_all_the_same(
    sender: socket.socket, receiver: socket.socket
) -> None:
    """More than the kernel cuts: 65,535 bytes is also what the loopback interface takes at once."""
    destination = SegmentingOutput(sender).to(receiver.getsockname())
    packets = packets_of(65_507, 65_507, 100)
    assert destination.send(packets)
    assert [receiver.recv(1 << 16) for _ in packets] == packets


class Refusing:
    """A socket that does not send in runs, for a reason."""

    def __init__(self, sock: socket.socket, code: int) -> None:
        self._code = code
        self.sendto = sock.sendto
        self.runs_tried = 0

    def sendmsg(self, *_: object) -> int:
        self.runs_tried += 1
        raise OSError(self._code, "refused")


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EIO, errno.EMSGSIZE])
def test_where_the_way_does_not_allow_it_packets_go_one_by_one(
    sender: socket.socket, receiver: socket.socket, code: int
) -> None:
    refusing = Refusing(sender, code)
    destination = SegmentingOutput(refusing).to(receiver.getsockname())  # type: ignore[arg-type]
    packets = packets_of(1272, 1272, 70, 90, 90)
    assert destination.send(packets)
    assert destination.send(packets)
    assert [receiver.recv(2048) for _ in range(10)] == packets * 2
    assert refusing.runs_tried == 1


def test_where_there_is_no_room_packets_are_dropped(sender: socket.socket) -> None:
    refusing = Refusing(sender, errno.EAGAIN)
    destination = SegmentingOutput(refusing).to(("127.0.0.1", 9))  # type: ignore[arg-type]
    assert not destination.send(packets_of(1272, 1272))
    assert not destination.send(packets_of(1272, 1272))
    assert refusing.runs_tried == 2


def test_only_linux_is_asked(monkeypatch: pytest.MonkeyPatch, sender: socket.socket) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not can_segment(sender)
