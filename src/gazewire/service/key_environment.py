"""How the process of an eye is given the keys of the bus: not where every user can see them."""

from __future__ import annotations

from collections.abc import Mapping

from gazewire.net.bus_security import BusKeys, KeyPair

__all__ = ["keys_from", "with_keys"]

_VARIABLE = "GAZEWIRE_BUS_KEYS"


def with_keys(environment: Mapping[str, str], keys: BusKeys | None) -> dict[str, str]:
    """The environment of a process that needs these keys.

    Args:
        environment: of this process.
        keys: None where the bus wants none.
    """
    if keys is None:
        return dict(environment)
    parts = (keys.server_public, keys.own.public, keys.own.secret)
    # The alphabet of Z85 has no space.
    return {**environment, _VARIABLE: " ".join(part.decode() for part in parts)}


def keys_from(environment: Mapping[str, str]) -> BusKeys | None:
    """The keys that a process was given; None where the bus wants none."""
    words = environment.get(_VARIABLE, "").encode().split()
    if not words:
        return None
    server_public, public, secret = words
    return BusKeys(server_public, KeyPair(public, secret))
