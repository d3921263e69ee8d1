import logging

import pytest

from gazewire.client.base import DeviceBase
from gazewire.client.models import APIPath, DiscoveredDeviceInfo


class Client(DeviceBase):
    """A client that asks nothing."""


def test_a_client_knows_where_its_device_is() -> None:
    client = Client("192.168.1.21", 8080, "name", "neon.local.")
    assert client.api_url(APIPath.EVENT) == "http://192.168.1.21:8080/api/event"
    assert client.api_url(APIPath.STATUS, protocol="ws").startswith("ws://")
    assert repr(client) == "Device(ip=192.168.1.21, port=8080, dns=neon.local.)"


def test_a_client_is_made_of_what_was_discovered_or_of_another_client() -> None:
    info = DiscoveredDeviceInfo("name", "neon.local.", 8080, ["192.168.1.21", "fe80::1"])
    found = Client.from_discovered_device(info)
    again = Client.convert_from(found)
    for client in (found, again):
        assert (client.address, client.port) == ("192.168.1.21", 8080)
        assert (client.full_name, client.dns_name) == ("name", "neon.local.")


@pytest.mark.parametrize(
    ("is_silenced", "levels"),
    [(True, (logging.CRITICAL, logging.ERROR)), (False, (logging.NOTSET, logging.NOTSET))],
)
def test_the_decoder_is_silenced_on_request(is_silenced: bool, levels: tuple[int, int]) -> None:
    loggers = [logging.getLogger(f"libav.{name}") for name in ("h264", "swscaler")]
    before = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.NOTSET)
        Client("h", 1, suppress_decoding_warnings=is_silenced)
        assert tuple(logger.level for logger in loggers) == levels
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
