import asyncio
import errno
import socket
from collections.abc import Iterator

import pytest

from gazewire.net.udp_output import SocketOutput, TransportOutput, is_full

TIME_LIMIT_S = 5


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(TIME_LIMIT_S)
        yield sock


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        yield sock


def test_packets_arrive_in_order_each_as_one_datagram(
    sender: socket.socket, receiver: socket.socket
) -> None:
    destination = SocketOutput(sender).to(receiver.getsockname())
    assert destination.send([b"one", b"two", b"", b"four"])
    assert [receiver.recv(100) for _ in range(4)] == [b"one", b"two", b"", b"four"]


def test_a_socket_that_is_closed_is_no_reason_to_raise(
    sender: socket.socket, receiver: socket.socket
) -> None:
    destination = SocketOutput(sender).to(receiver.getsockname())
    sender.close()
    assert destination.send([b"too late"])


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS])
def test_a_full_buffer_is_told_from_other_errors(code: int) -> None:
    assert is_full(OSError(code, "full"))


@pytest.mark.parametrize("code", [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EPERM])
def test_a_way_that_does_not_exist_is_not_a_full_buffer(code: int) -> None:
    assert not is_full(OSError(code, "no way"))


async def test_a_transport_sends_unless_it_is_congested(receiver: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    output = TransportOutput(transport)
    destination = output.to(receiver.getsockname())
    output.is_congested = True
    assert not destination.send([b"dropped"])
    output.is_congested = False
    assert destination.send([b"sent", b"too"])
    assert [receiver.recv(100) for _ in range(2)] == [b"sent", b"too"]
    transport.close()
    await asyncio.sleep(0)
