from __future__ import annotations

import asyncio
import socket
import sys
from ipaddress import IPv4Interface

import pytest

from gazewire.errors import AddressInUseError, NetworkError
from gazewire.net.beacon import BeaconPort

LOOPBACK = IPv4Interface("127.0.0.1/8")
TIME_LIMIT_S = 10


class Ear:
    """Hears datagrams."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[bytes, str]] = asyncio.Queue()

    def __call__(self, datagram: bytes, host: str) -> None:
        self.heard.put_nowait((datagram, host))

    async def next(self) -> tuple[bytes, str]:
        async with asyncio.timeout(TIME_LIMIT_S):
            return await self.heard.get()


async def test_all_who_share_the_port_hear_where_a_beacon_comes_from(beacon_port) -> None:
    first, second = Ear(), Ear()
    other = IPv4Interface("127.0.0.2/8")
    async with (
        BeaconPort([LOOPBACK], beacon_port, first) as beacon,
        BeaconPort([other], beacon_port, second) as other_beacon,
    ):
        beacon.broadcast(b"one")
        assert await first.next() == await second.next() == (b"one", "127.0.0.1")
        other_beacon.broadcast(b"two")
        assert await first.next() == await second.next() == (b"two", "127.0.0.2")


async def test_several_addresses_of_one_network_hear_once(beacon_port) -> None:
    ear = Ear()
    interfaces = [LOOPBACK, IPv4Interface("127.0.0.2/8")]
    async with BeaconPort(interfaces, beacon_port, ear) as beacon:
        beacon.broadcast(b"hello")
        assert {await ear.next(), await ear.next()} == {
            (b"hello", "127.0.0.1"),
            (b"hello", "127.0.0.2"),
        }
        assert ear.heard.empty()


@pytest.mark.skipif(sys.platform == "win32", reason="sockets are bound to the interface there")
async def test_what_is_sent_to_one_machine_alone_is_not_heard(beacon_port) -> None:
    ear = Ear()
    async with BeaconPort([LOOPBACK], beacon_port, ear) as beacon:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"only you", ("127.0.0.1", beacon_port))
        beacon.broadcast(b"everybody")
        assert await ear.next() == (b"everybody", "127.0.0.1")


async def test_a_network_of_one_has_no_beacon(beacon_port) -> None:
    async with BeaconPort([IPv4Interface("127.0.0.1/32")], beacon_port, Ear()) as beacon:
        beacon.broadcast(b"nobody")


async def test_what_cannot_be_sent_is_told_once(beacon_port, caplog) -> None:
    ear = Ear()
    async with BeaconPort([LOOPBACK], beacon_port, ear) as beacon:
        for _ in range(3):
            beacon.broadcast(bytes(70_000))
        assert len(caplog.records) == 1
        beacon.broadcast(b"better")
        assert (await ear.next())[0] == b"better"
        beacon.broadcast(bytes(70_000))
        assert len(caplog.records) == 2


async def test_a_port_that_is_not_shared_is_told_in_words(beacon_port, leaving_nothing) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as selfish:
        selfish.bind(("", beacon_port))
        async with leaving_nothing():
            with pytest.raises(AddressInUseError, match="beacon port"):
                async with BeaconPort([LOOPBACK], beacon_port, Ear()):
                    pass


async def test_an_interface_that_is_not_ours_is_told_in_words(beacon_port) -> None:
    with pytest.raises(NetworkError, match=r"192\.0\.2\.77"):
        async with BeaconPort([IPv4Interface("192.0.2.77/24")], beacon_port, Ear()):
            pass


async def test_nothing_is_left(beacon_port, leaving_nothing) -> None:
    async with leaving_nothing(), BeaconPort([LOOPBACK], beacon_port, Ear()):
        pass
