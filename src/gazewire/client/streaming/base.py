"""Streams by their URL, and payloads as they are."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import ConvertingFeed, Feed
from gazewire.client._engine.payloads import raw_payloads
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.stream import LiveStream
from gazewire.client.streaming.request import StreamRequest
from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped
from gazewire.errors import LocalProtocolError
from gazewire.flow import Subscription
from gazewire.wire.payload import TimedPayload

__all__ = [
    "RTSPData",
    "RTSPRawStreamer",
    "SDPDataNotAvailableError",
    "raw_feed",
    "receive_raw_rtsp_data",
]

logger = logging.getLogger("gazewire.client")


class SDPDataNotAvailableError(Exception):
    """The session description is not there yet, or lacks what was asked for."""


class _RTSPFields(NamedTuple):
    raw: bytes
    timestamp_unix_seconds: float


class RTSPData(Timestamped, _RTSPFields):
    """The payload of one RTP packet.

    Attributes:
        raw: without the RTP header.
        timestamp_unix_seconds: the instant of its RTP timestamp, by the device's clock.
    """

    @classmethod
    def at_unix_ns(cls, raw: bytes, timestamp_unix_ns: int) -> Self:
        """Make it with its exact instant."""
        data = cls(raw, timestamp_unix_ns / NS_PER_S)
        data.timestamp_unix_ns = timestamp_unix_ns
        return data


def raw_feed(media: str, address: StreamAddress, options: StreamOptions) -> Feed[RTSPData]:
    """Payloads as they are.

    Args:
        media: what the section of the SDP is called: ``video``, ``audio`` or ``application``.
        address: where to open the stream.
        options: how to receive it.
    """

    def convert(timed: TimedPayload) -> RTSPData:
        return RTSPData.at_unix_ns(timed.payload, timed.timestamp_unix_ns)

    return ConvertingFeed(LiveStream(media, raw_payloads(media), address, options), convert)


class RTSPRawStreamer:
    """One stream by its URL: an async context manager, received inside of it by `receive`.

    ::

        async with RTSPRawStreamer(url, run_loop=True) as streamer:
            async for data in streamer.receive():
                ...

    Nothing is lost while the reader keeps up on average: some seconds of the stream wait for it,
    and what is more is dropped, the oldest first, and counted by `dropped`.

    Args:
        args: those of `StreamRequest`, of which the first is the URL.
        kwargs: the same by name.
    """

    _MEDIA: ClassVar[str] = "application"
    # Seconds of a stream times its rate: twenty of the fastest.
    _CAPACITY: ClassVar[int] = 4_000

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._request = StreamRequest(*args, **kwargs)
        self._options = self._request.options()
        self._feed: Feed[Any] | None = None
        self._items: Subscription[Any] | None = None

    # Any, because what comes depends on the subclass; `receive` says what.
    def _make_feed(self, address: StreamAddress) -> Feed[Any]:
        return raw_feed(self._request.media_type or self._MEDIA, address, self._options)

    async def __aenter__(self) -> Self:
        """Begin to receive; returns before anything has come."""
        self._feed = self._make_feed(StreamAddress(self._request.url))
        self._items = self._feed.topic.subscribe(capacity=self._CAPACITY)
        self._feed.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the stream."""
        if self._items is not None:
            self._items.close()
        if self._feed is not None:
            await self._feed.stop()

    async def receive(self) -> AsyncIterator[RTSPData]:
        """Receive payloads, each with its instant.

        Raises:
            NetworkError: the stream could not be opened, or was lost, and `run_loop` is not set.
            DeviceRefusedError: the device does not want to send it, the same.
            RemoteProtocolError: what it sends makes no sense, the same.
            TimeoutError: it said nothing for too long, the same.
        """
        async for item in self._received():
            yield item

    # Any, in both: what comes depends on the subclass.
    async def _received(self) -> AsyncIterator[Any]:
        async for item in self._entered_items():
            yield item
        self._raise_failure()

    async def _received_together(self) -> AsyncIterator[list[Any]]:
        """All items that have come since the last look, one at least."""
        unread = self._entered_items()
        while items := await unread.batch():
            yield items
        self._raise_failure()

    def _entered_items(self) -> Subscription[Any]:
        if self._items is None:
            raise LocalProtocolError("enter the streamer with 'async with' first")
        return self._items

    def _raise_failure(self) -> None:
        # Where the reading was ended by leaving the context, there is nothing to complain about.
        reader = self.reader
        if reader.has_ended and reader.failure is not None:
            raise reader.failure

    @property
    def reader(self) -> LiveStream[Any]:
        """The stream itself, with its `state` and its `statistics`.

        Raises:
            LocalProtocolError: the streamer has not been entered.
        """
        if self._feed is None:
            raise LocalProtocolError("enter the streamer with 'async with' first")
        return self._feed.stream

    @property
    def dropped(self) -> int:
        """Items that were lost because nobody read them in time."""
        return 0 if self._items is None else self._items.dropped

    @property
    def encoding(self) -> str:
        """How the stream is coded, as the SDP names it, in small letters.

        Raises:
            SDPDataNotAvailableError: the stream has not been opened yet.
        """
        media = None if self._feed is None else self._feed.stream.media
        if media is None or media.rtpmap is None:
            raise SDPDataNotAvailableError("the device has not described the stream yet")
        return media.rtpmap.encoding.lower()

    def _fmtp(self) -> str:
        """Parameters of the format, from the SDP."""
        media = None if self._feed is None else self._feed.stream.media
        if media is None or media.fmtp is None:
            raise SDPDataNotAvailableError("the device has not described the format yet")
        return media.fmtp


async def receive_raw_rtsp_data(url: str, *args: Any, **kwargs: Any) -> AsyncIterator[RTSPData]:
    """Receive the payloads of one stream; see `RTSPRawStreamer`."""
    async with RTSPRawStreamer(url, *args, **kwargs) as streamer:
        async for data in streamer.receive():
            yield data
