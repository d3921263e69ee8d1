from __future__ import annotations

import asyncio
import socket

import pytest

from gazewire.errors import NetworkError
from gazewire.net.mdns import Announcer, Browser, DeviceFound, DeviceLost
from gazewire.wire.service_name import ServiceName

LOOPBACK = "127.0.0.1"
GROUP = ("224.0.0.251", 5353)


def _multicast_reaches_loopback() -> bool:
    """Send ourselves a datagram over the group, on loopback alone."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            membership = socket.inet_aton(GROUP[0]) + socket.inet_aton(LOOPBACK)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
            probe.bind(("", 0))
            probe.settimeout(1)
            probe.sendto(b"probe", (GROUP[0], probe.getsockname()[1]))
            return probe.recv(10) == b"probe"
    except OSError:
        return False


needs_multicast = pytest.mark.skipif(
    not _multicast_reaches_loopback(), reason="this machine permits no multicast on loopback"
)


def announcing(
    device_name: str = "Neon Companion", device_id: str = "d55a33b5ab845785", port: int = 8080
) -> Announcer:
    return Announcer(
        ServiceName(device_name, device_id), host=LOOPBACK, port=port, host_name="neon"
    )


async def sighted(browser: Browser, *wanted: tuple[str, str | None, int]) -> None:
    """Wait until the last word on some devices is their name, host name and port."""
    last: dict[str, tuple[str, str | None, int]] = {}
    async with asyncio.timeout(10):
        while not set(wanted) <= set(last.values()):
            match await anext(browser):
                case DeviceFound() as device:
                    last[device.full_name] = (device.full_name, device.host_name, device.port)
                case DeviceLost() as device:
                    last.pop(device.full_name, None)


@needs_multicast
async def test_an_announced_device_is_found_and_missed(leaving_nothing):
    async with leaving_nothing(), Browser(host=LOOPBACK) as browser:
        async with announcing("Bürö: 2.0", "aaaaaaaaaaaaaaa1", 8123) as announcer:
            assert announcer.full_name == "PI monitor:Bürö: 2-0:aaaaaaaaaaaaaaa1._http._tcp.local."
            assert announcer.host_name is not None
            here = DeviceFound(
                full_name=announcer.full_name,
                name=ServiceName("Bürö: 2-0", "aaaaaaaaaaaaaaa1"),
                addresses=(LOOPBACK,),
                port=8123,
                host_name=announcer.host_name,
            )
            async with asyncio.timeout(10):
                while await anext(browser) != here:
                    pass
        async with asyncio.timeout(10):
            while await anext(browser) != DeviceLost(announcer.full_name):
                pass


@needs_multicast
@pytest.mark.parametrize("at_once", [False, True])
async def test_two_devices_on_one_machine_have_host_names_of_their_own(at_once):
    first = announcing("One", "aaaaaaaaaaaaaaa2", 1111)
    second = announcing("Two", "aaaaaaaaaaaaaaa3", 2222)
    async with Browser(host=LOOPBACK) as browser:
        if at_once:
            await asyncio.gather(first.__aenter__(), second.__aenter__())
        else:
            await first.__aenter__()
            await second.__aenter__()
        try:
            assert first.host_name is not None
            assert second.host_name is not None
            assert first.host_name != second.host_name
            assert first.host_name.startswith("neon")
            await sighted(
                browser,
                (first.full_name, first.host_name, 1111),
                (second.full_name, second.host_name, 2222),
            )
        finally:
            await asyncio.gather(
                first.__aexit__(None, None, None), second.__aexit__(None, None, None)
            )


@needs_multicast
async def test_a_second_device_of_the_same_name_and_id_is_numbered():
    twins = [announcing("Same", "aaaaaaaaaaaaaaa4") for _ in range(2)]
    async with twins[0] as first, twins[1] as second:
        assert first.full_name == "PI monitor:Same:aaaaaaaaaaaaaaa4._http._tcp.local."
        assert second.full_name == "PI monitor:Same:aaaaaaaaaaaaaaa4-1._http._tcp.local."


@needs_multicast
async def test_the_records_are_those_of_a_device():
    library = pytest.importorskip("zeroconf.asyncio")
    async with (
        announcing("Records", "aaaaaaaaaaaaaaa5", 8080) as announcer,
        library.AsyncZeroconf(interfaces=[LOOPBACK]) as other,
    ):
        info = await other.async_get_service_info("_http._tcp.local.", announcer.full_name)
        assert info is not None
        assert (info.port, info.priority, info.weight) == (8080, 0, 0)
        assert info.server == announcer.host_name
        assert info.text == b"\0"
        ttls = {
            type(record).__name__: int(record.ttl)
            for name in (announcer.full_name, announcer.host_name)
            for record in other.zeroconf.cache.entries_with_name(name)
        }
    assert ttls["DNSService"] == ttls["DNSAddress"] == 120
    assert ttls["DNSText"] == 4500


@needs_multicast
async def test_cancelling_an_announcement_leaves_nothing(leaving_nothing):
    async with leaving_nothing():
        entering = asyncio.create_task(announcing("Gone", "aaaaaaaaaaaaaaa6").__aenter__())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        entering.cancel()
        await asyncio.wait({entering})
        assert entering.cancelled()


async def test_a_device_without_multicast_says_so_once_and_goes_on(caplog):
    elsewhere = Announcer(
        ServiceName("Lost", "aaaaaaaaaaaaaaa7"), host="192.0.2.77", port=1, host_name="neon"
    )
    async with elsewhere as announcer:
        assert announcer.host_name is None
    ours = [record for record in caplog.records if record.name == "gazewire.net.mdns"]
    assert len(ours) == 1
    assert "cannot be discovered" in ours[0].getMessage()


async def test_browsing_without_multicast_is_a_network_error():
    with pytest.raises(NetworkError):
        async with Browser(host="not an address"):
            pass
