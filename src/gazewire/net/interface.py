"""The interfaces of this machine, and the networks that they are on."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Interface

from gazewire.errors import MissingExtraError, NetworkError

try:
    import ifaddr
except ImportError as error:
    raise MissingExtraError("service") from error

__all__ = ["find_interfaces"]

_ALL = "0.0.0.0"
_LOOPBACK_PREFIX = 8


def find_interfaces(hosts: Iterable[str]) -> tuple[IPv4Interface, ...]:
    """Find the networks of interfaces that are named by their addresses.

    Args:
        hosts: IPv4 addresses of this machine, dotted. ``0.0.0.0`` stands for all but those of
            loopback, and for loopback where there is nothing else.

    Returns:
        Each once, in the order of naming.

    Raises:
        NetworkError: this machine has no such address.
    """
    known = {
        ip.ip: IPv4Interface((ip.ip, ip.network_prefix))
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str)
    }
    found: dict[IPv4Interface, None] = {}
    for host in hosts:
        if host == _ALL:
            outer = {ip: None for ip in known.values() if not ip.is_loopback}
            found |= outer or {IPv4Interface(("127.0.0.1", _LOOPBACK_PREFIX)): None}
        elif host in known:
            found[known[host]] = None
        elif _is_loopback(host):
            # All of 127/8 is this machine, where the system does not say otherwise.
            found[IPv4Interface((host, _LOOPBACK_PREFIX))] = None
        else:
            raise NetworkError(f"{host} is not an address of this machine: {', '.join(known)}")
    return tuple(found)


def _is_loopback(host: str) -> bool:
    try:
        return IPv4Address(host).is_loopback
    except ValueError:
        return False
