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
            self._changed.set()

    async def known(self) -> str:
        """Wait until there is a URL."""
        while self._url is None:
            await self.change()
        return self._url

    async def change(self) -> None:
        """Wait for news."""
        self._changed.clear()
        await self._changed.wait()
