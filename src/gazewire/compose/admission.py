"""From what a user types about keys and addresses to who may connect to a service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from gazewire.errors import LocalProtocolError
from gazewire.net.bus_security import BusKeys, BusSecurity, KeyPair
from gazewire.net.key_file import load_key_pair, load_public_keys, make_key_files

__all__ = ["Admission", "find_admission"]

_EVERYWHERE = "0.0.0.0"


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may connect.

    Attributes:
        security: for the service; None lets everybody in.
        keys: for the service's own parts; None where there are no keys.
    """

    security: BusSecurity | None = None
    keys: BusKeys | None = None


def find_admission(
    key_file: Path | None, client_keys: Path | None, networks: Sequence[str], host: str
) -> Admission:
    """Find out who may connect.

    Args:
        key_file: of the service; made where it is not there yet. None: no keys.
        client_keys: file or folder with the public keys of clients; None lets in whoever knows the
            service's.
        networks: addresses and networks; none lets in all. This machine itself always may.
        host: on which the service listens.

    Raises:
        LocalProtocolError: keys cannot be read, or are asked of clients by a service that has none,
            or something is neither an address nor a network.
    """
    if key_file is None and client_keys is not None:
        raise LocalProtocolError(
            "--client-keys needs --key-file: keys of clients are checked by ours"
        )
    addresses = _networks(networks, host) if networks else None
    if key_file is None:
        return Admission(BusSecurity(addresses=addresses) if addresses else None)
    pair = load_key_pair(key_file) if key_file.exists() else make_key_files(key_file)
    own = KeyPair.generate()
    clients = None
    if client_keys is not None:
        clients = load_public_keys(client_keys) | {own.public}
    security = BusSecurity(keys=pair, clients=clients, addresses=addresses)
    return Admission(security, BusKeys(pair.public, own))


def _networks(words: Sequence[str], host: str) -> tuple[IPv4Network | IPv6Network, ...]:
    # By these the service's own parts come in.
    ours = ["127.0.0.0/8"] if host in {_EVERYWHERE, "localhost"} else [host]
    try:
        return tuple(ip_network(word, strict=False) for word in [*words, *ours])
    except ValueError as error:
        raise LocalProtocolError(f"clients come from addresses and networks: {error}") from error
