from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.zre import Endpoint


def test_an_endpoint_is_read_and_written() -> None:
    endpoint = Endpoint.parse("tcp://10.99.0.1:36809")
    assert endpoint == Endpoint("10.99.0.1", 36809)
    assert str(endpoint) == "tcp://10.99.0.1:36809"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tcp://10.99.0.1",
        "tcp://10.99.0.1:0",
        "tcp://10.99.0.1:65536",
        "tcp://10.99.0.1:99999",
        "tcp://10.99.0.1:36809 ",
        "tcp://10.99.0.1:٣٦",
        "tcp://10.99.0.256:36809",
        "tcp://10.99.1:36809",
        "tcp://0.0.0.0:36809",
        "tcp://224.0.0.251:36809",
        "tcp://255.255.255.255:36809",
        "tcp://*:36809",
        "tcp://host.example:36809",
        "tcp://[::1]:36809",
        "tcp://10.0.0.1:1;10.99.0.1:36809",
        "ipc:///tmp/socket",
        "inproc://inbox",
        "udp://10.99.0.1:36809",
    ],
)
def test_what_is_no_machine_and_port_is_none(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        Endpoint.parse(text)


@pytest.mark.parametrize(("host", "port"), [("10.0.0.1", 0), ("localhost", 1), ("0.0.0.0", 1)])
def test_our_own_mistakes_are_called_ours(host: str, port: int) -> None:
    with pytest.raises(LocalProtocolError):
        Endpoint(host, port)


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.2", True), ("10.0.0.1", False)])
def test_loopback_is_told_from_networks(host: str, expected: bool) -> None:
    assert Endpoint(host, 1).is_loopback is expected
