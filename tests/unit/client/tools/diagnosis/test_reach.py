from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from ipaddress import IPv4Interface

import pytest

from gazewire.client.tools.diagnosis import Verdict
from gazewire.client.tools.diagnosis.reach import check_multicast, check_reach, judge_silence
from gazewire.device import RunningDevice
from gazewire.errors import LocalProtocolError, NetworkError

HOME = [IPv4Interface("192.168.1.7/24"), IPv4Interface("10.0.0.3/8")]


def silence(number: int | None = None) -> NetworkError:
    """What is raised where nobody answers, as far from its cause as in life."""
    error = NetworkError("cannot connect")
    if number is not None:
        between = NetworkError("cannot connect either")
        between.__cause__ = OSError(number, "said the system")
        error.__cause__ = between
    return error


@pytest.mark.parametrize(
    ("addresses", "error", "problem"),
    [
        ([], silence(), "unknown-name"),
        (["192.168.1.9"], silence(errno.ECONNREFUSED), "port-closed"),
        (["172.16.0.5"], silence(errno.ECONNREFUSED), "port-closed"),
        (["172.16.0.5"], silence(), "other-network"),
        (["172.16.0.5"], silence(errno.EHOSTUNREACH), "other-network"),
        (["172.16.0.5", "10.1.2.3"], silence(), "no-answer"),
        (["192.168.1.9"], silence(errno.EHOSTUNREACH), "no-answer"),
        (["127.0.0.1"], silence(), "no-answer"),
        (["fe80::1%eth0"], silence(), "no-answer"),
    ],
)
def test_silence_has_its_reasons(addresses: list[str], error: NetworkError, problem: str) -> None:
    finding = judge_silence("neon.local", "neon.local", 8080, addresses, HOME, error)
    assert finding.verdict is Verdict.WRONG
    assert finding.problem == problem
    assert finding.device == "neon.local"


def test_of_another_network_it_is_told_which_ones_are_ours() -> None:
    finding = judge_silence("172.16.0.5", "172.16.0.5", 8080, ["172.16.0.5"], HOME, silence())
    assert "192.168.1.0/24, 10.0.0.0/8" in finding.says


async def test_a_device_that_answers_is_found(device: RunningDevice) -> None:
    found, finding = await check_reach(f"127.0.0.1:{device.http_port}")
    assert found is not None
    assert finding.verdict is Verdict.WELL
    assert finding.cure is None


async def test_a_port_at_which_nobody_listens_is_named(closed_port: int) -> None:
    found, finding = await check_reach(f"127.0.0.1:{closed_port}")
    assert found is None
    assert finding.problem == "port-closed"
    assert str(closed_port) in finding.says


async def test_a_device_that_answers_nonsense_is_a_stranger(serve: Callable) -> None:
    async with serve("non-json") as device:
        found, finding = await check_reach(f"http://127.0.0.1:{device.http_port}/")
    assert found is None
    assert finding.problem == "stranger"
    assert str(device.http_port) in finding.says


async def test_what_is_no_address_is_the_fault_of_who_said_it() -> None:
    with pytest.raises(LocalProtocolError):
        await check_reach("http://:x")


async def test_without_multicast_only_those_who_search_are_worse_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GAZEWIRE_INTERFACE", "192.0.2.1")  # RFC 5737: nobody's
    needed = await check_multicast(is_needed=True)
    spared = await check_multicast(is_needed=False)
    assert needed.problem == spared.problem == "no-multicast"
    assert (needed.verdict, spared.verdict) == (Verdict.WRONG, Verdict.NOTE)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as owner:
        port: int = owner.getsockname()[1]
    return port
