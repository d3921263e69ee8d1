"""Clients without mDNS of their own find devices, in a network in which only loopback exists."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.namespace import NetworkNamespace
from harness.peer import PeerRunner
from harness.program import DeviceProgram

LONGEST_TTL_S = 10


@pytest.mark.parametrize("names", [["Alone"], ["One", "Two", "Three: the third"]])
def test_each_device_of_a_machine_answers_with_its_own_name_and_ports(
    namespace: NetworkNamespace, tmp_path: Path, names: list[str]
) -> None:
    with ExitStack() as running:
        devices = {}
        for name in names:
            folder = tmp_path / str(len(devices))
            folder.mkdir()
            devices[name] = running.enter_context(
                DeviceProgram(folder, "--mdns", "--name", name, inside=namespace.inside)
            )
        unity = PeerRunner(Path(sys.executable))
        found = unity.run("legacy_query", inside=namespace.inside, count=len(names))
    assert {device["device_name"] for device in found} == set(names)
    assert len({device["host"] for device in found}) == len(names)
    for device in found:
        name = device["device_name"]
        assert device["text_of"].startswith(f"PI monitor:{name}:")
        assert device["port"] == devices[name].http_port
        assert device["address"] == "127.0.0.1"
        assert device["ports"] == {
            "DIRECT": devices[name].rtsp_port,
            "WEBSOCKET": devices[name].tunnel_port,
        }
        # RFC 6762 §6.7: nothing that only mDNS knows.
        assert device["class"] == 1
        assert max(device["ttls"]) <= LONGEST_TTL_S
        assert device["others"] == [0, 0]
