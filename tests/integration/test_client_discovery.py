"""Our client finds a whole device: by mDNS, by address, by host name, and by asking a network.

Other programs on this machine may announce devices on loopback at the same time.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from harness.namespace import NetworkNamespace
from harness.program import DeviceProgram

from gazewire.camera import GlassesInfo, Record, Wants
from gazewire.client.discovery import Network, discover_devices, find_device, probe_subnet
from gazewire.device import DeviceConfig, Playback, RunningDevice, serve_device
from gazewire.time import SystemClock

LOOPBACK = "127.0.0.1"
FOUND_WITHIN_S = 15

# In a network in which nothing but loopback exists, and no interface is named.
DISCOVER_ONE = """
import asyncio, json
from gazewire.client._engine.search import discover_one
found = asyncio.run(discover_one(timeout_s=15))
print(json.dumps(found))
"""


class Gaze:
    info = GlassesInfo(description="nothing to see", gaze_rate_hz=200)

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        return iter(())


@asynccontextmanager
async def announced(name: str) -> AsyncIterator[RunningDevice]:
    config = DeviceConfig(
        name=name, host=LOOPBACK, http_port=0, rtsp_port=0, tunnel_port=0, echo_port=0
    )
    async with serve_device(config, Playback(Gaze()), SystemClock()) as device:
        if device.host_name is None:
            pytest.skip("this machine permits no multicast on loopback")
        yield device


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAZEWIRE_INTERFACE", LOOPBACK)


async def test_every_way_to_a_device_leads_to_the_same_one() -> None:
    async with announced("Every: way") as device, asyncio.timeout(FOUND_WITHIN_S):
        assert device.host_name is not None
        by_name = None
        async for found in discover_devices():
            if found.name.startswith("PI monitor:Every: way:"):
                by_name = found
                break
        assert by_name is not None
        assert by_name.server == device.host_name
        assert (by_name.port, by_name.addresses) == (device.http_port, [LOOPBACK])
        by_address = await find_device(f"{LOOPBACK}:{device.http_port}")
        by_host_name = await find_device(f"{device.host_name}:{device.http_port}")
        [by_asking] = await probe_subnet("127.0.0.0/30", port=device.http_port)
    assert by_host_name == by_name
    assert by_address == by_asking == by_name._replace(server=LOOPBACK)


async def test_a_device_that_stops_is_no_longer_there() -> None:
    async with Network() as network, asyncio.timeout(2 * FOUND_WITHIN_S):
        async with announced("Stops") as device:
            port = device.http_port
            while (await network.wait_for_new_device()).port != port:
                pass
        while port in {found.port for found in network.devices}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert await probe_subnet(f"{LOOPBACK}/32", port=port) == []


def test_the_first_of_all_interfaces_is_enough(
    namespace: NetworkNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GAZEWIRE_INTERFACE")
    with DeviceProgram(tmp_path, "--mdns", "--name", "Inside", inside=namespace.inside) as device:
        ran = subprocess.run(
            [*namespace.inside, sys.executable, "-c", DISCOVER_ONE],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        name, server, port, addresses = json.loads(ran.stdout)
        assert name.startswith("PI monitor:Inside:")
        assert (server, port, addresses) == ("neon.local.", device.http_port, [LOOPBACK])
        assert ran.stderr == ""
