"""One sensor of a device, in the shape that users read: received, decoded, converted, handed out.

feed = ConvertingFeed(stream, gaze_data)
with feed.topic.subscribe(capacity=1000) as gaze:
feed.start()
async for datum in gaze:
...
await feed.stop()
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from gazewire.client._engine.decoding import Decoder, Decoding
from gazewire.client._engine.stream import LiveStream
from gazewire.flow import Topic
from gazewire.wire.sdp import MediaDescription

__all__ = ["ConvertingFeed", "DecodingFeed", "Feed"]

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class Feed(ABC, Generic[T]):
    """A stream and what becomes of it. Use it on one event loop's thread.

    Args:
        stream: where it comes from.

    Attributes:
        stream: as given; has the state and the statistics.
        topic: what it hands out; ends when the stream does.
    """

    def __init__(self, stream: LiveStream[Any]) -> None:
        self.stream = stream
        self.topic = Topic[T](stream.name)
        self._takers: list[Callable[[list[T]], None]] = []
        self._takers_anywhere: list[Callable[[list[T]], None]] = []

    def listen(
        self, taker: Callable[[list[T]], None], *, in_any_thread: bool = False
    ) -> Callable[[], None]:
        """Hand everything to a function, too; returns what ends that, harmless when repeated.

        Args:
            taker: takes items in order, on the loop's thread.
            in_any_thread: it may be called in the thread where items are made, which is sooner, and
                cheaper. One last time that may be while it is ended, and right after.
        """
        takers = self._takers_anywhere if in_any_thread else self._takers
        takers.append(taker)

        def leave() -> None:
            with suppress(ValueError):
                takers.remove(taker)

        return leave

    @property
    def is_started(self) -> bool:
        """Somebody wants it."""
        return self.stream.is_started

    @abstractmethod
    def start(self) -> None:
        """Begin to receive. Harmless when repeated."""

    @abstractmethod
    async def stop(self) -> None:
        """End it; it can be started again. Harmless when repeated."""

    @property
    def _is_taken_on_loop(self) -> bool:
        return bool(self._takers) or self.topic.has_readers

    def _hand_out(self, items: list[T]) -> None:
        self._hand_out_here(items)
        self._hand_out_on_loop(items)

    def _hand_out_on_loop(self, items: list[T]) -> None:
        self.topic.publish_all(items)
        for taker in tuple(self._takers):
            taker(items)

    def _hand_out_here(self, items: list[T]) -> None:
        for taker in tuple(self._takers_anywhere):
            taker(items)


class ConvertingFeed(Feed[T], Generic[R, T]):
    """A feed whose records are converted one by one.

    Args:
        stream: where they come from.
        convert: makes what users read; None for what they have no type for.
    """

    def __init__(self, stream: LiveStream[R], convert: Callable[[R], T | None]) -> None:
        super().__init__(stream)
        self._convert = convert
        self._leave: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to receive. Harmless when repeated."""
        if self._leave is None:
            self._leave = self.stream.listen(self)
        self.stream.start()

    async def stop(self) -> None:
        """End it; it can be started again, before this is done too. Harmless when repeated."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()
        await self.stream.stop()

    def session_began(self, media: MediaDescription) -> None:
        """Nothing depends on sessions."""

    def items_arrived(self, items: list[R]) -> None:
        """Convert records and hand them out."""
        convert = self._convert
        converted = [made for item in items if (made := convert(item)) is not None]
        if converted:
            self._hand_out(converted)

    def stream_ended(self) -> None:
        """End the topic."""
        self.topic.close()


class DecodingFeed(Feed[T], Generic[R, S, T]):
    """A feed whose records are decoded in a thread.

    Args:
        stream: where coded units come from.
        make_decoder: makes a decoder from what the device tells of the stream.
        convert: makes what users read, of what was decoded.
    """

    def __init__(
        self,
        stream: LiveStream[R],
        make_decoder: Callable[[MediaDescription], Decoder[R, S]],
        convert: Callable[[S], T],
    ) -> None:
        super().__init__(stream)
        self._make_decoder = make_decoder
        self._convert = convert
        self._decoding: Decoding[R, T] | None = None
        self._leave: Callable[[], None] | None = None

    @property
    def skipped(self) -> int:
        """Units left out because this machine did not decode them in time."""
        return 0 if self._decoding is None else self._decoding.skipped

    def start(self) -> None:
        """Begin to receive. Harmless when repeated."""
        if self._decoding is None:
            self._decoding = Decoding(
                self.stream.name, self._make, self._hand_out_on_loop, ended=self.topic.close
            )
            self._leave = self.stream.listen(self._decoding)
        self.stream.start()

    async def stop(self) -> None:
        """End it; it can be started again, before this is done too. Harmless when repeated."""
        leave, self._leave = self._leave, None
        decoding, self._decoding = self._decoding, None
        if leave is not None:
            leave()
        try:
            await self.stream.stop()
        finally:
            if decoding is not None:
                decoding.close()

    def _make(self, media: MediaDescription) -> Decoder[R, T]:
        return _Finisher(self._make_decoder(media), self._finish)

    def _finish(self, decoded: list[S]) -> list[T]:
        """Convert in the decoder's thread, and hand out; returns what the loop is waited for."""
        convert = self._convert
        converted = [convert(item) for item in decoded]
        if converted:
            self._hand_out_here(converted)
        return converted if self._is_taken_on_loop else []


class _Finisher(Generic[R, S, T]):
    """A decoder whose product is finished in the same thread."""

    def __init__(self, decoder: Decoder[R, S], finish: Callable[[list[S]], list[T]]) -> None:
        self._decoder = decoder
        self._finish = finish

    def decode(self, unit: R) -> list[T]:
        return self._finish(self._decoder.decode(unit))
