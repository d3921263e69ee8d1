"""The official client finds devices by mDNS, in a network in which only loopback exists."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.namespace import NetworkNamespace
from harness.peer import PeerRunner
from harness.program import DeviceProgram


@pytest.fixture
def running() -> ExitStack:
    with ExitStack() as stack:
        yield stack


def start(
    running: ExitStack, namespace: NetworkNamespace, folder: Path, *options: str
) -> DeviceProgram:
    folder.mkdir()
    device = DeviceProgram(folder, "--mdns", *options, inside=namespace.inside)
    return running.enter_context(device)


@pytest.mark.parametrize(("product", "host"), [("neon", "neon.local."), ("invisible", "pi.local.")])
def test_one_device_is_found_and_gives_gaze(
    namespace: NetworkNamespace,
    running: ExitStack,
    peers: PeerRunner,
    tmp_path: Path,
    product: str,
    host: str,
) -> None:
    name = "Found: by name"
    device = start(running, namespace, tmp_path / "one", "--name", name, "--product", product)
    found = peers.run("discover", inside=namespace.inside, count=1)
    assert found is not None, "no device was found"
    assert found["port"] == device.http_port
    assert found["address"] == "127.0.0.1"
    assert found["dns_name"] == host
    assert found["full_name"].startswith(f"PI monitor:{name}:")
    assert found["full_name"].endswith("._http._tcp.local.")
    assert found["phone_name"] == name
    assert found["gaze"] is not None


def test_two_devices_on_one_network_have_host_names_of_their_own(
    namespace: NetworkNamespace, running: ExitStack, peers: PeerRunner, tmp_path: Path
) -> None:
    first = start(running, namespace, tmp_path / "first", "--name", "first")
    second = start(running, namespace, tmp_path / "second", "--name", "second")
    found = peers.run("discover", inside=namespace.inside, count=2)
    servers = {device["port"]: device["server"] for device in found}
    assert servers == {
        first.http_port: "neon.local.",
        second.http_port: "neon-1.local.",
    }
