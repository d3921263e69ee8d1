from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gazewire.errors import NetworkError
from gazewire.net.legacy_mdns import GROUP, PORT, LegacyResponder
from gazewire.net.mdns import Announcer
from gazewire.wire.advertisement import Advertisement
from gazewire.wire.dns import (
    ADDRESS,
    INTERNET,
    POINTER,
    SERVICE,
    TEXT,
    DnsMessage,
    DnsName,
    DnsQuestion,
    DnsRecord,
    DnsService,
)
from gazewire.wire.service_name import SERVICE_TYPE, ServiceName

LOOPBACK = "127.0.0.1"
TIME_LIMIT_S = 10
HTTP = DnsName.from_text(SERVICE_TYPE)
UNITY_QUERY = DnsMessage(id=0x1234, flags=0x0100, questions=(DnsQuestion(HTTP, POINTER),))


class LegacyClient:
    """Asks from a port of its own, on loopback alone."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK)
        )
        self.socket.bind((LOOPBACK, 0))
        self.socket.setblocking(False)

    def ask(self, query: DnsMessage | bytes) -> None:
        data = query if isinstance(query, bytes) else query.serialize()
        self.socket.sendto(data, (GROUP, PORT))

    async def answer(self) -> DnsMessage:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(TIME_LIMIT_S):
            data, source = await loop.sock_recvfrom(self.socket, 9000)
        assert source == (LOOPBACK, PORT)
        return DnsMessage.parse(data)


@asynccontextmanager
async def legacy_client() -> AsyncIterator[LegacyClient]:
    client = LegacyClient()
    with client.socket:
        yield client


def _multicast_reaches_loopback() -> bool:
    """Send ourselves a datagram over the group, on loopback alone."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            membership = socket.inet_aton(GROUP) + socket.inet_aton(LOOPBACK)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
            probe.bind(("", 0))
            probe.settimeout(1)
            probe.sendto(b"probe", (GROUP, probe.getsockname()[1]))
            return probe.recv(10) == b"probe"
    except OSError:
        return False


needs_multicast = pytest.mark.skipif(
    not _multicast_reaches_loopback(), reason="this machine permits no multicast on loopback"
)


def device(number: int, port: int = 8080) -> Advertisement:
    name = ServiceName(f"Device {number}", f"bbbbbbbbbbbbbbb{number}").serialize()
    return Advertisement(name, f"neon-{number}.local.", port, (LOOPBACK,))


@needs_multicast
async def test_a_legacy_query_is_answered_to_its_port_with_all_records_among_the_answers():
    one = device(1)
    async with LegacyResponder(one, [LOOPBACK]), legacy_client() as client:
        client.ask(UNITY_QUERY)
        answer = await client.answer()
    service, host = DnsName.from_text(one.full_name), DnsName.from_text(one.host_name)
    assert answer == DnsMessage(
        id=0x1234,
        flags=0x8400,
        questions=UNITY_QUERY.questions,
        answers=(
            DnsRecord(HTTP, POINTER, 10, service, INTERNET),
            DnsRecord(service, SERVICE, 10, DnsService(8080, host), INTERNET),
            DnsRecord(service, TEXT, 10, b"\0", INTERNET),
            DnsRecord(host, ADDRESS, 10, socket.inet_aton(LOOPBACK), INTERNET),
        ),
    )
    assert str(answer.answers[2].name).startswith("PI monitor:")


@needs_multicast
async def test_clients_that_ask_in_the_same_words_at_once_are_all_answered():
    async with (
        LegacyResponder(device(2), [LOOPBACK]),
        legacy_client() as first,
        legacy_client() as second,
    ):
        for client in (first, second, first):
            client.ask(UNITY_QUERY)
        for client in (first, second, first):
            assert len((await client.answer()).answers) == 4


@needs_multicast
async def test_devices_on_one_machine_each_answer_with_their_name_and_port():
    devices = {device(number, 8080 + number) for number in (3, 4, 5)}
    responders = [LegacyResponder(one, [LOOPBACK]) for one in devices]
    async with responders[0], responders[1], responders[2], legacy_client() as client:
        client.ask(UNITY_QUERY)
        heard = set()
        for _ in devices:
            _, service, *_ = (await client.answer()).answers
            assert isinstance(service.data, DnsService)
            heard.add((str(service.name), str(service.data.target), service.data.port))
    assert heard == {(one.full_name, one.host_name, one.port) for one in devices}


@needs_multicast
async def test_what_is_no_question_for_us_is_not_answered_and_does_no_harm():
    async with LegacyResponder(device(6), [LOOPBACK]), legacy_client() as client:
        client.ask(b"")
        client.ask(b"\xff" * 100)
        client.ask(DnsMessage(questions=(DnsQuestion(DnsName.from_text("x.local"), POINTER),)))
        client.ask(UNITY_QUERY)
        assert (await client.answer()).id == UNITY_QUERY.id


@needs_multicast
async def test_leaving_closes_the_socket(leaving_nothing):
    async with leaving_nothing(), LegacyResponder(device(7), [LOOPBACK, LOOPBACK]):
        pass


@pytest.mark.parametrize("interface", ["192.0.2.77", "not an address"])
async def test_without_multicast_it_is_a_network_error(interface, leaving_nothing):
    async with leaving_nothing():
        with pytest.raises(NetworkError, match="no multicast"):
            await LegacyResponder(device(8), [interface]).__aenter__()


@needs_multicast
async def test_an_announced_device_answers_a_legacy_query_once_and_in_our_words():
    announcer = Announcer(
        ServiceName("Heard", "bbbbbbbbbbbbbbb9"), host=LOOPBACK, port=8123, host_name="neon"
    )
    last = DnsMessage(id=2, questions=(DnsQuestion(HTTP, SERVICE), *UNITY_QUERY.questions))
    async with announcer, legacy_client() as client:
        client.ask(UNITY_QUERY)
        client.ask(last)
        # The library, too, hears both; whatever it said to the first would come before this.
        answers = [await client.answer(), await client.answer()]
    assert [answer.id for answer in answers] == [UNITY_QUERY.id, last.id]
    for answer in answers:
        assert [record.kind for record in answer.answers] == [POINTER, SERVICE, TEXT, ADDRESS]
        assert answer.additionals == ()
