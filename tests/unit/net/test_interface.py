from __future__ import annotations

from ipaddress import IPv4Interface

import pytest

from gazewire.errors import NetworkError
from gazewire.net.interface import find_interfaces


def test_loopback_is_an_interface() -> None:
    assert find_interfaces(["127.0.0.1"]) == (IPv4Interface("127.0.0.1/8"),)


def test_all_of_loopback_is_this_machine() -> None:
    assert find_interfaces(["127.0.0.9", "127.0.0.1", "127.0.0.9"]) == (
        IPv4Interface("127.0.0.9/8"),
        IPv4Interface("127.0.0.1/8"),
    )


def test_all_interfaces_are_those_that_others_can_reach() -> None:
    found = find_interfaces(["0.0.0.0"])
    assert found
    assert found == (IPv4Interface("127.0.0.1/8"),) or not any(ip.is_loopback for ip in found)


@pytest.mark.parametrize("host", ["203.0.113.9", "", "localhost", "::1"])
def test_what_is_not_an_address_of_ours_is_refused(host: str) -> None:
    with pytest.raises(NetworkError, match="not an address of this machine"):
        find_interfaces([host])
