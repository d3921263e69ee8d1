"""Which of several addresses a device answers at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

__all__ = ["first_reachable"]

# RFC 8305 §5: no less than 100 ms between two attempts, so that an earlier address that works is
# taken before a later one is tried.
_STAGGER_S = 0.1


async def first_reachable(addresses: Sequence[str], port: int, *, timeout_s: float) -> str | None:
    """Find an address at which a TCP port is open.

    Args:
        addresses: IPv4, IPv6 or host names, the dearest first; each is given a start over the
            next one.
        port: the same at all of them.
        timeout_s: for the search.

    Returns:
        The first that answered, or None where none did.
    """

    async def probe(index: int, address: str) -> str:
        await asyncio.sleep(index * _STAGGER_S)
        _, writer = await asyncio.open_connection(address, port)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return address

    probes = [
        asyncio.create_task(probe(index, address), name=f"is {address} there")
        for index, address in enumerate(addresses)
    ]
    try:
        async with asyncio.timeout(timeout_s):
            for answered in asyncio.as_completed(probes):
                # A name that is none at all is a UnicodeError.
                with suppress(OSError, UnicodeError):
                    return await answered
    except TimeoutError:
        pass
    finally:
        for task in probes:
            task.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
    return None
