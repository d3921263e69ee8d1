"""Where a stream is to be had; may change while it is received."""

from __future__ import annotations

import asyncio

__all__ = ["StreamAddress"]


class StreamAddress:
    """The URL of a stream, as far as it is known.

    Args:
        url: of its presentation; None while the sensor is not connected.
    """

    def __init__(self, url: str | None = None) -> None:
        self._url = url
        self._changed = asyncio.Event()

    @property
    def url(self) -> str | None:
        """Where to open the stream; None while it is not to be had."""
        return self._url

    def update(self, url: str | None) -> None:
        """Take note of what the device says; the same again is no news."""
        if url != self._url:
            self._url = url
            # Wakes all who wait, and is over then.
            self._changed.set()
            self._changed = asyncio.Event()

    async def known(self) -> str:
        """Wait until there is a URL."""
        while self._url is None:
            await self._changed.wait()
        return self._url

    async def other_than(self, url: str | None) -> None:
        """Wait until it is not, or no longer, this one."""
        while self._url == url:
            await self._changed.wait()
