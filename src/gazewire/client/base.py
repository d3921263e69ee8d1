"""What every client of one device is: where that device is, and what it is called."""

from __future__ import annotations

import abc
import logging
from typing import Self, TypeVar

from gazewire.client.models import APIPath, DiscoveredDeviceInfo

__all__ = ["DeviceBase", "DeviceType"]

DeviceType = TypeVar("DeviceType", bound="DeviceBase")
"""A class of clients."""


class DeviceBase(abc.ABC):  # noqa: B024  # every client adds its own way to ask; none is shared
    """A device, as far as it is known without asking it.

    Attributes:
        address: IP address or host name of the REST interface.
        port: of the REST interface.
        full_name: of the service, if it was discovered.
        dns_name: host name, such as ``neon.local.``, if it was discovered.

    Args:
        address: see above.
        port: see above.
        full_name: see above.
        dns_name: see above.
        suppress_decoding_warnings: have the video decoder be silent about pictures that lost
            packets have spoilt.
    """

    def __init__(
        self,
        address: str,
        port: int,
        full_name: str | None = None,
        dns_name: str | None = None,
        suppress_decoding_warnings: bool = True,
    ) -> None:
        self.address = address
        self.port = port
        self.full_name = full_name
        self.dns_name = dns_name
        if suppress_decoding_warnings:
            logging.getLogger("libav.h264").setLevel(logging.CRITICAL)
            logging.getLogger("libav.swscaler").setLevel(logging.ERROR)

    def api_url(self, path: APIPath, protocol: str = "http", prefix: str = "/api") -> str:
        """Write the URL of an endpoint of this device; see `APIPath.full_address`."""
        return path.full_address(self.address, self.port, protocol=protocol, prefix=prefix)

    def __repr__(self) -> str:
        return f"Device(ip={self.address}, port={self.port}, dns={self.dns_name})"

    @classmethod
    def from_discovered_device(cls, device: DiscoveredDeviceInfo) -> Self:
        """Make the client of a device that was discovered, at the first of its addresses."""
        return cls(device.addresses[0], device.port, full_name=device.name, dns_name=device.server)

    @classmethod
    def convert_from(cls, other: DeviceBase) -> Self:
        """Make a client of the same device that another client is of."""
        return cls(other.address, other.port, full_name=other.full_name, dns_name=other.dns_name)
