from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from gazewire.errors import ConnectionLostError, LocalProtocolError, NetworkError
from gazewire.net.bus import Bus
from gazewire.net.bus_client import BlockingBusSubscriber, BusPublisher, BusPusher, BusSubscriber
from gazewire.net.bus_security import BusKeys, BusSecurity, KeyPair
from gazewire.net.remote import RemoteClient, RemoteServer
from gazewire.time import SystemClock, TimeBase
from gazewire.wire.ipc import Message
from gazewire.wire.remote import AskVersion

TIME_LIMIT_S = 20
SERVER, CLIENT, STRANGER = KeyPair.generate(), KeyPair.generate(), KeyPair.generate()
HELLO = Message.from_map("n", {"x": 1.0})

LOOPBACK_ONLY = BusSecurity(addresses=(ip_network("127.0.0.0/8"),))
ELSEWHERE_ONLY = BusSecurity(addresses=(ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")))
KEYS_WANTED = BusSecurity(keys=SERVER)
OUR_CLIENTS_ONLY = BusSecurity(keys=SERVER, clients=frozenset({CLIENT.public}))


def keys(own: KeyPair) -> BusKeys:
    return BusKeys(SERVER.public, own)


async def passes(security: BusSecurity, client: BusKeys | None) -> bool:
    """Whether a client can do everything; nobody can do a part of it."""
    async with Bus(SystemClock(), security=security) as bus:
        try:
            async with (
                asyncio.timeout(TIME_LIMIT_S),
                BusSubscriber(bus.sub_url, ["n"], keys=client, timeout_s=0.5) as subscriber,
                BusPublisher(bus.pub_url, keys=client) as publisher,
                BusPusher(bus.push_url, keys=client) as pusher,
            ):
                publisher.publish(HELLO)
                assert await anext(subscriber) == HELLO
                pusher.push(HELLO)
                assert await anext(subscriber) == HELLO
        except NetworkError:
            with pytest.raises(NetworkError):
                BusPublisher(bus.pub_url, keys=client, timeout_s=0.1).__enter__()
            return False
        return True


@pytest.mark.parametrize(
    ("security", "client", "is_welcome"),
    [
        (BusSecurity(), None, True),
        (LOOPBACK_ONLY, None, True),
        (ELSEWHERE_ONLY, None, False),
        (KEYS_WANTED, keys(CLIENT), True),
        (KEYS_WANTED, keys(STRANGER), True),
        (KEYS_WANTED, None, False),
        (KEYS_WANTED, BusKeys(STRANGER.public, CLIENT), False),
        (OUR_CLIENTS_ONLY, keys(CLIENT), True),
        (OUR_CLIENTS_ONLY, keys(STRANGER), False),
        (LOOPBACK_ONLY, keys(CLIENT), False),
    ],
)
async def test_the_bus_lets_in_whom_it_should(
    security: BusSecurity, client: BusKeys | None, is_welcome: bool
) -> None:
    assert await passes(security, client) is is_welcome


async def test_without_an_event_loop_keys_work_too() -> None:
    async with Bus(SystemClock(), security=OUR_CLIENTS_ONLY) as bus:
        with (
            BlockingBusSubscriber(bus.sub_url, ["n"], keys=keys(CLIENT)) as subscriber,
            BusPusher(bus.push_url, keys=keys(CLIENT)) as pusher,
        ):
            pusher.push(HELLO)
            assert subscriber.receive(TIME_LIMIT_S) == HELLO


@pytest.mark.parametrize(
    ("security", "client", "is_welcome"),
    [
        (LOOPBACK_ONLY, None, True),
        (ELSEWHERE_ONLY, None, False),
        (OUR_CLIENTS_ONLY, keys(CLIENT), True),
        (OUR_CLIENTS_ONLY, keys(STRANGER), False),
        (OUR_CLIENTS_ONLY, None, False),
    ],
)
async def test_the_remote_lets_in_whom_it_should(
    security: BusSecurity, client: BusKeys | None, is_welcome: bool
) -> None:
    clock = SystemClock()
    server = RemoteServer(
        clock,
        TimeBase.from_boot(clock),
        pub_port=1,
        sub_port=2,
        forward=print,
        port=0,
        security=security,
    )
    async with server, RemoteClient(server.url, keys=client, timeout_s=0.5) as remote:
        if is_welcome:
            assert await remote.request(AskVersion()) == b"3.6.14"
        else:
            with pytest.raises(ConnectionLostError):
                await remote.request(AskVersion())


def test_keys_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(LocalProtocolError, match="public key"):
        KeyPair(CLIENT.public, SERVER.secret)


def test_clients_with_keys_need_a_server_with_keys() -> None:
    with pytest.raises(LocalProtocolError):
        BusSecurity(clients=frozenset({CLIENT.public}))
