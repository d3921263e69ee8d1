"""Where a peer can be talked to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

from gazewire.errors import LocalProtocolError, RemoteProtocolError

__all__ = ["Endpoint"]

_FORM = re.compile(r"tcp://([0-9.]{7,15}):([0-9]{1,5})")
_LIMITED_BROADCAST = IPv4Address("255.255.255.255")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The mailbox of one node: an address and a port, and nothing that would have to be looked up.

    Peers name endpoints to us and we connect there. So what ZeroMQ would take besides (names of
    hosts, files and threads, wildcards) is none here.

    Attributes:
        host: IPv4 of one machine, dotted.
        port: TCP, 1 to 65 535.

    Raises:
        LocalProtocolError: it cannot be connected to.
    """

    host: str
    port: int

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 0xFFFF:
            raise LocalProtocolError(f"no mailbox has the port {self.port}")
        try:
            address = IPv4Address(self.host)
        except AddressValueError as error:
            raise LocalProtocolError(f"no IPv4 address: {self.host!r}") from error
        if address.is_unspecified or address.is_multicast or address == _LIMITED_BROADCAST:
            raise LocalProtocolError(f"not the address of one machine: {self.host}")

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """Read ``tcp://10.0.0.2:36809``.

        Raises:
            RemoteProtocolError: it is anything else.
        """
        matched = _FORM.fullmatch(text)
        if matched is None:
            raise RemoteProtocolError(f"not tcp://address:port: {text[:80]!r}")
        try:
            return cls(matched[1], int(matched[2]))
        except LocalProtocolError as error:
            raise RemoteProtocolError(str(error)) from error

    def __str__(self) -> str:
        return f"tcp://{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Only this machine can reach it."""
        return IPv4Address(self.host).is_loopback
