"""Socket addresses in words."""

from __future__ import annotations

__all__ = ["spell_address"]


def spell_address(address: tuple[str, int] | tuple[str, int, int, int] | None) -> str:
    """Write an address as ``host:port``, for log lines."""
    if address is None:
        return "a peer that is gone"
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
